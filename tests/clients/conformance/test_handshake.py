"""Protocol headers, authentication, tune, open: the captured replies and what the reference says besides."""
import time

from conformance.client import CAPABILITIES, ConnectionClosed, SocketClosed, outcome
from conformance.common import BROKER, VHOST  # noqa: F401
from conformance.wire import plain, short, table
from testkit import SAME, captured, test

PARALLEL = 8  # most cases wait for a delayed close
S = 'Handshake'


@captured(S, 'connection.start server-properties')
def _(t):
    c = t.raw()
    start = c.start()
    assert (start.version_major, start.version_minor) == (0, 9)
    assert set(start.mechanisms.split()) >= {b'PLAIN', b'AMQPLAIN'} and start.locales == b'en_US'
    props = plain(start.server_properties)
    assert props['capabilities'] == dict.fromkeys(
        ['publisher_confirms', 'exchange_exchange_bindings', 'basic.nack', 'consumer_cancel_notify',
         'connection.blocked', 'consumer_priorities', 'authentication_failure_close', 'per_consumer_qos',
         'direct_reply_to'], True), props
    for key in ('cluster_name', 'copyright', 'information', 'platform', 'product', 'version'):
        assert isinstance(props[key], str) and props[key], key
    assert start.server_properties['product'][0] == 'S'
    return SAME


@captured(S, 'connection.tune (channel_max, frame_max, heartbeat)')
def _(t):
    o = t.connect().offered
    return o.channel_max, o.frame_max, o.heartbeat


def header(octets):
    def run(t):
        c = t.raw()
        c.send_raw(octets)
        return 'got %r then EOF' % c.read_raw(64)
    return run


captured(S, 'protocol header AMQP 0 0 8 0 (0-8)')(header(b'AMQP\x00\x00\x08\x00'))
captured(S, 'protocol header AMQP 0 1 0 0 (1.0, plugin off)')(header(b'AMQP\x00\x01\x00\x00'))
captured(S, 'protocol header HTTP GET')(header(b'GET / HTTP/1.1\r\nHost: x\r\n\r\n'))


@captured(S, 'protocol header AMQP 1 1 9 1 (0-9)')
def _(t):
    # The recorded octets are the answer to AMQP 1 1 0 9; 1 1 9 1 belongs to the 0-8 family (below).
    c = t.raw()
    start = c.start(b'AMQP\x01\x01\x00\x09')
    assert (start.version_major, start.version_minor) == (0, 9)
    c.start_ok()
    c.tune()
    c.open()
    assert c.channel().declare('', exclusive=True)[1:] == (0, 0)
    return SAME


@test
def protocol_headers_of_the_0_8_family(t):
    """AMQP 1 1 8 0 and AMQP 1 1 9 1 are answered as version 8-0 and can log in"""
    for octets in (b'AMQP\x01\x01\x08\x00', b'AMQP\x01\x01\x09\x01'):
        c = t.raw()
        start = c.start(octets)
        assert (start.version_major, start.version_minor) == (8, 0), start
        c.start_ok()
        c.tune()
        c.open()


@test
def other_headers(t):
    """every other header is answered with the right one and the end of the stream"""
    for octets in (b'AMQP\x03\x01\x00\x00', b'AMQP\x00\x00\x09\x02', b'AMQP\x02\x00\x09\x01', b'amqp\x00\x00\x09\x01',
                   b'\x00' * 8, b'\x16\x03\x01\x02\x00\x01\x00\x01'):
        assert header(octets)(t) == "got b'AMQP\\x00\\x00\\t\\x01' then EOF", octets


@test
def header_octet_by_octet(t):
    """a header that arrives one octet at a time is a header"""
    c = t.raw()
    for n in range(7):
        c.send_raw(b'AMQP\x00\x00\x09\x01'[n:n + 1])
    c.start(b'\x01')


# Authentication

def login(**how):
    def run(t):
        c = t.raw()
        c.start()
        c.start_ok(**how)
        return c.tune()
    return run


QUIET = {k: v for k, v in CAPABILITIES.items() if k != 'authentication_failure_close'}
captured(S, 'wrong password, authentication_failure_close capability')(login(password='wrong'))
captured(S, 'wrong password, no capability')(login(password='wrong', capabilities=QUIET))
captured(S, 'unknown user')(login(user='who'))
captured(S, 'unknown mechanism')(login(mechanism='WOMBAT'))
captured(S, 'EXTERNAL not offered without TLS plugin',
         instead=lambda got: got == {'connection.close': 403, 'class_method': [0, 0], 'text':
                                     'ACCESS_REFUSED - Login was refused using authentication mechanism EXTERNAL. '
                                     'For details see the broker logfile.'},
         why='with EXTERNAL enabled a plain connection has no certificate and is refused')(login(mechanism='EXTERNAL'))
captured(S, 'PLAIN malformed')(login(response=b'no zeros in here'))


@captured(S, 'AMQPLAIN ok')
def _(t):
    o = t.connect(mechanism='AMQPLAIN').offered
    return o.channel_max, o.frame_max, o.heartbeat


