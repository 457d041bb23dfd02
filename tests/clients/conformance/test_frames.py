"""Framing and method order violations: what is answered and what closes silently."""
import struct

from conformance import wire
from conformance.client import ConnectionClosed, outcome
from conformance.common import BROKER, VHOST, channel  # noqa: F401
from testkit import SAME, captured, test

PARALLEL = 4
S = 'Frames'


def raw_frames(*frames):
    """Sends frames (kind, channel, payload) or octets on a connection with channel 1 open; how it ends."""
    def run(t):
        ch = channel(t)
        ch.c.send_raw(b''.join(f if isinstance(f, bytes) else wire.frame(*f) for f in frames))
        return ch.c.recv(1, 4)
    return run


def method(name, **args):
    return wire.encode_method(name, **args)


PUBLISH = (1, 1, method('basic.publish', routing_key='x'))

captured(S, 'frame end octet wrong')(raw_frames(
    b'\x01\x00\x01\x00\x00\x00\x04\x00\x14\x00\x0a\x00'))
captured(S, 'frame type 7 unknown')(raw_frames((7, 1, b'xxxx')))
captured(S, 'content header without method')(raw_frames((2, 1, wire.encode_header(60, 0, {}))))
captured(S, 'body frame without header')(raw_frames((3, 1, b'abc')))
captured(S, 'method in the middle of content')(raw_frames(PUBLISH, (1, 1, method('basic.qos'))))
captured(S, 'content header class mismatch')(raw_frames(PUBLISH, (2, 1, wire.encode_header(50, 0, {}))))
captured(S, 'unknown method id 60,999')(raw_frames((1, 1, struct.pack('>HH', 60, 999))))
captured(S, 'unknown class 99')(raw_frames((1, 1, struct.pack('>HH', 99, 10))))
captured(S, 'truncated method arguments')(raw_frames((1, 1, b'\x00\x32\x00\x0a' + b'\x00\x00 abc')))
captured(S, 'heartbeat frame on channel 1')(raw_frames((8, 1, b'')))
captured(S, 'connection method on channel 1')(raw_frames(
    (1, 1, method('connection.close', reply_code=200, reply_text='x'))))
captured(S, 'channel method on channel 0')(raw_frames((1, 0, method('basic.qos'))))
captured(S, 'channel.open twice')(raw_frames((1, 1, method('channel.open'))))
captured(S, 'unknown field type letter in table')(raw_frames(
    (1, 1, method('queue.declare', queue='t', arguments={'k': ('Z', b'xx')}))))


@captured(S, 'frame larger than frame_max')
def _(t):
    ch = channel(t)
    ch.c.send_raw(wire.frame(*PUBLISH) + wire.frame(2, 1, wire.encode_header(60, 140000, {}))
                  + wire.frame(3, 1, b'x' * 140000))
    return ch.c.recv(1)


@captured(S, 'content body longer than declared',
          instead=lambda got: isinstance(got, dict) and got.get('connection.close') in (501, 505),
          why='an error says more than silence')
def _(t):
    return raw_frames(PUBLISH, (2, 1, wire.encode_header(60, 2, {})), (3, 1, b'abc'))(t)


@captured(S, 'method on channel never opened')
def _(t):
    c = t.connect(vhost=VHOST)
    c.send(5, 'basic.qos')
    return c.recv(5)


@test
def half_frame_then_rest(t):
    """frames split at every octet are put together"""
    ch = channel(t)
    octets = wire.frame(1, 1, method('queue.declare', exclusive=True))
    for n in range(len(octets)):
        ch.c.send_raw(octets[n:n + 1])
    assert ch.expect('queue.declare-ok').queue.startswith('amq.gen-')


