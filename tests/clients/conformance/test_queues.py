"""queue.* methods: declaration and its arguments, equivalence, delete, purge, exclusivity."""
import itertools
import re
import sys

from conformance.client import outcome
from conformance.common import BROKER, channel, ok, refused_with  # noqa: F401
from testkit import CAPTURES, add_captured, captured, test

PARALLEL = 4
S = 'Queues'
ME = sys.modules[__name__]


def setup(t):
    ch = channel(t)
    for q in ('q1', 'qttl', 'ne', 'iu', 'never', 'missing', 'excl-q', 'ab', 'n' * 255):
        ch.rpc('queue.delete', queue=q)
    ch.declare('q1', durable=True)
    ch.declare('qttl', {'x-message-ttl': 1000})


def declare(queue, arguments=None, **flags):
    return lambda t: channel(t).declare(queue, arguments, **flags)


@captured(S, 'declare server-named queue')
def _(t):
    return channel(t).declare('', exclusive=True)


@captured(S, 'declare name 255 bytes')
def _(t):
    return declare('n' * 255)(t)[1:]


@captured(S, 'declare name with newline')
def _(t):
    ch = channel(t)
    ok_ = ch.declare('a\r\nb')
    ch.rpc('queue.delete', queue='ab')
    return ok_


captured(S, 'passive declare missing')(declare('missing', passive=True))
captured(S, 'declare amq.foo')(declare('amq.foo'))
captured(S, 'declare name invalid utf8')(declare(b'\xff\xfe'))
captured(S, 'declare durable q1')(declare('q1', durable=True))
captured(S, 'redeclare q1 identical')(declare('q1', durable=True))
captured(S, 'redeclare q1 durable=false')(declare('q1'))
captured(S, 'redeclare q1 auto_delete=true')(declare('q1', durable=True, auto_delete=True))
captured(S, 'redeclare q1 exclusive=true')(declare('q1', durable=True, exclusive=True))
captured(S, 'redeclare q1 extra x-message-ttl')(declare('q1', {'x-message-ttl': 5}, durable=True))
captured(S, 'redeclare q1 unknown extra arg')(declare('q1', {'x-unknown': 'z'}, durable=True))
captured(S, 'redeclare q1 x-queue-type=quorum')(declare('q1', {'x-queue-type': 'quorum'}, durable=True))
captured(S, 'redeclare q1 x-queue-type=classic')(declare('q1', {'x-queue-type': 'classic'}, durable=True))
captured(S, 'declare qttl x-message-ttl=1000 (I)')(declare('qttl', {'x-message-ttl': ('I', 1000)}))
captured(S, 'redeclare qttl x-message-ttl=1000 (l)')(declare('qttl', {'x-message-ttl': ('l', 1000)}))
captured(S, 'redeclare qttl x-message-ttl=2000')(declare('qttl', {'x-message-ttl': 2000}))
captured(S, 'redeclare qttl without ttl')(declare('qttl'))


# Every recorded line `TYPE declare ARGUMENT=VALUE` is its own instruction.

LINE = re.compile(r'(classic|quorum|stream) declare (x-[a-z-]+)=(.*)$')
NUMBERS = itertools.count(1)
NOT_YET = 'this queue type does not exist here yet and is refused with 406'


def no_such_type(got):
    return refused_with(406, (50, 10))(got)


def own_name(t, recorded, declare_as):
    """Declares under a name of its own, since re-creating one name in quick turns upsets RabbitMQ's quorum queues."""
    name = '%s%d' % (recorded, next(NUMBERS))
    got = outcome(lambda: ok(declare_as(name)))
    if got == 'ok':
        channel(t).rpc('queue.delete', queue=name)
    else:
        got['text'] = got['text'].replace("'%s'" % name, "'%s'" % recorded)
    return got


def from_line(kind, argument, value):
    value = eval(value, {})  # noqa: S307 - our own data file
    arguments = {argument: value}

    def run(t):
        ch = channel(t)
        if kind == 'classic':
            return ch.declare('', arguments, exclusive=True)
        return own_name(t, kind + '-q', lambda name: ch.declare(name, {'x-queue-type': kind} | arguments, durable=True))
    return run


