"""Octets that are no AMQP: garbage, impossible lengths, endless nesting, half frames, resets."""
import random
import socket
import struct

from conformance import wire
from conformance.client import Closed, SocketClosed, Timeout
from testkit import test
from witness import ended, undisturbed

GONE = (Closed, SocketClosed, Timeout, OSError)


def plain(b):
    s = socket.create_connection(b.address, timeout=10)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return s


def send(s, octets):
    try:
        s.sendall(octets)
    except OSError:
        pass


@test
def garbage(t):
    """random octets before, inside and after the handshake end their own connections"""
    chance = random.Random(11)
    with undisturbed(t, 60) as b:
        for n in range(150):
            octets = chance.randbytes(chance.choice([1, 7, 8, 9, 100, 5000, 200000]))
            s = plain(b)
            if n % 3:
                send(s, wire.PROTOCOL_HEADER)
            send(s, octets)
            s.close()
        for n in range(60):
            ch = t.channel(broker=b)
            try:
                if n % 2:
                    ch.c.send_raw(chance.randbytes(3000))
                else:  # well-formed frames with random payloads
                    for _ in range(20):
                        ch.c.send_frame(chance.choice([1, 1, 1, 2, 3, 8]), chance.choice([0, 1, 1, 77]),
                                        chance.randbytes(chance.randrange(60)))
                ch.c.wait_closed(0.05)
            except GONE:
                pass
            ch.c.abort()


@test
def mutated_methods(t):
    """every method with single octets changed neither crashes nor stalls the broker"""
    chance = random.Random(12)
    client_methods = [n for n in wire.BY_NAME if not n.endswith('-ok') and not n.startswith('connection.')
                      and n not in ('basic.deliver', 'basic.return', 'channel.close')]
    with undisturbed(t, 60) as b:
        for name in client_methods:
            spec = wire.BY_NAME[name][2]
            arguments = {a: {'S': 'mut', 'F': {'x-a': [1, 'b', {'c': 1.5}], 'x-match': 'any'}, 'L': b'l'}.get(k, 1)
                         for a, k in spec if k in 'SFL'}
            original = wire.encode_method(name, **arguments)
            for _ in range(12):
                payload = bytearray(original)
                for _ in range(chance.randrange(1, 4)):
                    payload[chance.randrange(min(4, len(payload) - 1), len(payload))] = chance.randrange(256)
                ch = t.channel(broker=b)
                try:
                    ch.c.send_frame(1, 1, bytes(payload))
                    if name == 'basic.publish':
                        ch.c.send_raw(wire.content(1, {}, b'x', 4096))
                    ch.c.wait_closed(0.02)
                except GONE:
                    pass
                ch.c.abort()


@test
def mutated_properties(t):
    """content headers with changed octets likewise, through exchanges that look into them"""
    chance = random.Random(13)
    header = wire.encode_header(60, 1, {'headers': {'a': 'b', 'l': [1, {'x': 'y'}], 'CC': ['q']}, 'delivery_mode': 2,
                                        'expiration': '1000', 'priority': 3, 'reply_to': 'r', 'timestamp': 5})
    with undisturbed(t, 60) as b:
        setup = t.channel(broker=b)
        q = setup.declare('looked-into', {'x-message-ttl': 100, 'x-dead-letter-exchange': 'amq.headers'})[0]
        setup.bind(q, 'amq.headers', '', {'x-match': 'any', 'a': 'b'})
        for _ in range(200):
            payload = bytearray(header)
            for _ in range(chance.randrange(1, 4)):
                payload[chance.randrange(12, len(payload))] = chance.randrange(256)
            ch = t.channel(broker=b)
            try:
                ch.c.send_raw(wire.frame(1, 1, wire.encode_method('basic.publish', exchange='amq.headers'))
                              + wire.frame(2, 1, bytes(payload)) + wire.frame(3, 1, b'x'))
                ch.c.wait_closed(0.01)
            except GONE:
                pass
            ch.c.abort()