@test
def frames_in_one_write(t):
    """many pipelined methods in one write are answered in order"""
    ch = channel(t)
    q = ch.queue()
    out = b''
    for n in range(200):
        out += wire.frame(1, 1, method('basic.publish', routing_key=q)) + wire.content(1, {}, b'%d' % n, 4096)
        out += wire.frame(1, 1, method('queue.declare', queue=q, passive=True))
    ch.c.send_raw(out)
    counts = [ch.expect('queue.declare-ok').message_count for _ in range(200)]
    assert counts == sorted(counts) and counts[-1] <= 200, counts  # a count may be taken ahead of its publish
    assert [ch.get_soon(q).body for _ in range(200)] == [b'%d' % n for n in range(200)]


@test
def pipelined_opening(t):
    """connection.open, channel.open and a declare sent at once behind tune-ok work"""
    c = t.raw()
    c.start()
    c.start_ok()
    c.expect(0, 'connection.tune')
    c.send_raw(wire.frame(1, 0, method('connection.tune-ok', channel_max=2047, frame_max=131072))
               + wire.frame(1, 0, method('connection.open', virtual_host=VHOST))
               + wire.frame(1, 3, method('channel.open'))
               + wire.frame(1, 3, method('queue.declare', exclusive=True)))
    c.frame_max = 131072
    c.expect(0, 'connection.open-ok')
    c.expect(3, 'channel.open-ok')
    c.expect(3, 'queue.declare-ok')


@test
def unsupported_U_in_method_table(t):
    """the specification's letter U in a method's table closes silently"""
    got = outcome(lambda: raw_frames((1, 1, method('queue.declare', queue='t', arguments={'k': ('U', -2)})))(t))
    assert got == 'socket closed by the server, no connection.close', got


@test
def table_shorter_than_it_says(t):
    """a table whose length runs over the frame ends the connection"""
    payload = method('queue.declare', queue='t', arguments={'k': 'v'})
    broken = payload[:-11] + struct.pack('>I', 4000) + payload[-7:]
    got = outcome(lambda: raw_frames((1, 1, broken))(t))
    assert got == 'socket closed by the server, no connection.close' or got['connection.close'] in (501, 541), got


@test
def frames_after_connection_close(t):
    """after its connection.close the broker ignores everything but close-ok"""
    c = t.connect(vhost=VHOST)
    ch = c.channel()
    c.send(1, 'basic.publish', immediate=True)
    c.send_raw(wire.content(1, {}, b'x', 4096) + wire.frame(1, 1, method('queue.declare')) * 50)
    end = c.wait_closed()
    assert isinstance(end, ConnectionClosed) and end.code == 540, end
    assert c.read_raw(100) == b'' and ch.n == 1


@test
def empty_body_frames(t):
    """body frames of no octets are allowed inside a content"""
    ch = channel(t)
    q = ch.queue()
    ch.c.send_raw(wire.frame(1, 1, method('basic.publish', routing_key=q)) + wire.frame(2, 1, wire.encode_header(60, 3, {}))
                  + wire.frame(3, 1, b'a') + wire.frame(3, 1, b'') + wire.frame(3, 1, b'bc'))
    assert ch.get_soon(q).body == b'abc'


@test
def interleaved_channels(t):
    """contents of two channels may interleave frame by frame"""
    c = t.connect(vhost=VHOST)
    one, two = c.channel(1), c.channel(2)
    q1, q2 = one.queue(), two.queue()
    header = wire.encode_header(60, 4, {})
    c.send_raw(wire.frame(1, 1, method('basic.publish', routing_key=q1))
               + wire.frame(1, 2, method('basic.publish', routing_key=q2))
               + wire.frame(2, 2, header) + wire.frame(2, 1, header)
               + wire.frame(3, 1, b'on') + wire.frame(3, 2, b'tw') + wire.frame(3, 1, b'e1') + wire.frame(3, 2, b'o2'))
    assert (one.get_soon(q1).body, two.get_soon(q2).body) == (b'one1', b'two2')


@test
def malformed_utf8(t):
    """a short string that is no UTF-8 is 501"""
    ch = channel(t)
    got = outcome(lambda: ch.declare(b'\xff\xfe'))
    assert got == {'connection.close': 501, 'text': 'FRAME_ERROR - Malformed UTF-8 in shortstr',
                   'class_method': (0, 0)}, got


