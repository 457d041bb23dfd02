"""Connections and channels under less usual use: big messages, many channels, many connections, silence."""
import hashlib
import os
import threading

from conformance.client import ConnectionClosed, SocketClosed
from testkit import test

PARALLEL = 2


@test
def big_messages(t):
    """16 MiB go through a queue unharmed, by get and by consume"""
    ch = t.channel(wait=60)
    q = ch.queue()
    body = hashlib.sha256(b'seed').digest() * (512 * 1024)
    ch.confirm()
    for _ in range(2):
        ch.publish('', q, body)
    ch.wait_confirms()
    assert ch.get_soon(q).body == body
    ch.consume(q)
    assert ch.deliver().body == body


@test
def sizes_around_frames(t):
    """bodies around every multiple of the frame size arrive whole"""
    for frame_max in (4096, 8192, 131072):
        c = t.connect(frame_max=frame_max)
        ch = c.channel()
        q = ch.queue()
        payload = frame_max - 8
        for size in (0, 1, payload - 1, payload, payload + 1, 2 * payload - 1, 2 * payload, 2 * payload + 1, 3 * payload):
            body = os.urandom(size)
            ch.publish('', q, body)
            assert ch.get_soon(q).body == body, (frame_max, size)


@test
def different_frame_sizes(t):
    """a message published with large frames is delivered to a connection with small ones"""
    small = t.connect(frame_max=4096).channel()
    q = small.declare('frames', auto_delete=True)[0]
    small.consume(q)
    body = os.urandom(300000)
    t.channel().publish('', q, body)
    assert small.deliver().body == body


@test
def many_channels(t):
    """2,000 channels on one connection, each publishing and getting"""
    c = t.connect(wait=60)
    channels = []
    for n in range(1, 2001):
        c.send(n, 'channel.open')
    from conformance.client import Channel
    for n in range(1, 2001):
        c.expect(n, 'channel.open-ok')
        channels.append(Channel(c, n))
    q = channels[0].queue()
    for ch in channels:
        ch.publish('', q, '%d' % ch.n)
    got = set()
    for ch in channels:
        got.add(ch.get_soon(q).body)
    assert len(got) == 2000
    for ch in channels[1::2]:
        ch.send('channel.close', reply_code=200)
    for ch in channels[1::2]:
        ch.expect('channel.close-ok')
    channels[0].sync()


@test
def highest_channel_number(t):
    """channel 65535 works"""
    ch = t.connect().channel(65535)
    q = ch.queue()
    ch.publish('', q)
    assert ch.get_soon(q)


@test
def many_connections(t):
    """300 connections at once, each with a channel and a consumer"""
    channels = [t.channel() for _ in range(300)]
    for n, ch in enumerate(channels):
        ch.declare('conn-%d' % n, exclusive=True)
        ch.consume('conn-%d' % n, no_ack=True)
    for n in range(300):
        channels[n].publish('', 'conn-%d' % ((n + 1) % 300), '%d' % n)
    for n in range(300):
        assert channels[(n + 1) % 300].deliver().body == b'%d' % n


@test
def slow_reader(t):
    """a consumer that does not read holds up nobody else, and gets everything when it does"""
    slow, fast = t.channel(), t.channel()
    q1, q2 = slow.queue(exclusive=False, auto_delete=True), fast.queue()
    slow.consume(q1, no_ack=True)
    body = b'z' * 20000
    for n in range(2000):  # 40 MB, more than sockets buffer
        fast.publish('', q1, body)
    fast.consume(q2, no_ack=True)
    for n in range(100):
        fast.publish('', q2, '%d' % n)
        assert fast.deliver(5).body == b'%d' % n
    assert sum(len(d.body) for d in slow.deliveries(2000, 60)) == 2000 * 20000


@test
def dead_reader(t):
    """a consumer that never reads and dies gives its messages back"""
    dead, ch = t.channel(), t.channel()
    q = ch.declare('dead-reader')[0]
    t.cleanup(lambda: t.channel().rpc('queue.delete', queue=q))
    dead.consume(q)
    for n in range(1000):
        ch.publish('', q, b'z' * 20000)
    ch.sync()
    dead.c.reset()
    ch.rpc('basic.qos', prefetch_count=100)
    ch.consume(q)
    for n in range(1000):
        ch.ack(ch.deliver(30).delivery_tag)


@test
def parallel_publishers(t):
    """8 connections publish at once: each one's order holds, nothing is lost"""
    sink = t.channel()
    q = sink.declare('par', auto_delete=True)[0]
    sink.consume(q, no_ack=True)
    channels = [t.channel() for _ in range(8)]

    def publish(me):
        for n in range(2000):
            channels[me].publish('', q, '%d %d' % (me, n))
    threads = [threading.Thread(target=publish, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    next_of = [0] * 8
    for _ in range(16000):
        me, n = map(int, sink.deliver(30).body.split())
        assert next_of[me] == n
        next_of[me] += 1
    for thread in threads:
        thread.join()


@test
def client_disappears_mid_message(t):
    """a connection that ends inside a message leaves nothing of it"""
    ch = t.channel()
    q = ch.declare('mid')[0]
    t.cleanup(lambda: t.channel().rpc('queue.delete', queue=q))
    from conformance import wire
    c = t.connect()
    c.channel()
    c.send_raw(wire.frame(1, 1, wire.encode_method('basic.publish', routing_key=q))
               + wire.frame(2, 1, wire.encode_header(60, 100, {})) + wire.frame(3, 1, b'x' * 50))
    c.reset()
    ch.sync()
    assert ch.count(q) == 0


@test
def server_ends_connections_once(t):
    """a hard error on one channel ends all its channels and only this connection"""
    other = t.channel()
    c = t.connect()
    channels = [c.channel(n) for n in range(1, 6)]
    q = channels[0].declare('hard-error', exclusive=True)[0]
    channels[0].consume(q)
    channels[2].send('basic.recover', requeue=False)
    end = c.wait_closed()
    assert isinstance(end, (ConnectionClosed, SocketClosed)) and end.code == 540
    other.sync()
