"""basic.publish: routing errors, returns, property checks, sizes, confirms and tx as modes."""
from conformance import wire
from conformance.client import ConnectionClosed, outcome
from conformance.common import BROKER, channel  # noqa: F401
from testkit import captured, test

PARALLEL = 4
S = 'Publishing'
MAX = 134217728


def setup(t):
    ch = channel(t)
    ch.rpc('exchange.delete', exchange='noex')
    ch.exchange('int', 'fanout', internal=True)


def publish(exchange='', key='nobody', mandatory=False, immediate=False, **props):
    def run(t):
        ch = channel(t)
        ch.publish(exchange, key, b'x', mandatory, immediate, **props)
        return ch.sync()
    return run


captured(S, 'publish to missing exchange')(publish('noex'))
captured(S, 'publish to default exchange unroutable')(publish())
captured(S, 'immediate=true')(publish(immediate=True))
captured(S, 'publish to internal exchange')(publish('int'))
for _text in ('abc', '-1', '1.5', '', '4294967296', '00010'):
    captured(S, 'expiration=%r' % _text)(publish(expiration=_text))
captured(S, 'user_id mismatch')(publish(user_id='zz'))
captured(S, 'user_id match')(publish(user_id='guest'))
captured(S, 'delivery_mode 7')(publish(delivery_mode=7))
captured(S, 'CC header not array')(publish(headers={'CC': 'x'}))
captured(S, 'CC elements not strings')(publish(headers={'CC': [1, True, {'a': 1}]}))


@captured(S, 'mandatory unroutable with confirms')
def _(t):
    ch = channel(t)
    ch.confirm()
    ch.publish('amq.direct', 'nope', mandatory=True)
    back = ch.expect('basic.return')
    ack = ch.expect('basic.ack')
    return (back.name, back.reply_code, back.reply_text, back.exchange, back.routing_key), 'then basic.ack tag', \
        ack.delivery_tag


@captured(S, 'CC and BCC delivery')
def _(t):
    ch = channel(t)
    a, b, c = ch.queue(), ch.queue(), ch.queue()
    ch.publish('', a, headers={'CC': [b], 'BCC': [c], 'k': 'v'})
    got = ch.get_soon(c)
    assert ch.get_soon(a).props == got.props == ch.get_soon(b).props
    return {'props': got.props, 'key==publish key': got.routing_key == a, 'a count': ch.count(a)}


@test
def bcc_must_be_an_array(t):
    """BCC that is no array is refused like CC"""
    got = outcome(lambda: publish(headers={'BCC': 'x'})(t))
    assert got == {'channel.close': 406, 'class_method': (60, 40), 'text':
                   'PRECONDITION_FAILED - invalid message: {unacceptable_type_in_header,"BCC",longstr}'}, got


@test
def cc_through_exchanges(t):
    """CC keys route through the exchange itself, each queue gets one copy"""
    ch = channel(t)
    a, b = ch.queue(), ch.queue()
    for key, q in (('cc-a', a), ('cc-a2', a), ('cc-b', b)):
        ch.bind(q, 'amq.direct', key)
    ch.publish('amq.direct', 'cc-a', headers={'CC': ['cc-a2', 'cc-b', 'cc-nobody']})
    ch.sync()
    assert ch.get_soon(a) and ch.get_soon(b) and not ch.get(a) and not ch.get(b)


def too_large_at_header(got):
    return got == {'channel.close': 406, 'class_method': [60, 40], 'text': 'PRECONDITION_FAILED - message size '
                   '134217729 is larger than configured max size 134217728'}


@captured(S, 'content header announcing 134217729 bytes, no body', instead=too_large_at_header,
          why='refusing at the header saves the memory')
def _(t):
    ch = channel(t)
    ch.c.send_raw(wire.frame(1, 1, wire.encode_method('basic.publish', routing_key='x'))
                  + wire.frame(2, 1, wire.encode_header(60, MAX + 1, {}))
                  + wire.frame(1, 1, wire.encode_method('channel.flow', active=True)))
    return ch.recv()


@captured(S, 'message of 128 MiB + 1')
def _(t):
    ch = channel(t)
    ch.c.wait = 60
    ch.publish('', 'nobody', b'\0' * (MAX + 1))
    return ch.sync()


@test
def channel_after_too_large(t):
    """after a message that is too large the connection still works"""
    ch = channel(t)
    ch.c.wait = 60
    ch.publish('', 'nobody', b'\0' * (MAX + 1))
    got = outcome(ch.sync)
    assert isinstance(got, dict) and got['channel.close'] == 406, got
    q = ch.open().queue()
    ch.publish('', q, 'small')
    assert ch.get_soon(q).body == b'small'


