"""Field types in headers, limits of vhosts and users, update-secret, access.request, forced closes."""
import signal
import sys

from broker import poll
from conformance.client import outcome
from conformance.common import BROKER, channel  # noqa: F401
from testkit import CAPTURES, COVERED, SAME, add_captured, captured, test

S = 'Misc'
ME = sys.modules[__name__]


@captured(S, 'exclusive consume on single-active-consumer queue')
def _(t):
    ch = channel(t)
    ch.declare('sacq', {'x-single-active-consumer': True}, auto_delete=True)
    t.cleanup(lambda: channel(t).rpc('queue.delete', queue='sacq'))
    ch.consume('sacq', exclusive=True)


@captured(S, 'requeue restores position; redelivered flag')
def _(t):
    ch = channel(t)
    q = ch.queue()
    ch.publish('', q, 'm0')
    ch.publish('', q, 'm1')
    a = ch.get_soon(q, no_ack=False)
    b = ch.get_soon(q, no_ack=False)
    ch.nack(b.delivery_tag)
    ch.nack(a.delivery_tag)
    ch.sync()
    return [(m.body, int(m.redelivered), m.message_count) for m in (ch.get(q), ch.get(q))]


@captured(S, 'connection.update-secret (not supported by internal backend)')
def _(t):
    c = t.connect()
    c.send(0, 'connection.update-secret', new_secret='s', reason='because')
    c.expect(0, 'connection.update-secret-ok')
    return SAME


@captured(S, 'access.request (class 30)')
def _(t):
    channel(t).rpc('access.request', realm='/data')
    return SAME


# Every recorded line `header field type 'X' value V` is its own instruction.
for _case in CAPTURES[S]:
    if _case.startswith('header field type'):
        _words = _case.split("'", 2)
        _value = eval(_words[2].split('value ')[1].rsplit(' comes', 1)[0], {})  # noqa: S307 - our own data file

        def _run(t, letter=_words[1], value=_value):
            ch = channel(t)
            q = ch.queue()
            # x-match makes a headers exchange decode the headers, as a broker does that must look into them
            ch.bind(q, 'amq.headers', '', {'x-match': 'any', 'other': 1})
            ch.publish('amq.headers', '', headers={'k': (letter, value)})
            ch.publish('', q, headers={'k': (letter, value)})
            got = ch.get_soon(q, timeout=3).props['headers']
            if letter == 'x':
                got['k'] = ['x', '<bytes %r>' % got['k'][1]]
            return got
        if _words[1] == 'U':
            add_captured(ME, S, _case, _run, lambda got: isinstance(got, dict) and got.get('connection.close') in
                         (501, 502, 541) or isinstance(got, str) and 'socket closed' in got,
                         'RabbitMQ crashes on the unsupported letter; any refusal will do')
        else:
            add_captured(ME, S, _case, _run)


def renamed(got, name, recorded):
    got['text'] = got['text'].replace("'%s'" % name, "'%s'" % recorded)
    return got


@captured(S, 'vhost max-connections=0')
def _(t):
    return renamed(outcome(lambda: t.connect(vhost='closed-vhost')), 'closed-vhost', 'amqp-ref')


@captured(S, 'user max-connections=0')
def _(t):
    return renamed(outcome(lambda: t.connect(user='no-connections', password='no-connections')), 'no-connections',
                   'limited')


@captured(S, 'user max-channels=1, second channel')
def _(t):
    c = t.connect(user='one-channel', password='one-channel')
    c.channel(1)
    return renamed(outcome(lambda: c.channel(2)), 'one-channel', 'limited')


@captured(S, 'third channel with channel_max 2')
def _(t):
    c = t.connect(channel_max=2)
    c.channel(1)
    c.channel(2)
    c.channel(3)


@test
def closed_channels_do_not_count(t):
    """channel_max counts open channels: closing one makes room"""
    c = t.connect(channel_max=2)
    one = c.channel(1)
    for n in range(2, 60):
        ch = c.channel(n)
        ch.close()
    one.sync()


@captured(S, 'node stopped (stop_app)')
def _(t):
    b = t.start()
    c = t.connect(broker=b)
    c.channel()
    b.signal(signal.SIGTERM)
    c.wait = 30
    c.recv(0)


@captured(S, 'consumer timeout (2000 ms)')
def _(t):
    b = t.start(conf={'consumer_timeout': '2000'})
    ch = t.channel(broker=b, wait=90)
    q = ch.declare('held')[0]
    ch.publish('', q)
    ch.consume(q)
    ch.deliver()
    got = outcome(lambda: ch.recv(90))  # the check may come once a minute
    other = t.channel(broker=b)
    assert poll('requeued', lambda: other.get(q)).redelivered
    return got


@captured(S, 'publish during memory alarm')
def _(t):
    b = t.start(conf={'vm_memory_high_watermark.absolute': '4MB'})
    c = t.connect(broker=b, wait=20)
    ch = c.channel()
    ch.publish('', 'nobody')
    e = c.recv(0)
    return '%s reason=%r' % (e.name, e.reason)


# Recorded lines that need an interface which is not AMQP, or another module's place.
ELSEWHERE = {
    'connection closed over HTTP with X-Reason': 'needs the HTTP interface',
    'vhost deleted under a connection': 'needs the command line or HTTP',
    'rabbitmq-upgrade drain': 'needs the command line',
    'alarm cleared': 'semantics.alarms',
}


@test
def every_captured_line(t):
    """every recorded line has its test, or a reason why it has none here"""
    import run
    for name, folder, file in run.modules():
        if name.startswith('conformance.') and name != TITLE:  # noqa: F821 - set by the runner
            run.load(name + '.seen', folder, file)
    missing = [(section, case) for section, cases in CAPTURES.items() for case in cases
               if case not in COVERED.get(section, {}) and case not in ELSEWHERE]
    assert not missing, missing
