"""Dead lettering: the exact headers of every reason, chains, cycles."""
from conformance.common import BROKER, channel, refused_with  # noqa: F401
from testkit import captured, test

S = 'Dead lettering'
PARALLEL = 3


def source(t, name, arguments=None, kind=None, **flags):
    """A channel with `name`, dead-lettering to dlx, behind amq.direct by 'rk'; and the queue behind dlx."""
    ch = channel(t)
    dlx = 'dlx'
    ch.exchange(dlx, 'topic', durable=True)
    dead = ch.queue()
    ch.bind(dead, dlx, '#')
    ch.rpc('queue.delete', queue=name)
    ch.declare(name, {'x-dead-letter-exchange': dlx} | (arguments or {}), **({'durable': bool(kind)} | flags))
    t.cleanup(lambda: channel(t).rpc('queue.delete', queue=name))
    key = 'rk'
    own = ch.exchange('in-' + name, 'direct', auto_delete=True)
    ch.bind(name, own, key)
    return ch, own, dead


def shown(got, own):
    """As the captures print a delivery; the exchange of each test stands for amq.direct."""
    def rename(value):
        if isinstance(value, (list, tuple)):
            return [rename(v) for v in value]
        if isinstance(value, dict):
            return {k: rename(v) for k, v in value.items()}
        return 'amq.direct' if value == own else value
    return {'tag': got.delivery_tag, 'redelivered': int(got.redelivered), 'exchange': got.exchange,
            'key': got.routing_key, 'count': got.message_count, 'props': rename(got.props), 'body': got.body}


def dead_of(ch, dead, queue):
    """The next dead letter of one queue; tests run side by side on one exchange."""
    while True:
        got = ch.get_soon(dead)
        assert got, 'no dead letter of ' + queue
        if got.headers()['x-death'][0]['queue'] == queue:
            return got


def only(got, tag):
    got.args['delivery_tag'], got.args['message_count'] = tag, 0
    return got


@captured(S, 'rejected')
def _(t):
    ch, own, dead = source(t, 'dlsrc-rejected')
    ch.publish(own, 'rk', headers={'h': 1, 'CC': ['cc1']}, expiration='60000', delivery_mode=2)
    ch.reject(ch.get_soon('dlsrc-rejected', no_ack=False).delivery_tag, requeue=False)
    return shown(only(dead_of(ch, dead, 'dlsrc-rejected'), 2), own)


@captured(S, 'expired (per-message TTL)')
def _(t):
    ch, own, dead = source(t, 'dlsrc-expired')
    ch.publish(own, 'rk', expiration='100')
    return shown(only(dead_of(ch, dead, 'dlsrc-expired'), 1), own)


@captured(S, 'expired (queue TTL)')
def _(t):
    ch, own, dead = source(t, 'dlsrc-expired2', {'x-message-ttl': 100, 'x-dead-letter-routing-key': 'newrk'})
    ch.publish(own, 'rk')
    return shown(only(dead_of(ch, dead, 'dlsrc-expired2'), 1), own)


@captured(S, 'maxlen')
def _(t):
    ch, own, dead = source(t, 'dlsrc-maxlen', {'x-max-length': 1})
    ch.publish(own, 'rk', 'x1')
    ch.publish(own, 'rk', 'x2')
    return shown(only(dead_of(ch, dead, 'dlsrc-maxlen'), 1), own)


@captured(S, 'maxlen reject-publish-dlx')
def _(t):
    ch, own, dead = source(t, 'dlsrc-maxlen2', {'x-max-length': 1, 'x-overflow': 'reject-publish-dlx'})
    ch.publish(own, 'rk', 'x1')
    ch.publish(own, 'rk', 'x2')
    return shown(only(dead_of(ch, dead, 'dlsrc-maxlen2'), 1), own)


def quorum(case, n):
    def run(t):
        ch, own, dead = source(t, 'dlsrc-dlimit%d' % n, {'x-queue-type': 'quorum', 'x-delivery-limit': 2}, 'quorum')
        queue = 'dlsrc-dlimit%d' % n
        ch.publish(own, 'rk', delivery_mode=2)
        ch.consume(queue)
        for k in range(1, 4):
            got = ch.deliver()
            if k == n:
                return int(got.redelivered), got.props
            ch.nack(got.delivery_tag)
        out = shown(only(dead_of(ch, dead, queue), 4), own)
        out['props']['headers']['x-death'][1][0][1]['queue'][1] = 'dlsrc-dlimit'
        out['props']['headers']['x-first-death-queue'][1] = 'dlsrc-dlimit'
        return out
    captured(S, case, instead=refused_with(406, (50, 10)), why='quorum queues do not exist here yet')(run)


