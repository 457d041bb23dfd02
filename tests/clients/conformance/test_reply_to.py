"""Direct reply-to."""
from conformance.client import outcome
from conformance.common import BROKER, VHOST, channel  # noqa: F401
from testkit import SAME, captured, test

S = 'Direct reply-to'
PSEUDO = 'amq.rabbitmq.reply-to'


@captured(S, 'consume amq.rabbitmq.reply-to with ack')
def _(t):
    channel(t).consume(PSEUDO)


@captured(S, 'publish reply_to=amq.rabbitmq.reply-to without consumer')
def _(t):
    ch = channel(t)
    ch.publish('', 'nobody', reply_to=PSEUDO)
    return ch.sync()


@captured(S, 'second consume on reply-to same channel')
def _(t):
    ch = channel(t)
    ch.consume(PSEUDO, no_ack=True)
    ch.consume(PSEUDO, no_ack=True)


captured(S, 'basic.get from reply-to')(lambda t: channel(t).get(PSEUDO))
captured(S, 'passive declare amq.rabbitmq.reply-to')(lambda t: channel(t).declare(PSEUDO, passive=True))


def request(t):
    """(requesting channel, its consumer tag, responding channel, rewritten reply_to)"""
    requester, server = channel(t), channel(t)
    tag = requester.consume(PSEUDO, no_ack=True)
    q = server.queue()
    requester.publish('', q, 'question', reply_to=PSEUDO, correlation_id='c1')
    got = server.get_soon(q)
    assert got.props['correlation_id'] == 'c1' and got.body == b'question'
    return requester, tag, server, got.props['reply_to']


@captured(S, 'round trip')
def _(t):
    requester, tag, server, reply_to = request(t)
    assert reply_to.startswith(PSEUDO + '.') and reply_to.count('.') >= 4, reply_to
    assert server.declare(reply_to, passive=True) == (reply_to, 0, 1)
    server.publish('', reply_to, 'answer')
    d = requester.deliver()
    assert (d.consumer_tag, d.redelivered, d.exchange, d.routing_key, d.props, d.body) == \
        (tag, False, '', reply_to, {}, b'answer')
    return SAME


def gone(got):
    return isinstance(got, dict) and got.get('channel.close') in (404, 405) and got['class_method'] == [50, 10]


@captured(S, 'passive declare of gone reply queue', instead=gone, why='RabbitMQ crashes; the reference asks for 404')
def _(t):
    requester, _tag, server, reply_to = request(t)
    requester.c.close()
    return server.declare(reply_to, passive=True)


@test
def several_requests(t):
    """each requester gets its own replies and no others, in order"""
    one, _, server, to_one = request(t)
    two, _, _, to_two = request(t)
    assert to_one != to_two
    for n in range(20):
        server.publish('', to_one, 'one %d' % n)
        server.publish('', to_two, 'two %d' % n)
    a, b = one.deliveries(20), two.deliveries(20)
    assert [d.body for d in a] == [b'one %d' % n for n in range(20)]
    assert [d.body for d in b] == [b'two %d' % n for n in range(20)]


@test
def reply_after_requester_left(t):
    """a reply to a requester that is gone is dropped and disturbs nobody"""
    requester, _, server, reply_to = request(t)
    requester.c.close()
    server.confirm()
    server.publish('', reply_to, 'late')
    server.sync()
    server.publish('', 'nobody', 'next')
    assert server.wait_confirms() == []


@test
def cancel_and_consume_again(t):
    """the reply consumer may be cancelled and started anew"""
    requester, tag, server, _ = request(t)
    requester.rpc('basic.cancel', consumer_tag=tag)
    requester.publish('', 'nobody', reply_to=PSEUDO)
    got = outcome(requester.sync)
    assert got['text'] == 'PRECONDITION_FAILED - fast reply consumer does not exist', got
    requester.open()
    requester.consume(PSEUDO, no_ack=True)
    requester.publish('', 'nobody', reply_to=PSEUDO)
    requester.sync()


@test
def ordinary_reply_to(t):
    """any other reply_to is passed on as it is, and the pseudo-queue's name is only special in reply_to"""
    ch = channel(t)
    q = ch.queue()
    ch.publish('', q, reply_to='amq.rabbitmq.reply-to-not')
    ch.publish('', q, reply_to=q)
    assert [ch.get_soon(q).props['reply_to'] for _ in range(2)] == ['amq.rabbitmq.reply-to-not', q]
