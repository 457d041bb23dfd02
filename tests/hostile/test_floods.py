"""Too much of something: handshakes, connections, channels, announced bodies, unread answers."""
import random
import socket
import struct
import threading
import time

from broker import poll
from conformance import wire
from conformance.client import Closed, SocketClosed, Timeout
from testkit import test
from witness import ended, undisturbed

GONE = (Closed, SocketClosed, Timeout, OSError)


@test
def slow_loris(t):
    """500 handshakes that trickle octet by octet are dropped at handshake_timeout and hold up nobody"""
    with undisturbed(t, 60, conf={'handshake_timeout': '3000'}) as b:
        sockets = [socket.create_connection(b.address, timeout=10) for _ in range(500)]
        began = time.monotonic()
        slow = b'AMQP\x00\x00\x09\x01' + wire.frame(1, 0, b'\x00\x0a\x00\x0b' + b'\x00' * 100)
        alive = list(sockets)
        for at in range(len(slow)):
            if time.monotonic() - began > 2.5:
                break
            for s in alive:
                try:
                    s.send(slow[at:at + 1])
                except OSError:
                    pass
        for s in sockets:
            assert ended(s, max(0.1, 15 - (time.monotonic() - began))), 'still open after %.1f s' % (
                time.monotonic() - began)
            s.close()


@test
def stuck_after_each_step(t):
    """handshakes that stop after start-ok or tune-ok are dropped as well"""
    with undisturbed(t, 60, conf={'handshake_timeout': '2000'}) as b:
        stuck = []
        for n in range(60):
            c = t.raw(b)
            c.start()
            if n % 2:
                c.start_ok()
                c.tune()
            stuck.append(c)
        for c in stuck:
            assert isinstance(c.wait_closed(15), (SocketClosed, Closed))


@test
def connection_flood(t):
    """2,000 connections that come and go, half of them without a word"""
    with undisturbed(t, 80) as b:
        for n in range(2000):
            with socket.create_connection(b.address, timeout=10) as s:
                if n % 2:
                    s.sendall(wire.PROTOCOL_HEADER)
                if n % 3 == 0:
                    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        # descriptors must come back
        t.connect(broker=b).close()


@test
def channel_flood(t):
    """5,000 channels opened at once, then 8,000 opened and closed in turns"""
    with undisturbed(t, 150) as b:
        connections = [t.connect(broker=b, wait=60) for _ in range(5)]
        for c in connections:
            c.send_raw(b''.join(wire.frame(1, n, wire.encode_method('channel.open')) for n in range(1, 1001)))
        for c in connections:
            for n in range(1, 1001):
                c.expect(n, 'channel.open-ok')
        for c in connections:
            c.reset()
        c = t.connect(broker=b, wait=60)
        for _ in range(40):
            c.send_raw(b''.join(wire.frame(1, n, wire.encode_method('channel.open'))
                                + wire.frame(1, n, wire.encode_method('channel.close', reply_code=200))
                                for n in range(1, 201)))
            for n in range(1, 201):
                c.expect(n, 'channel.open-ok')
                c.expect(n, 'channel.close-ok')


@test
def too_many_channels(t):
    """opening channels beyond channel_max ends that connection only, again and again"""
    with undisturbed(t, 100) as b:
        for _ in range(4):
            c = t.connect(broker=b, wait=60)
            try:
                c.send_raw(b''.join(wire.frame(1, n, wire.encode_method('channel.open')) for n in range(1, 4000)))
            except SocketClosed:
                pass
            end = c.wait_closed()
            assert isinstance(end, (Closed, SocketClosed)), end
            if isinstance(end, Closed):
                assert end.code == 530, end


@test
def announced_bodies(t):
    """contents announced with 128 MiB on 1,000 channels, with little or no body, take no memory"""
    with undisturbed(t, 150) as b:
        for k in range(5):
            c = t.connect(broker=b, wait=60)
            c.send_raw(b''.join(wire.frame(1, n, wire.encode_method('channel.open')) for n in range(1, 201)))
            for n in range(1, 201):
                c.expect(n, 'channel.open-ok')
            publish = wire.encode_method('basic.publish', routing_key='nobody')
            header = wire.encode_header(60, 134217728, {})
            body = b'x' * (10000 if k % 2 else 0)
            for n in range(1, 201):
                c.send_raw(wire.frame(1, n, publish) + wire.frame(2, n, header) + (wire.frame(3, n, body) if body else b''))


