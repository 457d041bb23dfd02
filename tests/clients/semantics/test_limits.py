"""What ages and what overflows: TTL, expiry of queues, length limits, priorities."""
import time

from broker import poll
from conformance.client import outcome
from testkit import test

PARALLEL = 6


def fill(ch, q, *bodies, **props):
    for body in bodies:
        ch.publish('', q, body, **props)
    ch.sync()


@test
def queue_ttl(t):
    """x-message-ttl drops what is older, promptly and without anybody asking for it"""
    ch = t.channel()
    q = ch.queue({'x-message-ttl': 300})
    fill(ch, q, *'abc')
    assert ch.get_soon(q).body == b'a'
    began = time.monotonic()
    poll('expired', lambda: ch.count(q) == 0)
    assert time.monotonic() - began < 3


@test
def ttl_keeps_younger(t):
    """messages published later live on"""
    ch = t.channel()
    q = ch.queue({'x-message-ttl': 1000})
    fill(ch, q, 'old')
    ch.c.pump(0.6)
    fill(ch, q, 'young')
    poll('the old one expires', lambda: ch.count(q) == 1, 5, 0.005)
    assert ch.get(q).body == b'young'


@test
def message_ttl(t):
    """expiration drops a message after its time; it is not delivered later"""
    ch = t.channel()
    q = ch.queue()
    fill(ch, q, 'short', expiration='100')
    ch.c.pump(0.3)
    assert ch.get(q) is None and ch.count(q) == 0


@test
def message_ttl_at_the_head_only(t):
    """a message that expired behind a longer-lived one is dropped when it reaches the head"""
    ch = t.channel()
    q = ch.queue()
    fill(ch, q, 'long', expiration='60000')
    fill(ch, q, 'short', expiration='50')
    fill(ch, q, 'none')
    ch.c.pump(0.3)
    assert ch.count(q) == 3, 'RabbitMQ keeps and counts it'
    assert ch.bodies(q) == [b'long', b'none']


@test
def smaller_ttl_wins(t):
    """of queue TTL and expiration the smaller one counts"""
    ch = t.channel()
    q = ch.queue({'x-message-ttl': 200})
    fill(ch, q, 'a', expiration='60000')
    q2 = ch.queue({'x-message-ttl': 60000})
    fill(ch, q2, 'b', expiration='200')
    poll('both expired', lambda: ch.count(q) == 0 and ch.count(q2) == 0, 5)


@test
def ttl_zero(t):
    """TTL 0 delivers to a waiting consumer or expires at once"""
    ch = t.channel()
    q = ch.queue({'x-message-ttl': 0})
    fill(ch, q, 'nobody')
    poll('expired', lambda: ch.count(q) == 0, 5)
    ch.consume(q, no_ack=True)
    fill(ch, q, 'somebody')
    assert ch.deliver().body == b'somebody'
    q2 = ch.queue()
    fill(ch, q2, 'x', expiration='0')
    poll('expired', lambda: ch.count(q2) == 0, 5)


@test
def unacked_do_not_expire(t):
    """an unacked message does not expire; requeued past its time it does"""
    ch = t.channel()
    q = ch.queue({'x-message-ttl': 150})
    fill(ch, q, 'x')
    got = ch.get_soon(q, no_ack=False)
    ch.c.pump(0.4)
    ch.nack(got.delivery_tag)
    poll('expired after requeue', lambda: ch.count(q) == 0, 5)


@test
def large_ttl(t):
    """a TTL beyond 2^32 ms is fine"""
    ch = t.channel()
    q = ch.queue({'x-message-ttl': 4294967296})
    fill(ch, q, 'x', expiration='4294967296')
    assert ch.get_soon(q).body == b'x'


@test
def expires(t):
    """x-expires deletes an unused queue"""
    ch = t.channel()
    q = ch.declare('', {'x-expires': 300})[0]
    ch.publish('', q)
    deadline = time.monotonic() + 10
    while True:
        ch.c.pump(0.6)  # asking would be a use
        got = outcome(lambda: ch.declare(q, passive=True))
        if isinstance(got, dict):
            assert got['channel.close'] == 404
            break
        assert time.monotonic() < deadline


