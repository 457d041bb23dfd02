"""How a queue hands out messages: order, requeue, prefetch, turns, priorities of consumers, single active consumer."""
import collections

from conformance.client import Timeout, outcome
from testkit import test

PARALLEL = 4


def fill(ch, q, n, **props):
    for i in range(n):
        ch.publish('', q, '%d' % i, **props)


def numbers(events):
    return [int(e.body) for e in events]


@test
def fifo(t):
    """one publisher, one consumer: 20,000 messages come in order with consecutive tags, none redelivered"""
    c = t.connect()
    ch = c.channel()
    q = ch.queue()
    ch.consume(q, no_ack=True)
    fill(ch, q, 20000)
    got = ch.deliveries(20000)
    assert numbers(got) == list(range(20000))
    assert [d.delivery_tag for d in got] == list(range(1, 20001))
    assert not any(d.redelivered for d in got)


@test
def order_across_backlog(t):
    """order holds from a backlog into live messages"""
    pub, sub = t.channel(), t.channel()
    q = pub.declare('')[0]
    t.cleanup(lambda: t.channel().rpc('queue.delete', queue=q))
    fill(pub, q, 3000)
    pub.sync()
    sub.rpc('basic.qos', prefetch_count=100)
    sub.consume(q)
    for i in range(3000, 6000):
        pub.publish('', q, '%d' % i)
    for i in range(6000):
        d = sub.deliver()
        assert int(d.body) == i, (i, d.body)
        if i % 50 == 49:
            sub.ack(d.delivery_tag, multiple=True)


@test
def requeue_position(t):
    """nacked and rejected messages go back to where they were, flagged as redelivered"""
    ch = t.channel()
    q = ch.queue()
    fill(ch, q, 10)
    got = [ch.get_soon(q, no_ack=False) for _ in range(6)]
    for i in (1, 4, 3):
        ch.nack(got[i].delivery_tag)
    ch.sync()
    after = [(int(m.body), m.redelivered) for m in (ch.get_soon(q) for _ in range(7))]
    assert after == [(1, True), (3, True), (4, True), (6, False), (7, False), (8, False), (9, False)], after
    ch.nack(0, multiple=True)
    ch.sync()
    assert ch.bodies(q) == [b'0', b'2', b'5']


@test
def nack_multiple(t):
    """nack multiple requeues everything up to the tag, with or without a range"""
    ch = t.channel()
    q = ch.queue()
    fill(ch, q, 10)
    ch.consume(q, 'c')
    ch.deliveries(10)
    ch.rpc('basic.cancel', consumer_tag='c')
    ch.ack(2)
    ch.nack(5, multiple=True)
    ch.sync()
    assert ch.bodies(q) == [b'0', b'2', b'3', b'4']
    ch.ack(10, multiple=True)
    ch.sync()
    assert ch.count(q) == 0


@test
def channel_close_requeues(t):
    """closing a channel and dropping a connection put unacked messages back in order"""
    keep = t.channel()
    q = keep.declare('')[0]
    t.cleanup(lambda: t.channel().rpc('queue.delete', queue=q))
    fill(keep, q, 20)
    for end in ('close', 'reset'):
        ch = t.channel()
        ch.consume(q)
        ch.deliveries(20 if end == 'close' else 19)
        ch.ack(1) if end == 'close' else None
        ch.sync()
        ch.close() if end == 'close' else ch.c.reset()
    keep.consume(q)
    got = keep.deliveries(19)
    assert numbers(got) == list(range(1, 20)) and all(d.redelivered for d in got), got


@test
def recover(t):
    """recover requeues all unacked of its channel and redelivers to it"""
    ch = t.channel()
    q = ch.queue()
    ch.consume(q)
    fill(ch, q, 5)
    ch.deliveries(5)
    ch.ack(2)
    ch.rpc('basic.recover', requeue=True)
    got = ch.deliveries(4)
    assert numbers(got) == [0, 2, 3, 4] and all(d.redelivered for d in got)
    assert [d.delivery_tag for d in got] == [6, 7, 8, 9]


@test
def prefetch_per_consumer(t):
    """qos without global limits each later consumer by itself"""
    ch = t.channel()
    q1, q2 = ch.queue(), ch.queue()
    ch.rpc('basic.qos', prefetch_count=3)
    ch.consume(q1, 'a')
    ch.rpc('basic.qos', prefetch_count=5)
    ch.consume(q2, 'b')
    fill(ch, q1, 20)
    fill(ch, q2, 20)
    got = collections.Counter(d.consumer_tag for d in ch.deliveries(8))
    assert got == {'a': 3, 'b': 5}, got
    ch.none()


