"""Policies and operator policies from definitions, on objects new and old."""
from broker import definitions, poll
from conformance.client import outcome
from testkit import test


def policy(name, pattern, definition, priority=0, apply_to='all', vhost='/'):
    return {'vhost': vhost, 'name': name, 'pattern': pattern, 'apply-to': apply_to, 'definition': definition,
            'priority': priority}


def operator(name, pattern, definition, priority=0, apply_to='queues', vhost='/'):
    return {'component': 'operator_policy', 'vhost': vhost, 'name': name,
            'value': {'pattern': pattern, 'definition': definition, 'priority': priority, 'apply-to': apply_to}}


POLICIES = [
    policy('len', '^len-', {'max-length': 3}), policy('ttl', '^ttl-', {'message-ttl': 200}),
    policy('dlx', '^dlx-', {'dead-letter-exchange': '', 'dead-letter-routing-key': 'dead'}),
    policy('expires', '^exp-', {'expires': 300}), policy('reject', '^rej-', {'max-length': 1, 'overflow': 'reject-publish'}),
    policy('lazy', '^lazy-', {'queue-mode': 'lazy'}), policy('ae', '^ae-', {'alternate-exchange': 'amq.fanout'}),
    policy('low', '^prio-', {'max-length': 1}, 1), policy('high', '^prio-', {'max-length': 2}, 5),
    policy('only-exchanges', '^kind-', {'alternate-exchange': 'amq.fanout'}, 0, 'exchanges'),
    policy('unanchored', r'mid\d+', {'max-length': 1}), policy('merged', '^op-', {'max-length': 5, 'message-ttl': 60000}),
    policy('bytes', '^bytes-', {'max-length-bytes': 10}),
]
OPERATORS = [operator('op', '^op-', {'max-length': 2}), operator('op-alone', '^oponly-', {'max-length': 1})]
BROKER = {'definitions': definitions(policies=POLICIES, parameters=OPERATORS)}


def kept(ch, q, n=6):
    ch.confirm() if not ch.published else None
    for i in range(n):
        ch.publish('', q, '%d' % i)
    ch.wait_confirms()
    return [int(x) for x in ch.bodies(q)]


@test
def max_length(t):
    """a policy limits matching queues and no others"""
    ch = t.channel()
    ch.declare('len-a', exclusive=True)
    ch.declare('xlen-a', exclusive=True)
    assert kept(ch, 'len-a') == [3, 4, 5] and kept(ch, 'xlen-a') == [0, 1, 2, 3, 4, 5]


@test
def smaller_of_argument_and_policy(t):
    """of a policy's limit and an argument the smaller one counts"""
    ch = t.channel()
    ch.declare('len-b', {'x-max-length': 2}, exclusive=True)
    ch.declare('len-c', {'x-max-length': 5}, exclusive=True)
    assert kept(ch, 'len-b') == [4, 5] and kept(ch, 'len-c') == [3, 4, 5]


@test
def ttl(t):
    """message-ttl by policy, and the smaller of both"""
    ch = t.channel()
    for q, arguments in (('ttl-a', None), ('ttl-b', {'x-message-ttl': 60000})):
        ch.declare(q, arguments, exclusive=True)
        ch.publish('', q)
        poll('expired', lambda: ch.count(q) == 0, 10)


@test
def dead_letters(t):
    """dead-letter-exchange and -routing-key by policy; the argument wins"""
    ch = t.channel()
    ch.declare('dead', exclusive=True)
    mine = ch.queue()
    ch.declare('dlx-a', exclusive=True)
    ch.declare('dlx-b', {'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': mine}, exclusive=True)
    for q, to in (('dlx-a', 'dead'), ('dlx-b', mine)):
        ch.publish('', q, q)
        ch.reject(ch.get_soon(q, no_ack=False).delivery_tag, requeue=False)
        assert ch.get_soon(to).body == q.encode()


@test
def expires(t):
    """expires by policy deletes an unused queue"""
    ch = t.channel()
    ch.declare('exp-a')

    def gone():
        ch.c.pump(0.6)
        return isinstance(outcome(lambda: t.channel().declare('exp-a', passive=True)), dict)
    poll('expired', gone, 10)


@test
def overflow(t):
    """overflow by policy"""
    ch = t.channel()
    ch.declare('rej-a', exclusive=True)
    ch.confirm()
    for _ in range(3):
        ch.publish('', 'rej-a')
    assert ch.wait_confirms() == [2, 3]


@test
def bytes_limit(t):
    """max-length-bytes by policy"""
    ch = t.channel()
    ch.declare('bytes-a', exclusive=True)
    assert kept(ch, 'bytes-a', 12) == list(range(4, 12))
    ch.publish('', 'bytes-a', 'x' * 11)
    ch.wait_confirms()
    assert ch.bodies('bytes-a') == []


@test
def priority(t):
    """of several matching policies the highest priority applies, alone"""
    ch = t.channel()
    ch.declare('prio-a', exclusive=True)
    assert kept(ch, 'prio-a') == [4, 5]


@test
def unanchored_pattern(t):
    """patterns are unanchored regular expressions"""
    ch = t.channel()
    ch.declare('a-mid42-z', exclusive=True)
    assert kept(ch, 'a-mid42-z') == [5]


@test
def operator_policy(t):
    """an operator policy lowers a limit and leaves the user policy's other keys; it works alone too"""
    ch = t.channel()
    ch.declare('op-a', exclusive=True)
    ch.declare('oponly-a', exclusive=True)
    assert kept(ch, 'op-a') == [4, 5] and kept(ch, 'oponly-a') == [5]


@test
def alternate_exchange(t):
    """alternate-exchange by policy, on exchanges only"""
    ch = t.channel()
    q = ch.queue()
    ch.bind(q, 'amq.fanout')
    for x in ('ae-x', 'kind-x'):
        ch.exchange(x)
        t.cleanup(lambda: [t.channel().rpc('exchange.delete', exchange=x) for x in ('ae-x', 'kind-x')])
        ch.publish(x, 'k', x, mandatory=True)
        assert ch.get_soon(q).body == x.encode()


@test
def policies_do_not_matter_for_equivalence(t):
    """a queue under a policy is redeclared without its keys"""
    ch = t.channel()
    ch.declare('len-eq', exclusive=True)
    ch.declare('len-eq', exclusive=True)


@test
def lazy_by_policy(t):
    """queue-mode lazy by policy"""
    ch = t.channel()
    ch.declare('lazy-a', exclusive=True)
    assert kept(ch, 'lazy-a', 300) == list(range(300))


@test
def existing_queues(t):
    """a policy that comes later applies to what is there already, and a changed one replaces it"""
    b = t.start(definitions=definitions())
    ch = t.channel(broker=b)
    ch.declare('later', durable=True)
    ch.confirm()
    for n in range(10):
        ch.publish('', 'later', '%d' % n, delivery_mode=2)
    ch.wait_confirms()
    for limit in (4, 2):
        ch.c.close()
        b.stop()
        b.definitions = definitions(policies=[policy('later', '^later$', {'max-length': limit})])
        b.start()
        ch = t.channel(broker=b)
        poll('dropped to %d' % limit, lambda: ch.count('later') == limit)
    assert ch.bodies('later') == [b'8', b'9']
