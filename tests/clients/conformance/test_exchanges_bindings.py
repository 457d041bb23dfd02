"""exchange.* and the bind methods: declaration, equivalence, reserved names, missing objects."""
from conformance.client import outcome
from conformance.common import BROKER, channel, ok  # noqa: F401
from testkit import captured, test

PARALLEL = 4
X, B = 'Exchanges', 'Bindings'


def setup(t):
    ch = channel(t)
    for x in ('x1', 'x2', 'xiu', 'missing', 'noex'):
        ch.rpc('exchange.delete', exchange=x)
    ch.rpc('queue.delete', queue='never')
    ch.exchange('x1')


def declare(name, kind='direct', arguments=None, **flags):
    return lambda t: ok(channel(t).exchange(name, kind, arguments, **flags))


captured(X, 'declare amq.foo exchange')(declare('amq.foo'))
captured(X, 'declare default exchange ""')(declare('', durable=True))
captured(X, 'passive declare default exchange ""')(declare('', passive=True))
captured(X, 'declare amq.direct same type durable')(declare('amq.direct', durable=True))
captured(X, 'declare amq.direct type topic')(declare('amq.direct', 'topic', durable=True))
captured(X, 'passive declare missing')(declare('missing', passive=True))
captured(X, 'declare unknown type')(declare('x9', 'wombat'))
captured(X, 'declare x1 direct')(declare('x1'))
captured(X, 'redeclare x1 fanout')(declare('x1', 'fanout'))
captured(X, 'redeclare x1 durable')(declare('x1', durable=True))
captured(X, 'redeclare x1 internal')(declare('x1', internal=True))
captured(X, 'redeclare x1 auto_delete')(declare('x1', auto_delete=True))
captured(X, 'redeclare x1 alternate-exchange')(declare('x1', arguments={'alternate-exchange': 'z'}))
captured(X, 'redeclare x1 unknown arg')(declare('x1', arguments={'x-unknown': 1}))
captured(X, 'declare alternate-exchange not string')(declare('x2', arguments={'alternate-exchange': 5}))
captured(X, 'delete missing exchange')(lambda t: ok(channel(t).rpc('exchange.delete', exchange='missing')))
captured(X, 'delete default exchange')(lambda t: channel(t).rpc('exchange.delete', exchange=''))
captured(X, 'delete amq.direct')(lambda t: channel(t).rpc('exchange.delete', exchange='amq.direct'))


@captured(X, 'delete exchange if-unused when bound')
def _(t):
    ch = channel(t)
    ch.exchange('xiu')
    ch.bind(ch.queue(), 'xiu')
    ch.rpc('exchange.delete', exchange='xiu', if_unused=True)


@captured(X, 'x-consistent-hash bind with non-integer key')
def _(t):
    ch = channel(t)
    ch.exchange('xhash', 'x-consistent-hash', auto_delete=True)
    ch.bind(ch.queue(), 'xhash', 'abc')


@test
def predeclared(t):
    """the predeclared exchanges are there, of their types and durable"""
    ch = channel(t)
    for name, kind, internal in (('amq.direct', 'direct', False), ('amq.fanout', 'fanout', False),
                                 ('amq.topic', 'topic', False), ('amq.headers', 'headers', False),
                                 ('amq.match', 'headers', False), ('amq.rabbitmq.trace', 'topic', True)):
        ch.exchange(name, passive=True)
        ch.exchange(name, kind, durable=True, internal=internal)


@test
def if_unused_unbound(t):
    """if-unused deletes an exchange that nothing is bound to; a second delete succeeds too"""
    ch = channel(t)
    ch.exchange('xiu2')
    ch.rpc('exchange.delete', exchange='xiu2', if_unused=True)
    ch.rpc('exchange.delete', exchange='xiu2', if_unused=True)
    assert outcome(lambda: ch.exchange('xiu2', passive=True))['channel.close'] == 404


@test
def names(t):
    """CR and LF vanish from declared names, and texts quote the cleaned name"""
    ch = channel(t)
    ch.exchange('new\r\nline', auto_delete=True)
    ch.exchange('newline', passive=True)
    ch.rpc('exchange.delete', exchange='newline')