@test
def prefetch_global(t):
    """qos with global limits all consumers of the channel together, and the per-consumer limit still holds"""
    ch = t.channel()
    q1, q2 = ch.queue(), ch.queue()
    ch.rpc('basic.qos', prefetch_count=3)
    ch.rpc('basic.qos', prefetch_count=4, global_=True)  # in this order: a later one without global lifts this
    ch.consume(q1, 'a')
    ch.consume(q2, 'b')
    fill(ch, q1, 20)
    first = ch.deliveries(3)
    ch.none()
    fill(ch, q2, 20)
    first += ch.deliveries(1)
    ch.none()
    assert first[3].consumer_tag == 'b'
    ch.ack(first[0].delivery_tag)
    ch.deliver()
    ch.none()


@test
def prefetch_raised_live(t):
    """raising a global limit delivers at once; lowering holds back until acked below it"""
    ch = t.channel()
    q = ch.queue()
    ch.rpc('basic.qos', prefetch_count=2, global_=True)
    ch.consume(q)
    fill(ch, q, 30)
    ch.deliveries(2)
    ch.none(0.1)
    ch.rpc('basic.qos', prefetch_count=5, global_=True)
    last = ch.deliveries(3)[-1]
    ch.none(0.1)
    ch.rpc('basic.qos', prefetch_count=1, global_=True)
    ch.ack(last.delivery_tag - 1, multiple=True)
    ch.none(0.1)
    ch.ack(last.delivery_tag)
    ch.deliver()
    ch.none(0.1)


@test
def prefetch_global_late(t):
    """a global limit holds for consumers started before it, and counts what they hold already"""
    ch = t.channel()
    q1, q2 = ch.queue(), ch.queue()
    ch.consume(q1, 'a')
    fill(ch, q1, 3)
    first = ch.deliveries(3)
    ch.rpc('basic.qos', prefetch_count=4, global_=True)
    ch.consume(q2, 'b')
    fill(ch, q1, 20)
    first += ch.deliveries(1)
    fill(ch, q2, 20)
    ch.none()
    ch.ack(first[-1].delivery_tag, multiple=True)
    ch.deliveries(4)
    ch.none()


@test
def prefetch_global_late_under_load(t):
    """a global limit set in the middle of a flood holds from its qos-ok on"""
    ch = t.channel()
    q = ch.queue()
    for _ in range(20000):  # far more than sockets hold: not all of it is out when the limit comes
        ch.publish('', q, b'x' * 2000)
    ch.consume(q)
    ch.rpc('basic.qos', prefetch_count=10, global_=True)
    held = len(ch.c.inbox[1])
    if held < 10:
        ch.deliveries(10 - held)
    ch.c.pump(0.2)
    assert len(ch.c.inbox[1]) == (held if held >= 10 else 0), 'more than the limit after qos-ok'
    ch.ack(0, multiple=True)
    ch.deliveries(len(ch.c.inbox[1]))
    ch.deliveries(10)
    ch.none()


@test
def prefetch_global_lifted(t):
    """0 lifts a global limit at once, and so does a qos without global, which then limits later consumers"""
    for lift in ({'prefetch_count': 0, 'global_': True}, {'prefetch_count': 3}):
        ch = t.channel()
        q, later = ch.queue(), ch.queue()
        ch.rpc('basic.qos', prefetch_count=2, global_=True)
        ch.consume(q)
        fill(ch, q, 20)
        ch.deliveries(2)
        ch.none(0.1)
        ch.rpc('basic.qos', **lift)
        ch.deliveries(18)
        ch.consume(later)
        fill(ch, later, 10)
        ch.deliveries(10 if 'global_' in lift else 3)
        ch.none(0.1)
        ch.rpc('basic.qos', prefetch_count=24, global_=True)  # and again: what is held counts
        fill(ch, q, 20)
        if 'global_' not in lift:
            ch.deliveries(1)
        ch.none(0.1)


@test
def prefetch_global_and_no_ack(t):
    """an exhausted global limit holds a no_ack consumer of the channel back, but it takes no place of it"""
    ch = t.channel()
    q1, q2 = ch.queue(), ch.queue()
    ch.rpc('basic.qos', prefetch_count=2, global_=True)
    ch.consume(q2, 'auto', no_ack=True)
    fill(ch, q2, 10)
    ch.deliveries(10)
    ch.consume(q1, 'acks')
    fill(ch, q1, 5)
    last = ch.deliveries(2)[-1]
    ch.none(0.1)
    fill(ch, q2, 3)
    ch.none(0.2)
    ch.rpc('basic.cancel', consumer_tag='acks')
    ch.none(0.1)
    ch.ack(last.delivery_tag)
    assert [d.consumer_tag for d in ch.deliveries(3)] == ['auto'] * 3


