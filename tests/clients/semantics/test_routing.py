"""Exchanges: each type's rule, chains of exchanges, alternate exchanges."""
import collections
import itertools

from conformance.client import outcome
from testkit import test

PARALLEL = 6
NAMES = itertools.count(1)


def exchange(t, ch, kind, arguments=None, **flags):
    name = '%s-%d' % (kind, next(NAMES))
    ch.exchange(name, kind, arguments, **flags)
    t.cleanup(lambda: t.channel().rpc('exchange.delete', exchange=name))
    return name


def reached(ch, queues):
    """Which of the named queues got the message; empties them."""
    ch.sync()
    return {name for name, q in queues.items() if ch.bodies(q)}


def topic_matches(pattern, key):
    """The rule, written down the slow way."""
    def match(p, k):
        if not p:
            return not k
        if p[0] == '#':
            return any(match(p[1:], k[i:]) for i in range(len(k) + 1))
        return bool(k) and p[0] in ('*', k[0]) and match(p[1:], k[1:])
    return match(pattern.split('.') if pattern else [], key.split('.') if key else [])


@test
def direct(t):
    """direct: equal keys, all queues bound with it, each once"""
    ch = t.channel()
    x = exchange(t, ch, 'direct')
    qs = {n: ch.queue() for n in 'abc'}
    ch.bind(qs['a'], x, 'k')
    ch.bind(qs['b'], x, 'k')
    ch.bind(qs['b'], x, 'K')
    ch.bind(qs['c'], x, '')
    for key, want in (('k', 'ab'), ('K', 'b'), ('', 'c'), ('k ', ''), ('#', '')):
        ch.publish(x, key)
        assert reached(ch, qs) == set(want), key


@test
def fanout(t):
    """fanout: every bound queue, whatever the keys, and once though bound often"""
    ch = t.channel()
    x = exchange(t, ch, 'fanout')
    qs = {n: ch.queue() for n in range(20)}
    for q in qs.values():
        ch.bind(q, x, 'one')
        ch.bind(q, x, 'two')
    ch.publish(x, 'any')
    ch.sync()
    assert all(len(ch.bodies(q)) == 1 for q in qs.values())


@test
def topic(t):
    """topic: words, * and #, against the rule written down the slow way"""
    ch = t.channel()
    x = exchange(t, ch, 'topic')
    patterns = ['', '#', '*', 'a', 'a.b', 'a.*', '*.b', 'a.#', '#.b', '#.b.#', '*.*', '*.#', '#.*', 'a.*.c', 'a.#.c',
                '#.a.#.b.#', '*.*.*', 'a..b', '.', '*.', '#.#', 'a.#.#', '#.*.#.*']
    keys = ['', 'a', 'b', 'a.b', 'b.a', 'a.b.c', 'a.c', 'a.x.y.c', 'x.a.y.b.z', 'a.', '.a', '.', 'a..b', 'a.b.', '*', '#']
    qs = {p: ch.queue() for p in patterns}
    for p, q in qs.items():
        ch.bind(q, x, p)
    for key in keys:
        ch.publish(x, key)
        want = {p for p in patterns if topic_matches(p, key)}
        got = reached(ch, qs)
        assert got == want, (key, 'only expected', want - got, 'unexpected', got - want)


@test
def topic_unbind(t):
    """unbinding one pattern leaves its neighbours"""
    ch = t.channel()
    x = exchange(t, ch, 'topic')
    qs = {p: ch.queue() for p in ('a.*', 'a.#', 'a.b', '#')}
    for p, q in qs.items():
        ch.bind(q, x, p)
    ch.rpc('queue.unbind', queue=qs['a.*'], exchange=x, routing_key='a.*')
    ch.publish(x, 'a.b')
    assert reached(ch, qs) == {'a.#', 'a.b', '#'}
    ch.rpc('queue.delete', queue=qs.pop('a.#'))
    ch.publish(x, 'a.b', mandatory=True)
    assert reached(ch, qs) == {'a.b', '#'}
    ch.bind(qs['a.*'], x, 'a.*')
    ch.publish(x, 'a.b')
    assert reached(ch, qs) == {'a.*', 'a.b', '#'}


