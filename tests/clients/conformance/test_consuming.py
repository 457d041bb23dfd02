"""basic.consume, get, cancel, acknowledgements, qos and recover: codes and texts."""
import sys

from conformance.client import CAPABILITIES, Timeout, outcome
from conformance.common import BROKER, VHOST, channel, refused_with  # noqa: F401
from testkit import CAPTURES, add_captured, captured, test

S = 'Consuming'
ME = sys.modules[__name__]


def setup(t):
    ch = channel(t)
    ch.rpc('queue.delete', queue='q1')
    ch.declare('q1', durable=True)
    for q in ('never', 'last', 'qq1', 'st1'):
        ch.rpc('queue.delete', queue=q)
    ch.declare('last')


captured(S, 'consume missing queue')(lambda t: channel(t).consume('never'))
captured(S, 'get missing queue')(lambda t: channel(t).get('never'))


@captured(S, 'consume generates tag')
def _(t):
    ch = channel(t)
    return ch.consume(ch.queue())


@captured(S, 'consume duplicate tag')
def _(t):
    ch = channel(t)
    q = ch.queue()
    ch.consume(q, 't')
    ch.consume(q, 't')


@captured(S, 'consume exclusive while others',
          instead={'channel.close': 403, 'class_method': (60, 20),
                   'text': "ACCESS_REFUSED - queue 'last1' in vhost 'amqp-ref' in exclusive use"},
          why='a queue of its own')
def _(t):
    ch = channel(t)
    ch.declare('last1', auto_delete=True)
    ch.consume('last1')
    channel(t).consume('last1', exclusive=True)


@captured(S, 'consume when exclusively consumed')
def _(t):
    channel(t).consume('last', exclusive=True)
    channel(t).consume('last')


captured(S, 'consume x-priority string')(lambda t: channel(t).consume('q1', arguments={'x-priority': 'high'}))
captured(S, 'consume no_local=true accepted')(lambda t: channel(t).consume('q1', 'nl', no_local=True))
captured(S, 'consume amq.-prefixed tag')(lambda t: channel(t).consume('q1', 'amq.foo'))
captured(S, 'cancel unknown tag')(lambda t: channel(t).rpc('basic.cancel', consumer_tag='zz').consumer_tag)


@captured(S, 'get empty')
def _(t):
    ch = channel(t)
    return ch.get(ch.queue())


def settle(act):
    def run(t):
        ch = channel(t)
        act(ch)
        return ch.sync()
    return run


captured(S, 'ack unknown tag')(settle(lambda ch: ch.ack(5)))
captured(S, 'ack tag 0 multiple with none outstanding')(settle(lambda ch: ch.ack(0, True)))
captured(S, 'ack tag 0 not multiple')(settle(lambda ch: ch.ack(0)))
captured(S, 'nack unknown tag')(settle(lambda ch: ch.nack(5)))
captured(S, 'reject unknown tag')(settle(lambda ch: ch.reject(5)))
captured(S, 'basic.recover-async requeue=true (no reply)')(settle(lambda ch: ch.send('basic.recover-async',
                                                                                     requeue=True)))


@captured(S, 'double ack')
def _(t):
    ch = channel(t)
    q = ch.queue()
    ch.publish('', q)
    assert ch.get_soon(q, no_ack=False).delivery_tag == 1
    ch.ack(1)
    ch.ack(1)
    return ch.sync()


captured(S, 'qos prefetch_size non-zero')(lambda t: channel(t).rpc('basic.qos', prefetch_size=5))
captured(S, 'qos global')(lambda t: channel(t).rpc('basic.qos', prefetch_count=5, global_=True) and 'ok')
captured(S, 'basic.recover requeue=false')(lambda t: channel(t).rpc('basic.recover', requeue=False))
captured(S, 'basic.recover requeue=true')(lambda t: channel(t).rpc('basic.recover', requeue=True).name[6:])


@captured(S, 'queue deleted under a consumer (consumer_cancel_notify)')
def _(t):
    ch = channel(t)
    q = ch.queue()
    ch.consume(q, 'tag1')
    ch.rpc('queue.delete', queue=q)
    e = ch.expect('basic.cancel')
    return 'basic.cancel consumer_tag=%s nowait=%d' % (e.consumer_tag, e.nowait)


@captured(S, 'same without the capability')
def _(t):
    ch = channel(t, capabilities={k: v for k, v in CAPABILITIES.items() if k != 'consumer_cancel_notify'})
    q = ch.queue()
    ch.consume(q, 'tag1')
    ch.rpc('queue.delete', queue=q)
    ch.sync()
    return ch.recv(0.5)


# Queue types that do not exist yet: the recorded reply, or the refusal of the type.