@test
def huge_lengths(t):
    """lengths near 2^32 in frames, tables and strings take no memory, before and after the handshake"""
    with undisturbed(t, 60) as b:
        for size in (0xFFFFFFFF, 0x7FFFFFFF, 0x80000000, 1 << 24):
            early = []
            for _ in range(50):
                s = plain(b)
                send(s, wire.PROTOCOL_HEADER + struct.pack('>BHI', 1, 0, size) + b'x' * 100)
                early.append(s)
            for s in early:
                assert ended(s, 15), 'a frame of %d octets before tune is waited for' % size
                s.close()
            for _ in range(10):
                ch = t.channel(broker=b)
                send(ch.c.sock, struct.pack('>BHI', 3, 1, size) + b'x' * 100)
                assert isinstance(ch.c.wait_closed(), (Closed, SocketClosed))
            for payload in (b'\x00\x32\x00\x0a\x00\x00\x01q\x00' + struct.pack('>I', size) + b'\x01aS',
                            b'\x00\x32\x00\x0a\x00\x00\x01q\x00' + struct.pack('>I', 7) + b'\x01aS' + struct.pack('>I', size),
                            b'\x00\x32\x00\x0a\x00\x00\x01q\x00' + struct.pack('>I', 7) + b'\x01aA' + struct.pack('>I', size)):
                ch = t.channel(broker=b)
                ch.c.send_frame(1, 1, payload)
                assert isinstance(ch.c.wait_closed(), (Closed, SocketClosed))


def nested(depth, array):
    """A table nested that deep, built from the inside."""
    inner = b''
    for _ in range(depth):
        inner = b'A' + struct.pack('>I', len(inner)) + inner if array else \
            b'\x01k' + b'F' + struct.pack('>I', len(inner)) + inner
    return struct.pack('>I', len(inner) + (2 if array else 0)) + (b'\x01k' + inner if array else inner)


@test
def deep_tables(t):
    """tables and arrays nested ten thousand deep, in arguments, client properties and headers"""
    t.differs_on_rabbitmq('its VM ends with a segmentation fault')
    with undisturbed(t, 60) as b:
        for array in (False, True):
            for depth in (100, 500):
                try:
                    c = t.raw(b)
                    c.start()
                    c.send_frame(1, 0, b'\x00\x0a\x00\x0b' + nested(depth, array) + wire.short('PLAIN')
                                 + wire.long(b'\0guest\0guest') + wire.short('en_US'))
                    c.tune()
                    c.open()
                except GONE:
                    pass
            for depth in (1000, 10000, 15000):
                table = nested(depth, array)
                for act in range(3):
                    try:
                        ch = t.channel(broker=b)
                        if act == 0:
                            ch.c.send_frame(1, 1, b'\x00\x32\x00\x0a\x00\x00\x01q\x08' + table)
                        elif act == 1:
                            ch.c.send_frame(1, 1, b'\x00\x32\x00\x14\x00\x00\x01q\x0bamq.headers\x00\x00' + table)
                        else:
                            ch.c.send_raw(wire.frame(1, 1, wire.encode_method('basic.publish', exchange='amq.headers'))
                                          + wire.frame(2, 1, struct.pack('>HHQH', 60, 0, 0, 1 << 13) + table))
                            ch.sync()
                        ch.c.wait_closed(0.2)
                    except GONE:
                        pass


@test
def half_frames_and_resets(t):
    """connections that break off inside a frame, by a reset, at every stage"""
    chance = random.Random(14)
    with undisturbed(t, 60) as b:
        whole = wire.frame(1, 1, wire.encode_method('basic.publish', routing_key='nobody')) + \
            wire.content(1, {'headers': {'a': 'b'}}, b'x' * 20000, 4096)
        for n in range(120):
            c = t.raw(b)
            try:
                if n % 4:
                    c.start()
                if n % 4 > 1:
                    c.start_ok()
                    c.tune()
                if n % 4 > 2:
                    c.open()
                    c.channel()
                    c.send_raw(whole[:chance.randrange(len(whole))])
                else:
                    c.send_raw(wire.PROTOCOL_HEADER[:chance.randrange(8)])
            except GONE:
                pass
            c.reset()
