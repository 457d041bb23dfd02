"""The firehose: copies of publishes and deliveries of a traced vhost, in amq.rabbitmq.trace."""
from broker import definitions
from testkit import test


def traced(t, tracing=True):
    d = definitions()
    d['vhosts'] = [{'name': '/', 'tracing': tracing}]
    return t.start(definitions=d)


def listen(t, b, key='#'):
    ch = t.channel(broker=b)
    q = ch.queue()
    ch.bind(q, 'amq.rabbitmq.trace', key)
    ch.consume(q, no_ack=True)
    return ch


@test
def publishes_and_deliveries(t):
    """publishes and deliveries of a traced vhost are copied with what rabbit_trace tells of them"""
    b = traced(t)
    tap = listen(t, b)
    ch = t.channel(broker=b, number=5)
    q = ch.queue()
    other = ch.queue()
    ch.bind(q, 'amq.direct', 'key')
    ch.bind(other, 'amq.direct', 'also')
    ch.publish('amq.direct', 'key', b'hello', content_type='text/plain', priority=4, delivery_mode=2,
               headers={'CC': ['also'], 'BCC': ['nobody']})
    e = tap.deliver()
    assert (e.exchange, e.routing_key, e.body) == ('amq.rabbitmq.trace', 'publish.amq.direct', b'hello'), e
    h = e.headers()
    assert h['exchange_name'] == 'amq.direct' and h['routing_keys'] == ['key', 'also', 'nobody'], h
    assert h['node'] == b.name and h['vhost'] == '/' and h['user'] == 'guest' and h['channel'] == 5, h
    assert sorted(h['routed_queues']) == sorted([q, other]), h
    local = ch.c.sock.getsockname() if hasattr(ch.c, 'sock') else None
    assert ' -> ' in h['connection'] and (local is None or str(local[1]) in h['connection']), h
    p = h['properties']
    assert p['content_type'] == 'text/plain' and p['priority'] == 4 and p['delivery_mode'] == 2, p
    assert p['headers'] == {'CC': ['also']}, p
    ch.consume(q)
    d = ch.deliver()
    e = tap.deliver()
    assert (e.routing_key, e.body) == ('deliver.' + q, b'hello'), e
    h = e.headers()
    assert h['redelivered'] == 0 and h['channel'] == 5 and h['routing_keys'] == ['key', 'also'], h
    assert 'routed_queues' not in h
    ch.nack(d.delivery_tag)
    assert tap.deliver().headers()['redelivered'] == 1
    assert ch.get_soon(other).body == b'hello'
    assert tap.deliver().routing_key == 'deliver.' + other
    ch.publish('', 'nowhere', b'lost')
    e = tap.deliver()
    assert e.routing_key == 'publish.' and e.headers()['routed_queues'] == []
    tap.none()


@test
def only_when_on(t):
    """nothing is copied while tracing is off; a definitions file switches it on"""
    b = traced(t, False)
    tap = listen(t, b)
    ch = t.channel(broker=b)
    ch.publish('', ch.queue(), b'x')
    ch.sync()
    tap.none()
    b.definitions['vhosts'][0]['tracing'] = True
    b.restart()
    tap = listen(t, b, 'publish.#')
    ch = t.channel(broker=b)
    ch.publish('', ch.queue(), b'y')
    assert tap.deliver().body == b'y'


@test
def confirms_and_returns(t):
    """copies take no part in confirms and returns"""
    b = traced(t)
    ch = t.channel(broker=b)
    ch.confirm()
    ch.publish('', 'nowhere', b'x', mandatory=True)
    assert ch.wait_for('basic.return').body == b'x'
    ch.wait_confirms()
    q = ch.queue()
    for n in range(100):
        ch.publish('', q, b'%d' % n)
    ch.wait_confirms()
    assert ch.count(q) == 100
