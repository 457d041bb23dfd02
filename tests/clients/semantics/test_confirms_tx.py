"""Publisher confirms and transactions."""
from conformance.client import outcome
from testkit import test

PARALLEL = 4


@test
def confirms_cover_all(t):
    """5,000 publishes are all acked, each tag once, tags counted from confirm.select"""
    ch = t.channel()
    q = ch.queue()
    ch.publish('', q, 'before')
    ch.confirm()
    for n in range(5000):
        ch.publish('', q, '%d' % n)
    assert ch.wait_confirms() == []
    assert ch.count(q) == 5001


@test
def confirms_of_persistent(t):
    """persistent messages to durable queues are acked; mixed kinds too, and never a tag twice"""
    ch = t.channel()
    d = ch.declare('', durable=True)[0]
    t.cleanup(lambda: t.channel().rpc('queue.delete', queue=d))
    q = ch.queue()
    ch.confirm()
    for n in range(600):
        ch.publish('', (d, q, 'nobody')[n % 3], '%d' % n, delivery_mode=1 + n % 2)
    assert ch.wait_confirms() == []
    ch.sync()
    ch.c.pump(0.2)
    assert not ch.c.inbox[1], ch.c.inbox[1]


@test
def one_at_a_time(t):
    """publish and wait, 50 times persistent"""
    ch = t.channel()
    d = ch.declare('', durable=True)[0]
    t.cleanup(lambda: t.channel().rpc('queue.delete', queue=d))
    ch.confirm()
    for n in range(1, 51):
        ch.publish('', d, delivery_mode=2)
        e = ch.expect('basic.ack')
        assert e.delivery_tag == n, e


@test
def returns_come_before_acks(t):
    """of a mandatory unroutable message the return precedes the ack, in order of publishing"""
    ch = t.channel()
    q = ch.queue()
    ch.confirm()
    for n in range(100):
        ch.publish('', q if n % 2 else 'nobody', '%d' % n, mandatory=True)
    returned = []
    while len(ch.acks) < 100:
        e = ch.recv()
        if e.name == 'basic.return':
            returned.append(int(e.body))
        else:
            ch.note_confirm(e)
            for n in range(0, 100, 2):
                if n + 1 in ch.acks:
                    assert n in returned, 'message %d acked before its return' % n
    assert returned == list(range(0, 100, 2))


@test
def confirm_when_queue_is_deleted(t):
    """publishes on their way to a queue that is deleted are settled"""
    c = t.connect()
    ch, other = c.channel(1), c.channel(2)
    q = other.declare('', durable=True)[0]
    ch.confirm()
    for n in range(500):
        ch.publish('', q, delivery_mode=2)
    other.rpc('queue.delete', queue=q)
    for n in range(10):
        ch.publish('', q, delivery_mode=2)
    ch.wait_confirms()


@test
def confirms_while_consumed(t):
    """confirms and acks run on one channel at once"""
    ch = t.channel()
    d = ch.declare('', durable=True)[0]
    t.cleanup(lambda: t.channel().rpc('queue.delete', queue=d))
    ch.consume(d)
    ch.confirm()
    for n in range(1000):
        ch.publish('', d, '%d' % n, delivery_mode=2)
    got = []
    while len(got) < 1000 or len(ch.acks) < 1000:
        e = ch.recv()
        if e.name == 'basic.deliver':
            got.append(int(e.body))
            ch.ack(e.delivery_tag)
        else:
            ch.note_confirm(e)
    assert got == list(range(1000)) and not ch.nacks


# Transactions

@test
def tx_commit(t):
    """publishes of a transaction appear at commit, in order"""
    ch, see = t.channel(), t.channel()
    q = see.queue(exclusive=False, auto_delete=True)
    ch.rpc('tx.select')
    for n in range(50):
        ch.publish('', q, '%d' % n)
    ch.sync()
    assert see.count(q) == 0
    ch.rpc('tx.commit')
    assert see.bodies(q) == [b'%d' % n for n in range(50)]
    see.rpc('queue.delete', queue=q)


@test
def tx_rollback(t):
    """rollback forgets publishes and acks; the deliveries stay unacked"""
    ch = t.channel()
    q = ch.queue()
    ch.publish('', q, 'm')
    got = ch.get_soon(q, no_ack=False)
    ch.rpc('tx.select')
    ch.publish('', q, 'never')
    ch.ack(got.delivery_tag)
    ch.rpc('tx.rollback')
    assert ch.count(q) == 0
    ch.nack(got.delivery_tag)  # still ours
    ch.rpc('tx.commit')
    again = ch.get_soon(q)
    assert (again.body, again.redelivered) == (b'm', True)


@test
def tx_acks(t):
    """acks of a transaction count at commit: before it a closed channel gives the messages back"""
    ch, see = t.channel(), t.channel()
    q = see.declare('tx-acks')[0]
    t.cleanup(lambda: t.channel().rpc('queue.delete', queue=q))
    for n in range(4):
        see.publish('', q, '%d' % n)
    see.sync()
    ch.rpc('tx.select')
    got = [ch.get_soon(q, no_ack=False) for _ in range(4)]
    ch.ack(got[1].delivery_tag, multiple=True)
    ch.rpc('tx.commit')
    ch.ack(got[2].delivery_tag)
    ch.sync()
    ch.close()
    assert see.bodies(q) == [b'2', b'3']


@test
def tx_mixed(t):
    """publishes and acks of several commits, with nack and reject"""
    ch = t.channel()
    q = ch.queue()
    ch.rpc('tx.select')
    for n in range(3):
        ch.publish('', q, '%d' % n)
    ch.rpc('tx.commit')
    got = [ch.get_soon(q, no_ack=False) for _ in range(3)]
    ch.ack(got[0].delivery_tag)
    ch.nack(got[1].delivery_tag, requeue=True)
    ch.reject(got[2].delivery_tag, requeue=False)
    ch.publish('', q, 'late')
    ch.sync()
    assert ch.count(q) == 0
    ch.rpc('tx.commit')
    assert ch.bodies(q) == [b'1', b'late']


@test
def tx_returns_at_commit(t):
    """mandatory messages of a transaction are returned at commit"""
    ch = t.channel()
    ch.rpc('tx.select')
    ch.publish('', 'nobody', mandatory=True)
    ch.sync()
    ch.send('tx.commit')
    names = [ch.recv().name, ch.recv().name]
    assert sorted(names) == ['basic.return', 'tx.commit-ok'], names


@test
def tx_empty(t):
    """empty commits and rollbacks are answered; the mode lasts"""
    ch = t.channel()
    ch.rpc('tx.select')
    for _ in range(3):
        ch.rpc('tx.commit')
        ch.rpc('tx.rollback')
    q = ch.queue()
    ch.publish('', q)
    ch.sync()
    assert ch.count(q) == 0


@test
def tx_error_in_publish(t):
    """a publish to a missing exchange inside a transaction fails at once"""
    ch = t.channel()
    ch.rpc('tx.select')
    ch.publish('no-such-exchange', 'k')
    assert outcome(ch.sync)['channel.close'] == 404


@test
def tx_unknown_ack(t):
    """an unknown tag inside a transaction fails at once"""
    ch = t.channel()
    ch.rpc('tx.select')
    ch.ack(9)
    assert outcome(ch.sync)['text'] == 'PRECONDITION_FAILED - unknown delivery tag 9'
