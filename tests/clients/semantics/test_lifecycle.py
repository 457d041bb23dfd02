"""How long things live: exclusive, auto-delete, and what a restart leaves."""
from broker import poll
from conformance.client import outcome
from testkit import test

PARALLEL = 4


def exists(ch_of, queue):
    got = outcome(lambda: ch_of().declare(queue, passive=True))
    return not (isinstance(got, dict) and got.get('channel.close') == 404)


@test
def exclusive_goes_with_its_connection(t):
    """an exclusive queue is deleted when its connection closes or breaks, not with its channel"""
    for how in ('close', 'reset', 'abort'):
        c = t.connect()
        one = c.channel(1)
        q = one.declare('excl-' + how, exclusive=True)[0]
        one.close()
        c.channel(2).count(q)
        getattr(c, how)()
        poll('queue deleted', lambda: not exists(t.channel, q))


@test
def exclusive_durable(t):
    """a durable exclusive queue goes with its connection too"""
    c = t.connect()
    q = c.channel().declare('excl-durable', exclusive=True, durable=True)[0]
    c.close()
    poll('queue deleted', lambda: not exists(t.channel, q))


@test
def auto_delete_after_last_consumer(t):
    """an auto-delete queue goes with its last consumer: cancelled, channel closed, or connection lost"""
    for how in ('cancel', 'channel', 'reset'):
        ch = t.channel()
        q = ch.declare('ad-' + how, auto_delete=True)[0]
        ch.get(q)
        assert exists(t.channel, q), 'a get is no consumer'
        other = t.channel()
        other.consume(q, 'o')
        ch.consume(q, 'c')
        other.rpc('basic.cancel', consumer_tag='o')
        assert exists(t.channel, q)
        {'cancel': lambda: ch.rpc('basic.cancel', consumer_tag='c'), 'channel': ch.close, 'reset': ch.c.reset}[how]()
        poll('queue deleted after ' + how, lambda: not exists(t.channel, q))


@test
def auto_delete_without_consumer(t):
    """an auto-delete queue that never had a consumer stays"""
    c = t.connect()
    q = c.channel().declare('ad-stays', auto_delete=True)[0]
    c.close()
    assert exists(t.channel, q)
    t.channel().rpc('queue.delete', queue=q)


@test
def consumers_are_told(t):
    """all consumers of a deleted queue get basic.cancel, on every connection"""
    owner = t.channel()
    q = owner.declare('told')[0]
    others = [t.channel() for _ in range(3)]
    for n, ch in enumerate(others):
        ch.consume(q, 'c%d' % n)
    owner.rpc('queue.delete', queue=q)
    for n, ch in enumerate(others):
        assert ch.expect('basic.cancel').consumer_tag == 'c%d' % n
        ch.rpc('basic.cancel', consumer_tag='c%d' % n)


@test
def acks_after_delete(t):
    """acks for messages of a deleted queue are fine"""
    ch = t.channel()
    q = ch.declare('')[0]
    ch.publish('', q)
    ch.consume(q)
    d = ch.deliver()
    ch.rpc('queue.delete', queue=q)
    ch.expect('basic.cancel')
    ch.ack(d.delivery_tag)
    ch.sync()


@test
def deleted_queue_is_unbound(t):
    """a queue deleted and declared anew has no messages and no bindings"""
    ch = t.channel()
    ch.declare('again')
    ch.bind('again', 'amq.direct', 'again-key')
    ch.publish('amq.direct', 'again-key')
    ch.rpc('queue.delete', queue='again')
    assert ch.declare('again', exclusive=True) == ('again', 0, 0)
    ch.publish('amq.direct', 'again-key', mandatory=True)
    assert ch.expect('basic.return').reply_code == 312


@test
def declare_delete_in_turns(t):
    """declaring and deleting the same names from several connections in turns ends consistent"""
    channels = [t.channel() for _ in range(4)]
    for n in range(40):
        for ch in channels:
            ch.send('queue.declare', queue='turns-%d' % (n % 3), nowait=False)
        for ch in channels:
            ch.wait_for('queue.declare-ok')
        channels[n % 4].rpc('queue.delete', queue='turns-%d' % (n % 3))
    assert not exists(t.channel, 'turns-0')


@test
def many_exclusive_queues(t):
    """500 exclusive queues go with one connection"""
    c = t.connect()
    ch = c.channel()
    names = [ch.queue() for _ in range(500)]
    c.reset()
    poll('all deleted', lambda: not any(exists(t.channel, q) for q in (names[0], names[250], names[-1])))