@test
def amqplain_wrong_password(t):
    """AMQPLAIN with a wrong password names its mechanism"""
    got = outcome(lambda: login(mechanism='AMQPLAIN', password='x')(t))
    assert got == {'connection.close': 403, 'class_method': (0, 0), 'text': 'ACCESS_REFUSED - Login was refused using '
                   'authentication mechanism AMQPLAIN. For details see the broker logfile.'}, got


@test
def silent_refusals_are_delayed(t):
    """a refusal without a close comes after a delay, so that guessing is slow"""
    began = time.monotonic()
    got = outcome(lambda: login(password='wrong', capabilities=QUIET)(t))
    assert got == 'socket closed by the server, no connection.close', got
    assert time.monotonic() - began > 0.9


@test
def password_with_zero_and_utf8(t):
    """a PLAIN answer with a third zero octet, and an empty one, are refused"""
    for response in (b'\0guest\0guest\0', b'\0guest\0', b'\0\0', b''):
        got = outcome(lambda: login(response=response)(t))
        assert isinstance(got, dict) and got['connection.close'] == 403 or isinstance(got, str), (response, got)


# Tune

def tune(use=True, **values):
    def run(t):
        c = t.connect(**values)
        return c.channel().n if use else None
    return run


def refused_tune(**values):
    def run(t):
        began = time.monotonic()
        got = outcome(lambda: t.connect(**values))
        took = time.monotonic() - began
        assert got == 'socket closed by the server, no connection.close', got
        assert took < 8, took
        return SAME
    return run


captured(S, 'tune-ok frame_max 4096 ok')(tune(frame_max=4096))
captured(S, 'tune-ok heartbeat 1 accepted')(tune(heartbeat=1))
captured(S, 'tune-ok frame_max 4095 (below min)')(refused_tune(frame_max=4095))
captured(S, 'tune-ok frame_max 1 too large')(refused_tune(frame_max=131073))
captured(S, 'tune-ok frame_max 0 (unlimited)')(refused_tune(frame_max=0))
captured(S, 'tune-ok channel_max too large')(refused_tune(channel_max=2048))
captured(S, 'tune-ok channel_max 0')(refused_tune(channel_max=0))


@captured(S, 'channel number above channel_max')
def _(t):
    return t.connect(channel_max=10).channel(11).n


@captured(S, 'no heartbeats from client at heartbeat=1')
def _(t):
    c = t.connect(heartbeat=1)
    began = time.monotonic()
    end = c.wait_closed()
    took = time.monotonic() - began
    assert isinstance(end, SocketClosed), end
    assert 1.5 <= took <= 5, took
    return SAME


@test
def heartbeats_from_the_server(t):
    """at heartbeat 1 the server sends one about every half second, and traffic of any kind keeps it alive"""
    c = t.connect(heartbeat=1)
    ch = c.channel()
    began = time.monotonic()
    while time.monotonic() - began < 4:
        c.pump(0.4)
        ch.publish('', 'nobody')  # no answer: an answer would count as the server's traffic and replace its heartbeat
    assert 3 <= c.heartbeats_seen <= 12, c.heartbeats_seen


@test
def heartbeat_frames_keep_alive(t):
    """heartbeat frames alone keep a connection"""
    c = t.connect(heartbeat=1)
    for _ in range(9):
        c.pump(0.4)
        c.send_frame(8, 0, b'')
    c.channel().sync()


@test
def heartbeat_zero(t):
    """at heartbeat 0 neither side sends nor expects any"""
    c = t.connect(heartbeat=0)
    c.pump(3.5)
    assert c.heartbeats_seen == 0
    c.channel().sync()


# Open

captured(S, 'missing vhost')(lambda t: t.connect(vhost='nosuch'))


@captured(S, 'vhost without permission')
def _(t):
    got = outcome(lambda: t.connect(vhost='amqp-other', user='limited', password='limited'))
    assert got == {'connection.close': 530, 'class_method': (10, 40),
                   'text': "NOT_ALLOWED - access to vhost 'amqp-other' refused for user 'limited'"}, got
    return SAME


@test
def frame_above_initial_frame_max(t):
    """before tune a frame may have 4096 octets and not more"""
    c = t.raw()
    c.start()
    c.send_frame(1, 0, b'\x00\x0a\x00\x0b' + table({'x': 'y' * 5000}) + short('PLAIN'))
    end = c.wait_closed()
    assert isinstance(end, SocketClosed) or isinstance(end, ConnectionClosed) and end.code == 501, end


@test
def handshake_timeout(t):
    """a handshake that is not finished in handshake_timeout (10 s) loses its socket"""
    for steps in (0, 1):
        c = t.raw()
        began = time.monotonic()
        if steps:
            c.start()
        else:
            c.send_raw(b'AMQP\x00')
        end = c.wait_closed(20)
        assert isinstance(end, (SocketClosed, ConnectionClosed)), end
        assert 8 <= time.monotonic() - began <= 16


@test
def start_ok_twice(t):
    """a method out of order in the handshake ends the connection"""
    c = t.raw()
    c.start()
    c.send(0, 'connection.open', virtual_host=VHOST)
    assert isinstance(c.wait_closed(), (SocketClosed, ConnectionClosed))