NOT_YET = 'this queue type does not exist here yet and is refused with 406'


def typed(queue, kind, act, case):
    def run(t):
        ch = channel(t)
        ch.declare(queue, {'x-queue-type': kind}, durable=True)
        t.cleanup(lambda: channel(t).rpc('queue.delete', queue=queue))
        return act(channel(t))
    add_captured(ME, S, case, run, refused_with(406, (50, 10)), NOT_YET)


def consume_with(qos=None, global_=False, **how):
    def act(ch):
        if qos:
            ch.rpc('basic.qos', prefetch_count=qos, global_=global_)
        return ch.consume(how.get('queue', 'st1'), no_ack=how.get('no_ack', False), arguments=how.get('arguments'))
    return act



typed('qq1', 'quorum', consume_with(5, True, queue='qq1'), 'quorum consume with global qos')
typed('st1', 'stream', consume_with(), 'stream consume without qos')
typed('st1', 'stream', consume_with(5, no_ack=True), 'stream consume no_ack')
typed('st1', 'stream', consume_with(5, True), 'stream consume global qos')
typed('st1', 'stream', lambda ch: ch.get('st1'), 'stream basic.get')
typed('st1', 'stream', lambda ch: ch.rpc('queue.purge', queue='st1'), 'stream purge')
typed('st1', 'stream', lambda ch: ch.rpc('queue.delete', queue='st1', if_unused=True).message_count,
      'stream delete if-unused')
for _case in CAPTURES[S]:
    if _case.startswith('stream consume x-stream-offset='):
        _value = eval(_case.partition('=')[2], {})  # noqa: S307 - our own data file
        typed('st1', 'stream', consume_with(5, arguments={'x-stream-offset': _value}), _case)


@test
def unknown_tags_after_settlement(t):
    """a tag settled by a multiple ack is unknown afterwards; the error names it"""
    ch = channel(t)
    q = ch.queue()
    for _ in range(3):
        ch.publish('', q)
    ch.consume(q)
    assert [d.delivery_tag for d in ch.deliveries(3)] == [1, 2, 3]
    ch.ack(2, multiple=True)
    ch.ack(3)
    ch.nack(2)
    got = outcome(ch.sync)
    assert got == {'channel.close': 406, 'class_method': (60, 120),
                   'text': 'PRECONDITION_FAILED - unknown delivery tag 2'}, got


@test
def multiple_ack_of_unknown(t):
    """ack multiple of a tag that was never delivered is unknown too"""
    ch = channel(t)
    q = ch.queue()
    ch.publish('', q)
    ch.consume(q)
    ch.deliver()
    ch.ack(9, multiple=True)
    got = outcome(ch.sync)
    assert got['text'] == 'PRECONDITION_FAILED - unknown delivery tag 9', got


@test
def tags_belong_to_a_channel(t):
    """a delivery cannot be acked on another channel"""
    c = t.connect(vhost=VHOST)
    one, two = c.channel(1), c.channel(2)
    q = one.queue()
    one.publish('', q)
    assert one.get_soon(q, no_ack=False).delivery_tag == 1
    two.ack(1)
    assert outcome(two.sync)['text'] == 'PRECONDITION_FAILED - unknown delivery tag 1'
    one.ack(1)
    one.sync()


@test
def no_ack_is_not_ackable(t):
    """deliveries without acknowledgement have tags that cannot be acked"""
    ch = channel(t)
    q = ch.queue()
    ch.publish('', q)
    got = ch.get_soon(q)
    ch.ack(got.delivery_tag)
    assert outcome(ch.sync)['channel.close'] == 406


@test
def cancel_stops_deliveries(t):
    """after cancel-ok nothing more is delivered, unacked deliveries can still be acked"""
    ch = channel(t)
    q = ch.queue()
    ch.rpc('basic.qos', prefetch_count=1)
    tag = ch.consume(q)
    for n in range(3):
        ch.publish('', q, '%d' % n)
    first = ch.deliver()
    assert ch.rpc('basic.cancel', consumer_tag=tag).consumer_tag == tag
    ch.ack(first.delivery_tag)
    ch.none()
    assert ch.bodies(q) == [b'1', b'2']


@test
def consumer_tags_are_per_channel(t):
    """the same consumer tag may be used on two channels, and again after its cancel"""
    c = t.connect(vhost=VHOST)
    one, two = c.channel(1), c.channel(2)
    q = one.queue()
    one.consume(q, 'same')
    two.consume(q, 'same')
    one.rpc('basic.cancel', consumer_tag='same')
    one.consume(q, 'same')
    try:
        one.recv(0.2)
        raise AssertionError('unexpected event')
    except Timeout:
        pass