@test
def expires_not_while_used(t):
    """a consumer, gets and declarations keep a queue with x-expires"""
    ch = t.channel()
    q = ch.declare('', {'x-expires': 400})[0]
    for _ in range(5):
        ch.c.pump(0.2)
        ch.get(q)
    for _ in range(5):
        ch.c.pump(0.2)
        ch.declare(q, passive=True)
    tag = ch.consume(q)
    ch.c.pump(1.0)
    assert ch.declare(q, passive=True)[2] == 1
    ch.rpc('basic.cancel', consumer_tag=tag)
    ch.c.pump(1.2)
    assert outcome(lambda: ch.declare(q, passive=True))['channel.close'] == 404


@test
def drop_head(t):
    """x-max-length drops the oldest"""
    ch = t.channel()
    q = ch.queue({'x-max-length': 3})
    fill(ch, q, *'abcdef')
    assert ch.bodies(q) == [b'd', b'e', b'f']


@test
def max_length_bytes(t):
    """x-max-length-bytes counts bodies"""
    ch = t.channel()
    q = ch.queue({'x-max-length-bytes': 100})
    fill(ch, q, *['%02d' % n + 'x' * 28 for n in range(6)])
    assert [b[:2] for b in ch.bodies(q)] == [b'03', b'04', b'05']
    fill(ch, q, 'small', 'y' * 101)
    assert ch.bodies(q) == []


@test
def both_limits(t):
    """of both limits the one reached first counts"""
    ch = t.channel()
    q = ch.queue({'x-max-length': 3, 'x-max-length-bytes': 10})
    fill(ch, q, 'a', 'b', 'c', 'd')
    assert ch.bodies(q) == [b'b', b'c', b'd']
    fill(ch, q, 'aaaaa', 'bbbbb', 'ccccc')
    assert ch.bodies(q) == [b'bbbbb', b'ccccc']


@test
def max_length_zero(t):
    """x-max-length 0 keeps nothing but still delivers to a waiting consumer"""
    ch = t.channel()
    q = ch.queue({'x-max-length': 0})
    fill(ch, q, 'a')
    assert ch.count(q) == 0
    ch.consume(q, no_ack=True)
    fill(ch, q, 'b')
    assert ch.deliver().body == b'b'


@test
def unacked_do_not_count(t):
    """unacked messages do not count for the limit"""
    ch = t.channel()
    q = ch.queue({'x-max-length': 2})
    fill(ch, q, 'a', 'b')
    first = ch.get_soon(q, no_ack=False)
    fill(ch, q, 'c')
    assert ch.count(q) == 2
    ch.nack(first.delivery_tag)
    ch.sync()
    poll('back within the limit', lambda: ch.count(q) == 2, 5)
    assert ch.bodies(q) == [b'b', b'c']


@test
def reject_publish(t):
    """reject-publish nacks the newest; room made is used again"""
    ch = t.channel()
    q = ch.queue({'x-max-length': 2, 'x-overflow': 'reject-publish'})
    ch.confirm()
    for body in 'abcd':
        ch.publish('', q, body)
    assert ch.wait_confirms() == [3, 4]
    assert ch.get(q).body == b'a'
    ch.publish('', q, 'e')
    assert ch.wait_confirms() == [3, 4]
    assert ch.bodies(q) == [b'b', b'e']


@test
def reject_publish_to_two(t):
    """a message that one of two queues refuses is nacked, the other queue has it"""
    ch = t.channel()
    full = ch.queue({'x-max-length': 1, 'x-overflow': 'reject-publish'})
    wide = ch.queue()
    ch.exchange('rp-fan', 'fanout', auto_delete=True)
    ch.bind(full, 'rp-fan')
    ch.bind(wide, 'rp-fan')
    ch.confirm()
    ch.publish('rp-fan', '', '1')
    ch.publish('rp-fan', '', '2')
    assert ch.wait_confirms() == [2]
    assert ch.bodies(wide) == [b'1', b'2'] and ch.bodies(full) == [b'1']