def never_reads(t, b, request, seconds):
    """Sends requests until the broker stops reading (or time is up), and reads nothing; how much went out."""
    c = t.connect(broker=b, wait=60)
    c.channel()
    c.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    c.sock.settimeout(1.0)
    sent, until = 0, time.monotonic() + seconds
    block = request * 200
    try:
        while time.monotonic() < until:
            sent += c.sock.send(block[sent % len(request):])
    except OSError:
        pass
    return c, sent


@test
def unread_answers(t):
    """clients that ask and ask and never read the answers do not fill the broker's memory"""
    with undisturbed(t, 250) as b:
        asks = [wire.frame(1, 1, wire.encode_method('queue.declare', queue='big')),
                wire.frame(1, 1, wire.encode_method('basic.get', queue='big')),
                wire.frame(1, 1, wire.encode_method('basic.publish', routing_key='nobody', mandatory=True))
                + wire.content(1, {}, b'r' * 20000, 131072),
                wire.frame(1, 1, wire.encode_method('channel.flow', active=True))]
        ch = t.channel(broker=b)
        ch.declare('big')
        ch.publish('', 'big', b'z' * 100000)
        threads = [threading.Thread(target=never_reads, args=(t, b, ask, 4)) for ask in asks]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)


@test
def unread_deliveries(t):
    """consumers without prefetch that never read are held back: the backlog stays in the queue"""
    with undisturbed(t, 300) as b:
        ch = t.channel(broker=b, wait=60)
        ch.declare('backlog', durable=True)
        ch.confirm()
        for _ in range(3000):  # 150 MB, persistent: the queue may keep them on disk
            ch.publish('', 'backlog', b'z' * 50000, delivery_mode=2)
            if ch.published % 100 == 0:
                ch.wait_confirms()
        deaf = []
        for _ in range(5):
            c = t.connect(broker=b)
            c.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            c.channel().send('basic.consume', queue='backlog', consumer_tag='deaf')
            deaf.append(c)
        ch.sync()
        poll('handed out', lambda: ch.declare('backlog', passive=True)[2] == 5)
        for c in deaf:
            c.reset()
        poll('all back', lambda: ch.count('backlog') == 3000, 40)


@test
def declare_flood(t):
    """a client that declares and deletes as fast as it can leaves others their turns"""
    with undisturbed(t, 150) as b:
        c = t.connect(broker=b, wait=60)
        ch = c.channel()
        for turn in range(10):
            c.send_raw(b''.join(wire.frame(1, 1, wire.encode_method('queue.declare', queue='flood-%d' % n))
                                + wire.frame(1, 1, wire.encode_method('queue.bind', queue='flood-%d' % n,
                                                                     exchange='amq.topic', routing_key='#.%d.*' % n))
                                for n in range(200)))
            for _ in range(200):
                ch.expect('queue.declare-ok')
                ch.expect('queue.bind-ok')
            for n in range(200):
                ch.send('queue.delete', queue='flood-%d' % n)
            for _ in range(200):
                ch.expect('queue.delete-ok')


@test
def login_flood(t):
    """200 wrong logins at once delay only themselves"""
    chance = random.Random(15)
    with undisturbed(t, 60) as b:
        waiting = []
        for _ in range(200):
            c = t.raw(b)
            c.start()
            c.start_ok(password='wrong%d' % chance.randrange(1000),
                       capabilities={'authentication_failure_close': bool(chance.randrange(2))})
            waiting.append(c)
        for c in waiting:
            assert isinstance(c.wait_closed(), (Closed, SocketClosed))


@test
def greedy_publisher(t):
    """a publisher far faster than the disk does not fill the memory and leaves others their turns"""
    with undisturbed(t, 350) as b:
        ch = t.channel(broker=b)
        ch.declare('greed', durable=True)
        ch.c.wait = 60
        block = (wire.frame(1, 1, wire.encode_method('basic.publish', routing_key='greed'))
                 + wire.content(1, {'delivery_mode': 2}, b'g' * 10000, 131072)) * 50
        until = time.monotonic() + 4
        sent = 0
        while time.monotonic() < until and sent < 40000:
            ch.c.send_raw(block)
            sent += 50
        ch.c.wait = 60
        ch.sync()
        poll('all there', lambda: ch.count('greed') == sent, 60)