@test
def prefetch_global_tx(t):
    """acks in a transaction free their places with the commit"""
    ch = t.channel()
    q = ch.queue()
    ch.rpc('tx.select')
    ch.rpc('basic.qos', prefetch_count=2, global_=True)
    ch.consume(q)
    fill(ch, q, 6)
    ch.rpc('tx.commit')
    last = ch.deliveries(2)[-1]
    ch.ack(last.delivery_tag, multiple=True)
    ch.none(0.1)
    ch.rpc('tx.commit')
    ch.deliveries(2)
    ch.none(0.1)


@test
def prefetch_ignores_get_and_no_ack(t):
    """basic.get and no_ack consumers are not limited by prefetch"""
    ch = t.channel()
    q = ch.queue()
    ch.rpc('basic.qos', prefetch_count=1)
    fill(ch, q, 10)
    ch.sync()
    for _ in range(5):
        assert ch.get_soon(q, no_ack=False)
    ch.consume(q, no_ack=True)
    assert len(ch.deliveries(5)) == 5


@test
def each_ack_one_more(t):
    """with prefetch 1 every ack brings exactly one more, in order"""
    ch = t.channel()
    q = ch.queue()
    fill(ch, q, 50)
    ch.rpc('basic.qos', prefetch_count=1)
    ch.consume(q)
    for i in range(50):
        d = ch.deliver()
        assert int(d.body) == i
        ch.ack(d.delivery_tag)


@test
def fair_turns(t):
    """consumers with room take turns: nobody starves and the shares are even"""
    pub = t.channel()
    q = pub.declare('')[0]
    t.cleanup(lambda: t.channel().rpc('queue.delete', queue=q))
    subs = []
    for n in range(4):
        ch = t.channel()
        ch.rpc('basic.qos', prefetch_count=50)
        ch.consume(q, 'c%d' % n)
        subs.append(ch)
    fill(pub, q, 200)
    bodies = []
    for ch in subs:
        bodies += numbers(ch.deliveries(50))  # everybody is filled to the prefetch, nobody beyond
    assert sorted(bodies) == list(range(200))


@test
def turns_one_by_one(t):
    """two idle consumers get messages published one by one in turn"""
    c = t.connect()
    pub, a, b = c.channel(1), c.channel(2), c.channel(3)
    q = pub.queue()
    a.consume(q, no_ack=True)
    b.consume(q, no_ack=True)
    pub.confirm()
    for n in range(20):
        pub.publish('', q, '%d' % n)
        pub.wait_confirms()
    got_a, got_b = numbers(a.deliveries(10)), numbers(b.deliveries(10))
    assert sorted(got_a + got_b) == list(range(20)) and got_a == sorted(got_a)


@test
def consumer_priorities(t):
    """consumers of higher x-priority are served first while they have room"""
    ch = t.channel()
    q = ch.queue()
    ch.rpc('basic.qos', prefetch_count=3)
    ch.consume(q, 'low', arguments={'x-priority': -5})
    ch.consume(q, 'mid')
    ch.consume(q, 'high', arguments={'x-priority': 10})
    for n in range(8):
        ch.publish('', q, '%d' % n)
    got = [d.consumer_tag for d in ch.deliveries(8)]
    assert collections.Counter(got) == {'high': 3, 'mid': 3, 'low': 2}, got
    assert got == ['high'] * 3 + ['mid'] * 3 + ['low'] * 2, got


@test
def single_active_consumer(t):
    """one consumer gets all until it goes, then the next in order of subscription"""
    pub = t.channel()
    q = pub.declare('', {'x-single-active-consumer': True})[0]
    t.cleanup(lambda: t.channel().rpc('queue.delete', queue=q))
    a, b, c = t.channel(), t.channel(), t.channel()
    for ch in (a, b, c):
        ch.rpc('basic.qos', prefetch_count=5)
        ch.consume(q, 'x')
    fill(pub, q, 12)
    assert numbers(a.deliveries(5)) == [0, 1, 2, 3, 4]
    b.none(0.2)
    a.ack(2, multiple=True)
    assert numbers(a.deliveries(2)) == [5, 6]
    a.c.reset()
    got = b.deliveries(5)
    assert numbers(got) == [2, 3, 4, 5, 6] and all(d.redelivered for d in got)
    c.none(0.2)
    b.close()
    assert numbers(c.deliveries(5)) == [2, 3, 4, 5, 6]
    c.ack(0, multiple=True)
    assert numbers(c.deliveries(5)) == [7, 8, 9, 10, 11]