for _n, _case in enumerate(['quorum delivery 1', 'quorum delivery 2', 'quorum delivery 3',
                            'delivery_limit (quorum, limit 2)'], 1):
    quorum(_case, _n)


@captured(S, 'two hops: x-death entry order')
def _(t):
    ch = channel(t)
    ch.exchange('dlx', 'topic', durable=True)
    dead = ch.queue()
    ch.bind(dead, 'dlx', 'mid')
    for q, arguments in (('mid', {'x-message-ttl': 50, 'x-dead-letter-exchange': 'dlx'}),
                         ('first', {'x-message-ttl': 50, 'x-dead-letter-exchange': '',
                                    'x-dead-letter-routing-key': 'mid'})):
        ch.declare(q, arguments, exclusive=True)
    ch.publish('', 'first')
    return shown(only(dead_of(ch, dead, 'mid'), 1), None)


@captured(S, 'cycle by expiry only: message dropped')
def _(t):
    ch = channel(t)
    ch.declare('cyc', {'x-message-ttl': 50, 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'cyc'},
               exclusive=True)
    ch.publish('', 'cyc')
    ch.c.pump(0.4)
    return ch.declare('cyc', passive=True)


@captured(S, 'cycle by reject: allowed, count grows')
def _(t):
    ch = channel(t)
    ch.declare('cyc2', {'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'cyc2'}, exclusive=True)
    ch.publish('', 'cyc2')
    for _ in range(3):
        ch.reject(ch.get_soon('cyc2', no_ack=False).delivery_tag, requeue=False)
    return shown(ch.get_soon('cyc2'), None)


@test
def cycle_with_one_reject(t):
    """a cycle through expiry with one rejection in it goes on"""
    ch = channel(t)
    ch.declare('cyc-a', {'x-message-ttl': 50, 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'cyc-b'},
               exclusive=True)
    ch.declare('cyc-b', {'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'cyc-a'}, exclusive=True)
    ch.publish('', 'cyc-a')
    for n in range(1, 4):
        got = ch.get_soon('cyc-b', no_ack=False)
        death = got.headers()['x-death']
        assert death[0]['queue'] == 'cyc-a' and death[0]['count'] == n, (n, death)
        assert len(death) == (1 if n == 1 else 2)
        ch.reject(got.delivery_tag, requeue=False)


@test
def key_order_in_x_death(t):
    """a new x-death entry has its keys in RabbitMQ's order"""
    ch, own, dead = source(t, 'dlsrc-order')
    ch.publish(own, 'rk', expiration='50')
    entry = dead_of(ch, dead, 'dlsrc-order').props['headers']['x-death'][1][0][1]
    assert list(entry) == ['count', 'reason', 'queue', 'time', 'exchange', 'routing-keys', 'original-expiration'], entry
    assert {k: v[0] for k, v in entry.items()} == {
        'count': 'l', 'reason': 'S', 'queue': 'S', 'time': 'T', 'exchange': 'S', 'routing-keys': 'A',
        'original-expiration': 'S'}


@test
def first_death_stays(t):
    """x-first-death-* name the first death for good"""
    ch = channel(t)
    ch.declare('fd-b', exclusive=True)
    ch.declare('fd-a2', {'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'fd-b'}, exclusive=True)
    ch.declare('fd-a', {'x-message-ttl': 30, 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'fd-a2'},
               exclusive=True)
    ch.publish('', 'fd-a')
    ch.reject(ch.get_soon('fd-a2', no_ack=False).delivery_tag, requeue=False)
    h = ch.get_soon('fd-b').headers()
    assert (h['x-first-death-queue'], h['x-first-death-reason'], h['x-first-death-exchange']) == ('fd-a', 'expired', '')
    assert [(d['queue'], d['reason']) for d in h['x-death']] == [('fd-a2', 'rejected'), ('fd-a', 'expired')]


@test
def published_x_death_counts_on(t):
    """a published x-death header is continued, as 3.x does"""
    ch = channel(t)
    ch.declare('pd-b', exclusive=True)
    ch.declare('pd-a', {'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'pd-b'}, exclusive=True)
    for n in (1, 2):
        props = {} if n == 1 else {'headers': got.props['headers']}
        ch.publish('', 'pd-a', **props)
        ch.nack(ch.get_soon('pd-a', no_ack=False).delivery_tag, requeue=False)
        got = ch.get_soon('pd-b')
        assert got.headers()['x-death'][0]['count'] == n, got.headers()


@test
def missing_dlx(t):
    """a dead letter exchange that does not exist drops the message; one made later is used"""
    ch = channel(t)
    q = ch.queue({'x-dead-letter-exchange': 'dlx-later'})
    dead = ch.queue()
    ch.publish('', q, '1')
    ch.reject(ch.get_soon(q, no_ack=False).delivery_tag, requeue=False)
    ch.exchange('dlx-later', 'fanout', auto_delete=True)
    ch.bind(dead, 'dlx-later')
    ch.publish('', q, '2')
    ch.reject(ch.get_soon(q, no_ack=False).delivery_tag, requeue=False)
    assert ch.get_soon(dead).body == b'2' and ch.count(q) == 0


@test
def cc_with_dead_letter_key(t):
    """with x-dead-letter-routing-key only that key routes and CC is gone; without it the CC keys route too"""
    ch = channel(t)
    ch.exchange('dlx-cc', 'direct', auto_delete=True)
    a, b = ch.queue(), ch.queue()
    ch.bind(a, 'dlx-cc', 'main')
    ch.bind(b, 'dlx-cc', 'copy')
    for extra, in_b in (({}, 1), ({'x-dead-letter-routing-key': 'main'}, 0)):
        q = ch.queue({'x-dead-letter-exchange': 'dlx-cc'} | extra)
        ch.bind(q, 'amq.direct', 'main')
        ch.publish('amq.direct', 'main', headers={'CC': ['copy']})
        ch.reject(ch.get_soon(q, no_ack=False).delivery_tag, requeue=False)
        got = ch.get_soon(a)
        assert got.routing_key == 'main' and got.headers()['x-death'][0]['routing-keys'] == ['main', 'copy']
        assert ('CC' in got.headers()) == (not extra), got.headers()
        assert len(ch.bodies(b)) == in_b
        ch.rpc('queue.delete', queue=q)


@test
def order_of_dead_letters(t):
    """messages that expire or are rejected together are dead-lettered in their order"""
    ch = channel(t)
    dead = ch.queue()
    q = ch.queue({'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': dead, 'x-message-ttl': 200})
    for n in range(500):
        ch.publish('', q, '%d' % n)
    assert [ch.get_soon(dead).body for _ in range(500)] == [b'%d' % n for n in range(500)]
    q = ch.queue({'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': dead})
    ch.consume(q)
    for n in range(500):
        ch.publish('', q, '%d' % n)
    last = ch.deliveries(500)[-1]
    ch.nack(last.delivery_tag, multiple=True, requeue=False)
    assert [ch.get_soon(dead).body for _ in range(500)] == [b'%d' % n for n in range(500)]


@test
def requeue_is_no_death(t):
    """nack with requeue, recover and a closed channel do not dead-letter"""
    ch = channel(t)
    dead = ch.queue()
    q = ch.queue({'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': dead})
    ch.publish('', q)
    ch.nack(ch.get_soon(q, no_ack=False).delivery_tag, requeue=True)
    assert ch.get_soon(q, no_ack=False).redelivered
    ch.rpc('basic.recover', requeue=True)
    got = ch.get_soon(q)
    assert got.redelivered and 'headers' not in got.props and ch.count(dead) == 0


@test
def purge_and_delete_are_no_death(t):
    """purge, delete and x-expires throw messages away without dead-lettering"""
    ch = channel(t)
    dead = ch.queue()
    q = ch.queue({'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': dead})
    ch.confirm()
    ch.publish('', q)
    ch.wait_confirms()
    ch.rpc('queue.purge', queue=q)
    ch.publish('', q)
    ch.wait_confirms()
    ch.rpc('queue.delete', queue=q)
    ch.sync()
    assert ch.count(dead) == 0


@test
def expiration_is_removed(t):
    """expiration is removed from what is dead-lettered, so that it does not expire again"""
    ch = channel(t)
    dead = ch.queue()
    q = ch.queue({'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': dead})
    ch.publish('', q, expiration='50')
    got = ch.get_soon(dead)
    assert 'expiration' not in got.props
    assert got.headers()['x-death'][0]['original-expiration'] == '50'

