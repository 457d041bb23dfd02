"""What a user may not do: configure, write and read on queues and exchanges, topic permissions."""
from conformance.client import outcome
from conformance.common import BROKER, VHOST, channel  # noqa: F401
from testkit import captured, test

S = 'Permissions'


def setup(t):
    ch = channel(t)
    ch.rpc('queue.delete', queue='q1')
    ch.declare('q1', durable=True)
    ch.confirm()
    for _ in range(4):
        ch.publish('', 'q1')
    ch.wait_confirms()


def limited(t):
    return channel(t, user='limited', password='limited')


def try_(act):
    return lambda t: act(limited(t))


def publish(exchange, key):
    def act(ch):
        ch.publish(exchange, key)
        return ch.sync()
    return try_(act)


def own_queue(ch):
    return ch.declare('own-q', auto_delete=True)[0]


captured(S, 'declare queue refused')(try_(lambda ch: ch.declare('theirs')))
captured(S, 'declare server-named refused')(try_(lambda ch: ch.declare('')))
captured(S, 'declare exchange refused')(try_(lambda ch: ch.exchange('theirs')))
captured(S, 'passive declare not checked')(try_(lambda ch: ch.declare('q1', passive=True)))
captured(S, 'consume refused')(try_(lambda ch: ch.consume('q1')))
captured(S, 'get refused')(try_(lambda ch: ch.get('q1')))
captured(S, 'publish refused')(publish('amq.direct', 'x'))
captured(S, 'publish default exchange refused')(publish('', 'own-q'))
captured(S, 'topic publish refused by topic permission')(publish('amq.topic', 'b.x'))
captured(S, 'topic publish allowed')(publish('amq.topic', 'a.x'))
captured(S, 'bind needs write on queue + read on exchange')(try_(lambda ch: ch.bind(own_queue(ch), 'amq.direct', 'x')))
captured(S, 'topic bind refused by topic permission')(try_(lambda ch: ch.bind(own_queue(ch), 'amq.topic', 'b.#')))
captured(S, 'declare with DLX needs write on DLX, read on queue')(
    try_(lambda ch: ch.declare('own-dl', {'x-dead-letter-exchange': 'amq.fanout'}, exclusive=True)))
captured(S, 'purge refused')(try_(lambda ch: ch.rpc('queue.purge', queue='q1')))
captured(S, 'delete refused')(try_(lambda ch: ch.rpc('queue.delete', queue='q1')))
captured(S, 'user without permissions record: limited on /')(
    lambda t: t.connect(user='limited', password='limited', vhost='/'))


@test
def allowed(t):
    """what the user's patterns match is allowed: declare, bind by an allowed topic, publish, consume, purge, delete"""
    ch = limited(t)
    ch.declare('own-a', exclusive=True)
    ch.exchange('own-x', 'fanout', auto_delete=True)
    ch.bind('own-a', 'own-x')
    ch.bind('own-a', 'amq.topic', 'a.#')
    ch.publish('own-x', '', '1')
    ch.publish('amq.topic', 'a.b', '2')
    ch.consume('own-a', no_ack=True)
    assert [d.body for d in ch.deliveries(2)] == [b'1', b'2']
    ch.rpc('queue.unbind', queue='own-a', exchange='amq.topic', routing_key='a.#')
    ch.rpc('queue.purge', queue='own-a')
    ch.rpc('queue.delete', queue='own-a')


@test
def alternate_exchange_needs_write(t):
    """declaring an alternate exchange needs write on it"""
    got = outcome(lambda: limited(t).exchange('own-ae', arguments={'alternate-exchange': 'amq.fanout'}))
    assert got == {'channel.close': 403, 'class_method': (40, 10), 'text': "ACCESS_REFUSED - access to exchange "
                   "'amq.fanout' in vhost 'amqp-ref' refused for user 'limited'"}, got


@test
def e2e_bind_permissions(t):
    """exchange.bind needs write on the destination and read on the source"""
    ch = channel(t)
    ch.exchange('own-src', 'fanout', auto_delete=True)
    for source, destination, named in (('own-src', 'amq.fanout', 'amq.fanout'), ('amq.fanout', 'own-src', 'amq.fanout')):
        got = outcome(lambda: limited(t).rpc('exchange.bind', source=source, destination=destination))
        assert got == {'channel.close': 403, 'class_method': (40, 30), 'text': "ACCESS_REFUSED - access to exchange "
                       "'%s' in vhost 'amqp-ref' refused for user 'limited'" % named}, got
    ch.rpc('exchange.delete', exchange='own-src')


@test
def exchange_delete_needs_configure(t):
    """deleting an exchange needs configure on it"""
    channel(t).exchange('theirs-x')
    t.cleanup(lambda: channel(t).rpc('exchange.delete', exchange='theirs-x'))
    got = outcome(lambda: limited(t).rpc('exchange.delete', exchange='theirs-x'))
    assert got['text'] == "ACCESS_REFUSED - access to exchange 'theirs-x' in vhost 'amqp-ref' refused for user " \
        "'limited'" and got['channel.close'] == 403, got


@test
def permission_errors_leave_the_connection(t):
    """a refused publish closes the channel, the connection's others go on"""
    c = t.connect(vhost=VHOST, user='limited', password='limited')
    one, two = c.channel(1), c.channel(2)
    one.publish('amq.direct', 'x')
    assert outcome(one.recv)['channel.close'] == 403
    two.sync()
    one.open().sync()