for _case in CAPTURES[S]:
    _m = LINE.match(_case)
    if not _m:
        continue
    if _m[1] != 'classic':
        add_captured(ME, S, _case, from_line(*_m.groups()), no_such_type, NOT_YET)
    elif _m[2] == 'x-queue-type':
        add_captured(ME, S, _case, from_line(*_m.groups()), no_such_type,
                     'RabbitMQ crashes here; the reference asks for a 406')
    else:
        add_captured(ME, S, _case, from_line(*_m.groups()))


def typed(kind, **flags):
    def run(t):
        return own_name(t, kind + '-q', lambda name: channel(t).declare(name, {'x-queue-type': kind},
                                                                        **({'durable': True} | flags)))
    return run


for _kind in ('quorum', 'stream'):
    for _case, _how in (('%s declare ok', {}), ('%s non-durable', {'durable': False}),
                        ('%s exclusive', {'exclusive': True}), ('%s auto_delete', {'auto_delete': True})):
        add_captured(ME, S, _case % _kind, typed(_kind, **_how), no_such_type, NOT_YET)
add_captured(ME, S, 'quorum server-named', declare('', {'x-queue-type': 'quorum'}, durable=True), no_such_type, NOT_YET)


@captured(S, 'delete missing queue')
def _(t):
    return channel(t).rpc('queue.delete', queue='missing').message_count


@captured(S, 'delete if-empty on non-empty')
def _(t):
    ch = channel(t)
    ch.declare('ne')
    ch.confirm()
    ch.publish('', 'ne')
    ch.wait_confirms()
    ch.rpc('queue.delete', queue='ne', if_empty=True)


@captured(S, 'delete if-unused with consumer')
def _(t):
    ch = channel(t)
    ch.declare('iu')
    ch.consume('iu')
    ch.rpc('queue.delete', queue='iu', if_unused=True)


@captured(S, 'purge missing queue')
def _(t):
    return channel(t).rpc('queue.purge', queue='never')


@captured(S, 'purge returns count')
def _(t):
    ch = channel(t)
    q = ch.queue()
    ch.confirm()
    ch.publish('', q)
    ch.wait_confirms()
    return ch.rpc('queue.purge', queue=q).message_count


@captured(S, 'queue name empty on channel with no queue declared (bind)')
def _(t):
    return channel(t).bind('', 'amq.direct')


@captured(S, 'empty queue name uses last declared')
def _(t):
    ch = channel(t)
    q = ch.queue()
    ch.bind('', 'amq.direct')  # and the empty key is the queue's name
    ch.publish('amq.direct', q, 'via default key')
    assert ch.get_soon('').body == b'via default key'
    ch.consume('')
    assert ch.rpc('queue.purge').message_count == 0
    return 'ok'


@captured(S, 'exclusive queue from another connection')
def _(t):
    channel(t).declare('excl-q', exclusive=True)
    results = []
    for name, act in (('declare', lambda c: c.declare('excl-q')),
                      ('declare excl', lambda c: c.declare('excl-q', exclusive=True)),
                      ('passive', lambda c: c.declare('excl-q', passive=True)),
                      ('consume', lambda c: c.consume('excl-q')), ('get', lambda c: c.get('excl-q')),
                      ('bind', lambda c: c.bind('excl-q', 'amq.direct')),
                      ('purge', lambda c: c.rpc('queue.purge', queue='excl-q')),
                      ('delete', lambda c: c.rpc('queue.delete', queue='excl-q'))):
        ch = channel(t)
        results.append((name, outcome(lambda: act(ch))))
    return results


@test
def delete_returns_count(t):
    """queue.delete answers with the number of messages it threw away"""
    ch = channel(t)
    q = ch.queue()
    ch.confirm()
    for _ in range(7):
        ch.publish('', q)
    ch.wait_confirms()
    assert ch.rpc('queue.delete', queue=q).message_count == 7
    assert outcome(lambda: ch.declare(q, passive=True))['channel.close'] == 404


@test
def no_previously_declared(t):
    """every method that takes a queue's name says 404 for an empty one on a fresh channel"""
    for act, ids in ((lambda c: c.consume(''), (60, 20)), (lambda c: c.get(''), (60, 70)),
                     (lambda c: c.rpc('queue.purge'), (50, 30)), (lambda c: c.rpc('queue.delete'), (50, 40)),
                     (lambda c: c.rpc('queue.unbind', exchange='amq.direct'), (50, 50))):
        ch = channel(t)
        got = outcome(lambda: act(ch))
        assert got == {'channel.close': 404, 'text': 'NOT_FOUND - no previously declared queue',
                       'class_method': ids}, got