@test
def frame_max_4096(t):
    """with frame_max 4096 the broker cuts bodies at 4088 octets and refuses payloads above 4096"""
    c = t.connect(vhost=VHOST, frame_max=4096)
    ch = c.channel()
    q = ch.queue()
    body = bytes(range(256)) * 100
    ch.publish('', q, body)
    assert ch.get_soon(q).body == body  # the client checks the size of every received frame
    c.send_raw(wire.frame(*PUBLISH) + wire.frame(2, 1, wire.encode_header(60, 5000, {})) + wire.frame(3, 1, b'x' * 4097))
    end = c.wait_closed()
    assert isinstance(end, ConnectionClosed) and end.text == \
        'FRAME_ERROR - type 3, all octets = <<>>: {frame_too_large,4097,4088}', end


@test
def simultaneous_close(t):
    """a close that crosses the broker's close is answered, and the connection ends"""
    c = t.connect(vhost=VHOST)
    c.channel()
    c.send_raw(wire.frame(1, 1, method('channel.flow', active=False))
               + wire.frame(1, 0, method('connection.close', reply_code=200, reply_text='mine')))
    kind, number, payload = c.read_frame_raw()
    name, args = wire.decode_method(payload)
    assert (kind, number) == (1, 0) and name in ('connection.close', 'connection.close-ok'), name
    if name == 'connection.close':
        assert args['reply_code'] == 540
        c.send(0, 'connection.close-ok')  # whether the broker answers the other close before it leaves is its choice
        rest = c.read_raw(1000)
        assert rest in (b'', wire.frame(1, 0, method('connection.close-ok'))), rest


@test
def simultaneous_channel_close(t):
    """a channel.close that crosses the broker's is answered, and the number can be used again"""
    ch = channel(t)
    ch.c.send_raw(wire.frame(1, 1, method('queue.declare', queue='nope', passive=True))
                  + wire.frame(1, 1, method('channel.close', reply_code=200)))
    seen = []
    while 'channel.close-ok' not in seen:
        _kind, _number, payload = ch.c.read_frame_raw()
        seen.append(wire.decode_method(payload)[0])
    assert seen in (['channel.close', 'channel.close-ok'], ['channel.close-ok']), seen
    ch.send('channel.close-ok')
    ch.open()
    ch.sync()


@test
def channel_number_again(t):
    """a number may be opened again at once after close, with nothing left of its past"""
    ch = channel(t)
    for _ in range(50):
        q = ch.queue()
        ch.publish('', q)
        ch.consume(q)
        assert ch.deliver().delivery_tag == 1
        ch.close()
        ch.open()
        ch.rpc('queue.delete', queue=q)
    ch.confirm()
    ch.close()
    ch.open()
    ch.rpc('tx.select')  # would be refused in confirm mode


@test
def after_channel_error(t):
    """after a channel error other channels go on, and what was sent behind the error is ignored"""
    c = t.connect(vhost=VHOST)
    one, two = c.channel(1), c.channel(2)
    q = two.queue()
    one.send('queue.declare', queue='nope', passive=True)
    for _ in range(20):
        one.publish('', q, 'late')
    got = outcome(lambda: one.recv())
    assert got['channel.close'] == 404, got
    two.sync()
    assert two.count(q) == 0
    one.open()
    one.publish('', q, 'new')
    assert two.get_soon(q).body == b'new'


@test
def connection_close_answered(t):
    """connection.close is answered with close-ok behind everything sent before"""
    ch = channel(t)
    q = ch.declare('close-answered')[0]
    t.cleanup(lambda: channel(t).rpc('queue.delete', queue=q))
    for n in range(100):
        ch.publish('', q, '%d' % n)
    ch.c.send(0, 'connection.close', reply_code=200, reply_text='bye')
    ch.c.expect(0, 'connection.close-ok')
    assert [channel(t).get_soon(q).body for _ in range(100)] == [b'%d' % n for n in range(100)]