@test
def single_active_consumer_cancels(t):
    """a cancelled active consumer hands over at once, and keeps what it has not acked"""
    t.differs_on_rabbitmq('3.10.8 delivers to nobody any more, then the queue dies')
    ch, next_ = t.channel(), t.channel()
    q = ch.declare('', {'x-single-active-consumer': True})[0]
    t.cleanup(lambda: t.channel().rpc('queue.delete', queue=q))
    ch.rpc('basic.qos', prefetch_count=2)
    ch.consume(q, 'first')
    next_.consume(q, 'second')
    fill(ch, q, 5)
    assert numbers(ch.deliveries(2)) == [0, 1]
    ch.rpc('basic.cancel', consumer_tag='first')
    assert numbers(next_.deliveries(3)) == [2, 3, 4]
    ch.nack(1)
    got = next_.deliver()
    assert got.body == b'0' and got.redelivered


@test
def no_ack_consumers_drain(t):
    """no_ack deliveries are gone at once"""
    ch = t.channel()
    q = ch.queue()
    fill(ch, q, 1000)
    tag = ch.consume(q, no_ack=True)
    ch.deliveries(1000)
    ch.rpc('basic.cancel', consumer_tag=tag)
    assert ch.declare(q, passive=True) == (q, 0, 0)


@test
def exclusive_consumer_leaves(t):
    """when an exclusive consumer is gone, by cancel or with its connection, others may come"""
    ch = t.channel()
    q = ch.declare('')[0]
    t.cleanup(lambda: t.channel().rpc('queue.delete', queue=q))
    ch.consume(q, 'only', exclusive=True)
    assert outcome(lambda: t.channel().consume(q))['channel.close'] == 403
    ch.rpc('basic.cancel', consumer_tag='only')
    other = t.channel()
    other.consume(q, exclusive=True)
    other.c.reset()
    from broker import poll
    poll('free again', lambda: isinstance(outcome(lambda: t.channel().consume(q)), str))


@test
def get_counts(t):
    """basic.get reports how many are left, and shows redelivered"""
    ch = t.channel()
    q = ch.queue()
    fill(ch, q, 3)
    ch.get_soon(q, no_ack=False)
    got = ch.get(q)
    assert (got.message_count, got.body) == (1, b'1')
    ch.nack(1)
    ch.sync()
    got = ch.get(q)
    assert got.redelivered and got.body == b'0' and got.message_count == 1


@test
def unacked_stay(t):
    """a queue's count leaves out what is unacked; purge does not touch it"""
    ch = t.channel()
    q = ch.queue()
    fill(ch, q, 10)
    for _ in range(4):
        ch.get_soon(q, no_ack=False)
    ch.sync()
    assert ch.count(q) == 6
    assert ch.rpc('queue.purge', queue=q).message_count == 6
    ch.nack(0, multiple=True)
    ch.sync()
    assert ch.bodies(q) == [b'0', b'1', b'2', b'3']


@test
def own_messages_with_no_local(t):
    """no_local does nothing: own messages are delivered"""
    ch = t.channel()
    q = ch.queue()
    ch.consume(q, no_local=True)
    ch.publish('', q)
    ch.deliver()


@test
def consume_then_nothing(t):
    """an idle consumer gets nothing"""
    ch = t.channel()
    ch.consume(ch.queue())
    try:
        ch.recv(0.3)
        raise AssertionError('unexpected delivery')
    except Timeout:
        pass


@test
def many_queues_one_channel(t):
    """a channel consumes 200 queues at once, each in order"""
    ch = t.channel()
    queues = [ch.queue() for _ in range(200)]
    for q in queues:
        ch.consume(q, 'of ' + q, no_ack=True)
    for n in range(5):
        for q in queues:
            ch.publish('', q, '%d' % n)
    per = collections.defaultdict(list)
    for d in ch.deliveries(1000):
        assert d.consumer_tag == 'of ' + d.routing_key
        per[d.routing_key].append(int(d.body))
    assert all(per[q] == [0, 1, 2, 3, 4] for q in queues)