@test
def inequivalent_texts_of_other_arguments(t):
    """differing values and missing arguments are named with value and type"""
    ch = channel(t)
    ch.declare('eqv', {'x-max-length': 5, 'x-overflow': 'reject-publish', 'x-single-active-consumer': True})
    t.cleanup(lambda: channel(t).rpc('queue.delete', queue='eqv'))
    base = {'x-max-length': 5, 'x-overflow': 'reject-publish', 'x-single-active-consumer': True}
    for change, text in (
            ({'x-overflow': 'drop-head'}, "'x-overflow' for queue 'eqv' in vhost 'amqp-ref': "
             "received 'drop-head' but current is 'reject-publish'"),
            ({'x-max-length': 6}, "'x-max-length' for queue 'eqv' in vhost 'amqp-ref': received '6' but current is '5'"),
            ({'x-dead-letter-exchange': 'd'}, "'x-dead-letter-exchange' for queue 'eqv' in vhost 'amqp-ref': "
             "received the value 'd' of type 'longstr' but current is none")):
        got = outcome(lambda: channel(t).declare('eqv', base | change))
        assert got == {'channel.close': 406, 'class_method': (50, 10),
                       'text': 'PRECONDITION_FAILED - inequivalent arg ' + text}, got


@test
def nowait(t):
    """nowait methods do their work without an answer"""
    ch = channel(t)
    q = ch.queue()
    ch.send('queue.declare', queue='nw-q', exclusive=True, nowait=True)
    ch.send('exchange.declare', exchange='nw-x', type='fanout', nowait=True)
    ch.send('queue.bind', queue='nw-q', exchange='nw-x', nowait=True)
    ch.send('exchange.bind', destination='amq.fanout', source='nw-x', nowait=True)
    ch.send('queue.bind', queue=q, exchange='amq.fanout', nowait=True)
    ch.send('confirm.select', nowait=True)
    ch.publish('nw-x', '', 'all')
    assert ch.expect('basic.ack').delivery_tag == 1
    assert (ch.get_soon('nw-q').body, ch.get_soon(q).body) == (b'all', b'all')
    ch.send('basic.consume', queue=q, consumer_tag='nw', nowait=True)
    ch.publish('', q, 'consumed')
    assert ch.deliver().consumer_tag == 'nw'
    ch.send('basic.cancel', consumer_tag='nw', nowait=True)
    ch.send('queue.purge', queue='nw-q', nowait=True)
    ch.send('exchange.unbind', destination='amq.fanout', source='nw-x', nowait=True)
    ch.send('exchange.delete', exchange='nw-x', nowait=True)
    ch.send('queue.delete', queue='nw-q', nowait=True)
    got = outcome(lambda: ch.declare('nw-q', passive=True))
    assert got['channel.close'] == 404, got


@test
def names_are_octets(t):
    """names with spaces, quotes, percent signs and other scripts work and come back unchanged"""
    ch = channel(t)
    for name in ("it's", 'a b', '100%', 'очередь', '队列', '<<"x">>', '~p~n'):
        assert ch.declare(name, exclusive=True)[0] == name
        ch.publish('', name, name)
        assert ch.get_soon(name).routing_key == name
        got = outcome(lambda: channel(t).declare(name + '!', passive=True))
        assert got['text'] == "NOT_FOUND - no queue '%s!' in vhost 'amqp-ref'" % name, got


@captured('Misc', 'queue.declare-ok counts message/consumer')
def _(t):
    ch = channel(t)
    ch.declare('cnt', exclusive=True)
    ch.confirm()
    ch.publish('', 'cnt')
    ch.wait_confirms()
    return ch.declare('cnt', exclusive=True)


@captured('Misc', 'vhost max-queues exceeded')
def _(t):
    ch = t.channel(vhost='limited-queues')
    ch.declare('one', exclusive=True)
    got = outcome(lambda: ch.declare('over', exclusive=True))
    got['text'] = got['text'].replace("'limited-queues'", "'amqp-ref'")
    return got