@test
def reject_publish_without_confirms(t):
    """without confirms reject-publish drops silently"""
    ch = t.channel()
    q = ch.queue({'x-max-length': 1, 'x-overflow': 'reject-publish'})
    fill(ch, q, 'a', 'b')
    assert ch.bodies(q) == [b'a']


@test
def reject_publish_dlx(t):
    """reject-publish-dlx nacks and dead-letters the newest"""
    ch = t.channel()
    dead = ch.queue()
    q = ch.queue({'x-max-length': 1, 'x-overflow': 'reject-publish-dlx', 'x-dead-letter-exchange': '',
                  'x-dead-letter-routing-key': dead})
    ch.confirm()
    for body in 'abc':
        ch.publish('', q, body)
    assert ch.wait_confirms() == [2, 3]
    got = [ch.get_soon(dead) for _ in range(2)]
    assert [g.body for g in got] == [b'b', b'c'] and got[0].headers()['x-death'][0]['reason'] == 'maxlen'
    assert ch.bodies(q) == [b'a']


@test
def drop_head_is_acked(t):
    """drop-head acks all publishes"""
    ch = t.channel()
    q = ch.queue({'x-max-length': 2})
    ch.confirm()
    for n in range(100):
        ch.publish('', q, '%d' % n)
    assert ch.wait_confirms() == []
    assert ch.bodies(q) == [b'98', b'99']


# Priorities

@test
def priorities(t):
    """higher priorities first, first in first out within one; absent is 0, above the maximum is capped"""
    ch = t.channel()
    q = ch.queue({'x-max-priority': 5})
    for n, priority in enumerate([None, 1, 5, 3, 5, 0, 9, 3, 200]):
        ch.publish('', q, '%d' % n, priority=priority)
    ch.sync()
    got = [ch.get_soon(q) for _ in range(9)]
    assert [g.body for g in got] == [b'2', b'4', b'6', b'8', b'3', b'7', b'1', b'0', b'5'], got
    assert [g.props.get('priority') for g in got] == [5, 5, 9, 200, 3, 3, 1, None, 0]


@test
def priority_requeue(t):
    """a requeued message goes back to its place within its priority"""
    ch = t.channel()
    q = ch.queue({'x-max-priority': 3})
    for body, priority in (('a', 1), ('b', 3), ('c', 3), ('d', 2)):
        ch.publish('', q, body, priority=priority)
    ch.sync()
    b, c = ch.get_soon(q, no_ack=False), ch.get_soon(q, no_ack=False)
    assert (b.body, c.body) == (b'b', b'c')
    ch.publish('', q, 'e', priority=3)
    ch.nack(c.delivery_tag)
    ch.nack(b.delivery_tag)
    ch.sync()
    assert ch.bodies(q) == [b'b', b'c', b'e', b'd', b'a']


@test
def priority_without_argument(t):
    """a queue without x-max-priority ignores priorities"""
    ch = t.channel()
    q = ch.queue()
    for n, priority in enumerate([0, 9, 5]):
        ch.publish('', q, '%d' % n, priority=priority)
    ch.sync()
    assert ch.bodies(q) == [b'0', b'1', b'2']


@test
def priority_overtakes_backlog(t):
    """a high priority message overtakes a backlog behind a full consumer"""
    ch = t.channel()
    q = ch.queue({'x-max-priority': 9})
    ch.rpc('basic.qos', prefetch_count=1)
    ch.consume(q)
    for n in range(100):
        ch.publish('', q, 'low', priority=1)
    first = ch.deliver()
    ch.confirm()
    ch.publish('', q, 'high', priority=9)
    ch.wait_confirms()
    ch.ack(first.delivery_tag)
    got = ch.deliver()
    assert got.body == b'high', got


@test
def lazy_mode(t):
    """lazy queues behave like others"""
    ch = t.channel()
    q = ch.queue({'x-queue-mode': 'lazy'})
    fill(ch, q, *[b'%05d' % n for n in range(2000)])
    got = [ch.get_soon(q, no_ack=False) for _ in range(3)]
    ch.nack(got[1].delivery_tag)
    ch.consume(q, no_ack=True)
    assert [d.body for d in ch.deliveries(1998)] == [b'00001'] + [b'%05d' % n for n in range(3, 2000)]