@test
def headers(t):
    """headers: all, any, all-with-x, any-with-x; values compare with their types, a void value asks for presence"""
    ch = t.channel()
    x = exchange(t, ch, 'headers')
    bindings = {
        'default': {'a': '1', 'b': '2'}, 'all': {'x-match': 'all', 'a': '1', 'b': '2'},
        'any': {'x-match': 'any', 'a': '1', 'b': '2'}, 'empty all': {'x-match': 'all'}, 'empty any': {'x-match': 'any'},
        'none': {}, 'presence': {'a': None}, 'integer': {'n': 5}, 'all ignores x-': {'x-match': 'all', 'a': '1', 'x-y': 'z'},
        'any ignores x-': {'x-match': 'any', 'x-y': 'z'}, 'all-with-x': {'x-match': 'all-with-x', 'a': '1', 'x-y': 'z'},
        'any-with-x': {'x-match': 'any-with-x', 'a': 'other', 'x-y': 'z'},
    }
    qs = {n: ch.queue() for n in bindings}
    for n, arguments in bindings.items():
        ch.bind(qs[n], x, 'ignored', arguments)
    always = {'empty all', 'none'}
    for sent, want in (
            (None, set()), ({}, set()),
            ({'a': '1'}, {'any', 'presence', 'all ignores x-'}),
            ({'a': '1', 'b': '2'}, {'default', 'all', 'any', 'presence', 'all ignores x-'}),
            ({'a': '1', 'b': '3', 'c': 'more'}, {'any', 'presence', 'all ignores x-'}),
            ({'b': '2'}, {'any'}), ({'a': 'other'}, {'presence', 'any-with-x'}),
            ({'n': 5}, {'integer'}), ({'n': ('l', 5)}, {'integer'}), ({'n': '5'}, set()), ({'n': 6}, set()),
            ({'x-y': 'z'}, {'any-with-x'}),
            ({'a': '1', 'x-y': 'z'}, {'any', 'presence', 'all ignores x-', 'all-with-x', 'any-with-x'})):
        ch.publish(x, 'whatever', headers=sent)
        got = reached(ch, qs)
        assert got == want | always, (sent, 'only expected', (want | always) - got, 'unexpected', got - want - always)


@test
def consistent_hash(t):
    """x-consistent-hash: each message to one queue, the same key to the same, shares near the weights"""
    ch = t.channel()
    x = exchange(t, ch, 'x-consistent-hash')
    qs = {w: ch.queue() for w in ('10', '20', '30')}
    for weight, q in qs.items():
        ch.bind(q, x, weight)
    keys = ['key-%d' % n for n in range(3000)]
    for key in keys * 2:
        ch.publish(x, key, key)
    ch.sync()
    where, total = {}, 0
    for weight, q in qs.items():
        bodies = ch.bodies(q)
        total += len(bodies)
        for body in bodies:
            assert where.setdefault(body, weight) == weight, body
    assert total == 6000 and len(where) == 3000
    share = collections.Counter(where.values())
    for weight in qs:
        # 3000 keys over 60 points: the points' own spread dominates; 3 standard deviations are about 60 %
        want = 3000 * int(weight) / 60
        assert want * 0.35 < share[weight] < want * 1.9, share


@test
def consistent_hash_by_header_and_property(t):
    """hash-header and hash-property choose what is hashed"""
    ch = t.channel()
    for arguments, props in (({'hash-header': 'h'}, lambda n: {'headers': {'h': 'v%d' % n}}),
                             ({'hash-property': 'message_id'}, lambda n: {'message_id': 'm%d' % n}),
                             ({'hash-property': 'correlation_id'}, lambda n: {'correlation_id': 'm%d' % n}),
                             ({'hash-property': 'timestamp'}, lambda n: {'timestamp': n})):
        x = exchange(t, ch, 'x-consistent-hash', arguments)
        qs = [ch.queue() for _ in range(4)]
        for q in qs:
            ch.bind(q, x, '25')
        for n in range(200):
            ch.publish(x, 'key %d' % (n % 7), '%d' % n, **props(n))
            ch.publish(x, 'other %d' % n, '%d' % n, **props(n))
        ch.sync()
        got = [ch.bodies(q) for q in qs]
        assert sum(map(len, got)) == 400
        for bodies in got:
            assert all(c == 2 for c in collections.Counter(bodies).values()), arguments
        assert sum(1 for b in got if b) >= 3, 'nearly all in one queue: ' + str(arguments)