@test
def deleted_exchange(t):
    """deleting an exchange removes its bindings; one of the same name starts without any"""
    ch = channel(t)
    q = ch.queue()
    ch.exchange('xdel', 'fanout')
    ch.bind(q, 'xdel')
    ch.rpc('exchange.delete', exchange='xdel')
    ch.exchange('xdel', 'fanout')
    t.cleanup(lambda: channel(t).rpc('exchange.delete', exchange='xdel'))
    ch.publish('xdel', '', mandatory=True)
    assert ch.expect('basic.return').reply_text == 'NO_ROUTE'


def bind(queue, exchange, key='', arguments=None):
    def run(t):
        ch = channel(t)
        return ok(ch.bind(ch.queue() if queue is None else queue, exchange, key, arguments))
    return run


def unbind(queue, exchange, key='k'):
    def run(t):
        ch = channel(t)
        return ok(ch.rpc('queue.unbind', queue=ch.queue() if queue is None else queue, exchange=exchange,
                         routing_key=key))
    return run


captured(B, 'bind missing queue')(bind('never', 'amq.direct'))
captured(B, 'bind missing exchange')(bind(None, 'noex'))
captured(B, 'bind to default exchange')(bind(None, ''))
captured(B, 'unbind from default exchange')(unbind(None, ''))
captured(B, 'unbind non-existing binding')(unbind(None, 'amq.direct'))
captured(B, 'unbind missing exchange')(unbind(None, 'noex'))
captured(B, 'unbind missing queue')(unbind('never', 'amq.direct'))
captured(B, 'headers bind bad x-match')(bind(None, 'amq.headers', '', {'x-match': 'some'}))
captured(B, 'headers bind x-match non-string')(bind(None, 'amq.headers', '', {'x-match': 5}))
captured(B, 'headers bind x-match any-with-x')(bind(None, 'amq.headers', '', {'x-match': 'any-with-x', 'x-a': 1}))
captured(B, 'e2e bind from default')(lambda t: ok(channel(t).rpc('exchange.bind', destination='amq.fanout', source='')))
captured(B, 'e2e bind missing dest')(
    lambda t: ok(channel(t).rpc('exchange.bind', destination='noex', source='amq.direct')))


@test
def other_e2e_errors(t):
    """exchange.bind to the default exchange, exchange.unbind of what is missing"""
    got = outcome(lambda: channel(t).rpc('exchange.bind', destination='', source='amq.direct'))
    assert got == {'channel.close': 403, 'class_method': (40, 30),
                   'text': 'ACCESS_REFUSED - operation not permitted on the default exchange'}, got
    ch = channel(t)
    ch.rpc('exchange.unbind', destination='noex', source='amq.direct')
    ch.rpc('exchange.unbind', destination='amq.fanout', source='noex', routing_key='x')
    got = outcome(lambda: ch.rpc('exchange.bind', destination='amq.fanout', source='noex'))
    assert got == {'channel.close': 404, 'class_method': (40, 30),
                   'text': "NOT_FOUND - no exchange 'noex' in vhost 'amqp-ref'"}, got


@test
def bindings_are_a_set(t):
    """a binding made twice routes once and needs one unbind; other arguments are another binding"""
    ch = channel(t)
    q = ch.queue()
    ch.bind(q, 'amq.direct', 'twice')
    ch.bind(q, 'amq.direct', 'twice')
    ch.bind(q, 'amq.direct', 'twice', {'other': 1})
    ch.publish('amq.direct', 'twice')
    ch.sync()
    assert ch.get_soon(q) and not ch.get(q)
    ch.rpc('queue.unbind', queue=q, exchange='amq.direct', routing_key='twice')
    ch.publish('amq.direct', 'twice', mandatory=True)
    assert ch.get_soon(q)
    ch.rpc('queue.unbind', queue=q, exchange='amq.direct', routing_key='twice', arguments={'other': 1})
    ch.publish('amq.direct', 'twice', mandatory=True)
    assert ch.expect('basic.return').reply_code == 312


@captured('Misc', 'x-recent-history replay on bind')
def _(t):
    ch = channel(t)
    ch.exchange('rh', 'x-recent-history', {'x-recent-history-length': 2}, auto_delete=True)
    t.cleanup(lambda: channel(t).rpc('exchange.delete', exchange='rh'))
    for body in ('h0', 'h1', 'h2'):
        ch.publish('rh', '', body)
    ch.sync()
    q = ch.queue()
    ch.bind(q, 'rh')
    return [ch.get_soon(q).body, ch.get_soon(q).body]
