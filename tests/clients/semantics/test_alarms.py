"""Memory and disk alarms: who is blocked, who is told, and that it ends."""
import shutil
import time

import broker as brokers
from broker import Skip, poll
from conformance.client import CAPABILITIES, Timeout
from small_disk import small_disk
from testkit import captured, test

NO_BLOCKED = {k: v for k, v in CAPABILITIES.items() if k != 'connection.blocked'}


@test
def memory_alarm(t):
    """during a memory alarm a publisher is told and not read any more; consumers go on"""
    b = t.start(conf={'vm_memory_high_watermark.absolute': '4MB'})
    watch = t.connect(broker=b)
    see = watch.channel()
    q = see.declare('mem')[0]
    c = t.connect(broker=b)
    ch = c.channel()
    ch.publish('', q, 'first')
    e = c.recv(0)
    assert (e.name, e.reason) == ('connection.blocked', 'low on memory'), e
    try:
        ch.wait_for('channel.flow-ok', timeout=0.01)
    except Timeout:
        pass
    ch.send('channel.flow', active=True)
    try:
        ch.recv(1.0)
        raise AssertionError('a blocked connection was read')
    except Timeout:
        pass
    see.sync()  # a connection that never published is not blocked
    assert not watch.inbox[0]
    plain = t.connect(broker=b, capabilities=NO_BLOCKED)
    plain.channel().publish('', q)
    plain.pump(0.5)
    assert not plain.inbox[0], 'told without the capability'


@test
def blocked_connections_need_no_heartbeats(t):
    """a blocked connection is not taken for dead, and its end is noticed"""
    b = t.start(conf={'vm_memory_high_watermark.absolute': '4MB'})
    c = t.connect(broker=b, heartbeat=1)
    ch = c.channel()
    ch.publish('', 'nobody')
    assert c.recv(0).name == 'connection.blocked'
    c.pump(4)  # sends nothing; the broker cannot expect to read anything
    assert c.dead is None and c.heartbeats_seen >= 2


@captured('Misc', 'alarm cleared')
def _(t):
    b, disk = small_disk(t, 300, **{'disk_free_limit.absolute': '50MB'})
    c = t.connect(broker=b, wait=40)
    ch = c.channel()
    q = ch.queue()
    ch.publish('', q, 'free')
    ch.sync()
    disk.fill(leave=20_000_000)
    # Until the alarm is noticed publishes pass; then the connection is told.
    deadline = time.monotonic() + 40
    while True:
        ch.publish('', q, 'x')
        c.pump(0.1)
        if c.inbox[0]:
            break
        assert time.monotonic() < deadline, 'no alarm'
    e = c.recv(0)
    assert (e.name, e.reason) == ('connection.blocked', 'low on disk'), e
    ch.publish('', q, 'behind the block')
    disk.free()
    e = c.recv(0, 40)
    ch.sync()
    assert ch.bodies(q)[-1] == b'behind the block'
    return e.name


@test
def descriptor_alarm(t):
    """before the descriptors run out nobody is accepted any more; the log goes on writing, and it ends with the first that leaves"""
    if brokers.target() != 'warren' or not shutil.which('prlimit'):
        raise Skip('needs a broker of its own and prlimit')
    b = brokers.make()
    original = b.command
    b.command = lambda conf: (['prlimit', '--nofile=200:200'] + original(conf)[0], original(conf)[1])
    t.cleanup(b.destroy)
    t.watch(b)
    b.start()
    first = t.connect(broker=b)
    ch = first.channel()
    ch.declare('q', durable=True)
    ch.confirm()
    others = []
    while len(others) < 200:  # (200 - 100) * 0.9 - 2 sockets
        c = t.raw(broker=b, wait=0.5)
        try:
            c.handshake()
        except Timeout:
            break
        others.append(c)
    assert 80 <= len(others) <= 88, len(others)
    poll('the alarm is logged', lambda: 'file descriptor limit alarm set' in b.log_text())
    for n in range(20):
        ch.publish('', 'q', b'x' * 100000, delivery_mode=2)
    ch.wait_confirms()
    for c in others[:10]:
        c.close()
    poll('others are accepted', lambda: t.connect(broker=b))
    poll('the end is logged', lambda: 'file descriptor limit alarm cleared' in b.log_text())