@test
def consistent_hash_stability(t):
    """removing one queue moves only its own keys"""
    ch = t.channel()
    x = exchange(t, ch, 'x-consistent-hash')
    qs = [ch.queue() for _ in range(4)]
    for q in qs:
        ch.bind(q, x, '20')

    def spread():
        for n in range(500):
            ch.publish(x, 'k%d' % n, '%d' % n)
        ch.sync()
        return {body: i for i, q in enumerate(qs) for body in ch.bodies(q)}
    before = spread()
    ch.rpc('queue.unbind', queue=qs[3], exchange=x, routing_key='20')
    after = spread()
    assert len(after) == 500 and 3 not in after.values()
    moved = [k for k in before if before[k] != 3 and before[k] != after[k]]
    assert len(moved) < 100, 'moved %d keys of queues that stayed' % len(moved)


@test
def random_exchange(t):
    """x-random: each message to exactly one of the bound queues, all of them in the long run"""
    ch = t.channel()
    x = exchange(t, ch, 'x-random')
    qs = [ch.queue() for _ in range(3)]
    for q in qs:
        ch.bind(q, x)
    for _ in range(600):
        ch.publish(x, 'k')
    ch.sync()
    counts = [len(ch.bodies(q)) for q in qs]
    assert sum(counts) == 600 and min(counts) > 100, counts


@test
def recent_history(t):
    """x-recent-history: the last N to whoever binds (20 by default), no-store ones not, and live like fanout"""
    ch = t.channel()
    x = exchange(t, ch, 'x-recent-history')
    live = ch.queue()
    ch.bind(live, x)
    for n in range(30):
        ch.publish(x, 'k%d' % n, '%d' % n)
    ch.publish(x, 'k', 'secret', headers={'x-recent-history-no-store': True})
    ch.sync()
    assert len(ch.bodies(live)) == 31
    late = ch.queue()
    ch.bind(late, x)
    ch.sync()
    got = [ch.get_soon(late) for _ in range(20)]
    assert [g.body for g in got] == [b'%d' % n for n in range(10, 30)] and not ch.get(late)
    assert got[0].exchange == x


@test
def exchange_to_exchange(t):
    """bindings between exchanges route on with the same key, each queue gets one copy, cycles end"""
    ch = t.channel()
    a, b, c = exchange(t, ch, 'direct'), exchange(t, ch, 'topic'), exchange(t, ch, 'fanout')
    qs = {n: ch.queue() for n in ('b', 'c', 'bc')}
    ch.rpc('exchange.bind', destination=b, source=a, routing_key='x.y')
    ch.rpc('exchange.bind', destination=c, source=a, routing_key='x.y')
    ch.rpc('exchange.bind', destination=c, source=b, routing_key='#')
    ch.rpc('exchange.bind', destination=b, source=c)
    ch.bind(qs['b'], b, 'x.*')
    ch.bind(qs['c'], c)
    ch.bind(qs['bc'], b, '#')
    ch.bind(qs['bc'], c)
    ch.publish(a, 'x.y', 'once')
    ch.sync()
    assert {n: len(ch.bodies(q)) for n, q in qs.items()} == {'b': 1, 'c': 1, 'bc': 1}
    ch.rpc('exchange.unbind', destination=b, source=a, routing_key='x.y')
    ch.rpc('exchange.unbind', destination=c, source=a, routing_key='x.y')
    ch.publish(a, 'x.y', mandatory=True)
    assert ch.expect('basic.return').reply_code == 312


@test
def exchange_binding_goes_with_the_exchange(t):
    """deleting a destination exchange unbinds it from its sources"""
    ch = t.channel()
    a, b = exchange(t, ch, 'fanout'), exchange(t, ch, 'fanout')
    q = ch.queue()
    ch.rpc('exchange.bind', destination=b, source=a)
    ch.bind(q, b)
    ch.publish(a, '', mandatory=True)
    assert ch.get_soon(q)
    ch.rpc('exchange.delete', exchange=b)
    ch.publish(a, '', mandatory=True)
    assert ch.expect('basic.return').exchange == a


@test
def alternate_exchange(t):
    """what an exchange cannot route goes to its alternate, in chains, and counts as routed"""
    ch = t.channel()
    last = exchange(t, ch, 'fanout')
    middle = exchange(t, ch, 'direct', {'alternate-exchange': last})
    first = exchange(t, ch, 'direct', {'alternate-exchange': middle})
    qs = {n: ch.queue() for n in ('first', 'middle', 'last')}
    ch.bind(qs['first'], first, '1')
    ch.bind(qs['middle'], middle, '2')
    ch.bind(qs['last'], last)
    ch.confirm()
    for key, where in (('1', 'first'), ('2', 'middle'), ('3', 'last')):
        ch.publish(first, key, mandatory=True)
        assert ch.expect('basic.ack')
        assert reached(ch, qs) == {where}
    ch.rpc('queue.unbind', queue=qs['last'], exchange=last)
    ch.publish(first, '3', mandatory=True)
    back = ch.expect('basic.return')
    assert back.exchange == first