@captured(S, 'message with body-size 0')
def _(t):
    ch = channel(t)
    q = ch.queue()
    ch.publish('', q, b'')
    assert ch.get_soon(q).body == b''
    return ch.sync()


@captured(S, 'confirm: ack for unroutable')
def _(t):
    ch = channel(t)
    ch.confirm()
    ch.publish('amq.direct', 'nope')
    return ch.expect('basic.ack').delivery_tag


@captured(S, 'reject-publish with confirms',
          instead=lambda got: [x[:2] for x in got] == [['ack', 1], ['nack', 2], ['nack', 3]],
          why='the flag octet of a nack means nothing when one message is nacked')
def _(t):
    ch = channel(t)
    q = ch.queue({'x-max-length': 1, 'x-overflow': 'reject-publish'})
    ch.confirm()
    out = []
    for _ in range(3):
        ch.publish('', q)
        e = ch.expect('basic.ack', 'basic.nack')
        flags = e.multiple | (e.args.get('requeue', 0) << 1)
        out.append((e.name[6:], e.delivery_tag, int(flags)))
    return out


def mode(*methods):
    def run(t):
        ch = channel(t)
        for name in methods:
            ch.rpc(name)
    return run


captured(S, 'tx.select after confirm.select')(mode('confirm.select', 'tx.select'))
captured(S, 'confirm.select after tx.select')(mode('tx.select', 'confirm.select'))
captured(S, 'tx.commit on non-tx channel')(mode('tx.commit'))
captured(S, 'tx.rollback on non-tx channel')(mode('tx.rollback'))


@captured(S, 'channel.flow active=false')
def _(t):
    channel(t).rpc('channel.flow', active=False)


@captured(S, 'channel.flow active=true')
def _(t):
    return int(channel(t).rpc('channel.flow', active=True).active)


@test
def selecting_twice(t):
    """confirm.select and tx.select may be repeated"""
    mode('confirm.select', 'confirm.select')(t)
    mode('tx.select', 'tx.select')(t)


@test
def returned_content(t):
    """a returned message carries its properties and body unchanged"""
    ch = channel(t)
    props = {'content_type': 'text/plain', 'content_encoding': 'utf-8', 'headers': {'a': ('I', 1), 'b': ('S', 'x')},
             'delivery_mode': 2, 'priority': 3, 'correlation_id': 'c', 'reply_to': 'r', 'expiration': '60000',
             'message_id': 'm', 'timestamp': 1700000000, 'type': 't', 'user_id': 'guest', 'app_id': 'app',
             'cluster_id': 'cl'}
    body = b'body' * 50000  # several frames
    ch.publish('amq.direct', 'nobody', body, mandatory=True, **props)
    back = ch.expect('basic.return')
    assert back.props == props and back.body == body
    assert (back.exchange, back.routing_key) == ('amq.direct', 'nobody')


@test
def properties_pass_through_octet_by_octet(t):
    """the content header of a delivery equals the one published, to the octet"""
    ch = channel(t)
    q = ch.queue()
    for props in ({}, {'headers': {}}, {'headers': {'z': 1, 'a': ('s', -3), 'A': [1, 'x', {'t': None}]}},
                  {'delivery_mode': 1}, {'timestamp': 2**63, 'priority': 255, 'type': ''},
                  {'headers': {'': '', 'ü': 'ü' * 1000, 'bytes': ('x', bytes(range(256))), 'T': ('T', 0)}}):
        ch.publish('', q, b'abc', **props)
        got = ch.get_soon(q)
        assert got.raw_header == wire.encode_header(60, 3, props), (props, got.raw_header)


@test
def publish_errors_close_one_channel_only(t):
    """a publish to a missing exchange closes its channel; messages before it are routed, those behind it are not"""
    c = t.connect(vhost='amqp-ref')
    ch, other = c.channel(1), c.channel(2)
    q = other.queue()
    ch.publish('', q, '1')
    ch.publish('noex', q, '2')
    ch.publish('', q, '3')
    assert outcome(ch.recv)['channel.close'] == 404
    other.sync()
    assert other.get_soon(q).body == b'1' and not other.get(q)


@test
def default_exchange_mandatory(t):
    """mandatory on the default exchange returns with an empty exchange name"""
    ch = channel(t)
    ch.publish('', 'nobody', mandatory=True)
    back = ch.expect('basic.return')
    assert (back.reply_code, back.reply_text, back.exchange, back.routing_key) == (312, 'NO_ROUTE', '', 'nobody')


@test
def immediate_is_a_connection_error(t):
    """immediate ends the connection with all its channels"""
    c = t.connect(vhost='amqp-ref')
    one, two = c.channel(1), c.channel(2)
    one.publish('', 'x', immediate=True)
    assert isinstance(c.wait_closed(), ConnectionClosed)
    assert outcome(two.sync) != "ok (no error)"