@test
def alternate_exchange_cycle(t):
    """alternate exchanges in a circle, or missing, end in a return"""
    ch = t.channel()
    one, two = 'ae-one', 'ae-two'
    ch.exchange(one, 'direct', {'alternate-exchange': two})
    ch.exchange(two, 'direct', {'alternate-exchange': one})
    lonely = exchange(t, ch, 'direct', {'alternate-exchange': 'ae-missing'})
    t.cleanup(lambda: [t.channel().rpc('exchange.delete', exchange=x) for x in (one, two)])
    for x in (one, lonely):
        ch.publish(x, 'k', mandatory=True)
        assert ch.expect('basic.return').exchange == x


@test
def internal_exchange(t):
    """an internal exchange is reached through a binding"""
    ch = t.channel()
    inner, outer = exchange(t, ch, 'fanout', internal=True), exchange(t, ch, 'fanout')
    q = ch.queue()
    ch.bind(q, inner)
    ch.rpc('exchange.bind', destination=inner, source=outer)
    ch.publish(outer, '')
    assert ch.get_soon(q)
    ch.publish(inner, '')
    assert outcome(ch.sync)['channel.close'] == 403


@test
def auto_delete_exchange(t):
    """an auto-delete exchange goes with its last binding as source, and not before it had one"""
    ch = t.channel()
    ch.exchange('adx', 'fanout', auto_delete=True)
    q1, q2 = ch.queue(), ch.queue()
    ch.sync()
    ch.exchange('adx', passive=True)
    ch.rpc('exchange.bind', destination='adx', source='amq.fanout')  # as destination does not count
    ch.rpc('exchange.unbind', destination='adx', source='amq.fanout')
    ch.exchange('adx', passive=True)
    ch.bind(q1, 'adx')
    ch.bind(q2, 'adx')
    ch.rpc('queue.unbind', queue=q1, exchange='adx')
    ch.exchange('adx', passive=True)
    ch.rpc('queue.delete', queue=q2)
    assert outcome(lambda: ch.exchange('adx', passive=True))['channel.close'] == 404


@test
def auto_delete_chain(t):
    """auto-delete exchanges in a chain all go when the end goes"""
    ch = t.channel()
    for x in ('adc1', 'adc2', 'adc3'):
        ch.exchange(x, 'fanout', auto_delete=True)
    ch.rpc('exchange.bind', destination='adc2', source='adc1')
    ch.rpc('exchange.bind', destination='adc3', source='adc2')
    q = ch.queue()
    ch.bind(q, 'adc3')
    ch.publish('adc1', '')
    assert ch.get_soon(q)
    ch.rpc('queue.delete', queue=q)
    for x in ('adc1', 'adc2', 'adc3'):
        assert outcome(lambda: t.channel().exchange(x, passive=True))['channel.close'] == 404, x


@test
def many_bindings(t):
    """one queue with 2,000 topic bindings routes each key once"""
    ch = t.channel()
    x = exchange(t, ch, 'topic')
    q = ch.queue()
    for n in range(2000):
        ch.send('queue.bind', queue=q, exchange=x, routing_key='k%d.*.#' % n, nowait=True)
    for n in range(0, 2000, 20):
        ch.publish(x, 'k%d.a.b' % n, '%d' % n)
    ch.publish(x, 'k5', 'no')
    ch.sync()
    assert ch.bodies(q) == [b'%d' % n for n in range(0, 2000, 20)]


@test
def direct_to_many_queues(t):
    """a message to 300 queues is in each, with one confirm"""
    ch = t.channel()
    x = exchange(t, ch, 'direct')
    qs = [ch.queue() for _ in range(300)]
    for q in qs:
        ch.bind(q, x, 'k')
    ch.confirm()
    ch.publish(x, 'k', b'z' * 5000, delivery_mode=2)
    assert ch.wait_confirms() == []
    assert all(ch.bodies(q) == [b'z' * 5000] for q in qs)
