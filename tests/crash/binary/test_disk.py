"""A disk that fills up: publishers are blocked before it is full, and nothing that was confirmed is lost."""
import time

from broker import poll
from conformance.client import Closed, SocketClosed, Timeout
from load import body_of, contents
from small_disk import small_disk
from testkit import test


def publish_until(ch, queue, condition, size, seconds=60, pending=None, rate=None):
    """Publishes persistent messages and notes confirms until condition(); the confirmed numbers and the pending.

    `rate` limits it to so many octets a second.
    """
    confirmed, pending = set(), {} if pending is None else pending
    began = time.monotonic()
    deadline = time.monotonic() + seconds
    try:
        while not condition():
            assert time.monotonic() < deadline, 'the alarm never came; %d confirmed' % len(confirmed)
            ch.c.wait = 5
            number = ch.published
            pending[number + 1] = number
            ch.publish('', queue, body_of(0, number, size), delivery_mode=2)
            take(ch, pending, confirmed)
            ahead = ch.published * size / rate - (time.monotonic() - began) if rate else 0
            if ahead > 0:
                ch.c.pump(ahead)
            until = time.monotonic() + 3
            while len(pending) >= 50 and not condition() and time.monotonic() < until:
                ch.c.pump(0.005)
                take(ch, pending, confirmed)
    except (Timeout, SocketClosed, Closed):
        pass
    return confirmed, pending


def take(ch, pending, confirmed):
    inbox = ch.c.inbox[ch.n]
    while inbox:
        e = inbox.popleft()
        assert e.name == 'basic.ack', e
        for tag in [x for x in pending if x <= e.delivery_tag] if e.multiple else [e.delivery_tag]:
            if tag in pending:
                confirmed.add(pending.pop(tag))


def blocked_before_full(t, rate):
    # The room below the limit is what may be written between two looks at the disk (RabbitMQ plans for 250 MB/s).
    b, disk = small_disk(t, 800, **{'disk_free_limit.absolute': '300MB'})
    c = t.connect(broker=b)
    ch = c.channel()
    ch.declare('d', durable=True)
    ch.confirm()
    confirmed, pending = publish_until(ch, 'd', lambda: c.inbox[0], 100000, rate=rate)
    told = c.recv(0)
    assert (told.name, told.args) == ('connection.blocked', {'reason': 'low on disk'}), told
    assert disk.available() > 20_000_000, 'blocked too late: %d left' % disk.available()
    b.kill()
    b.start()
    there = {n for _p, n in contents(t, b, 'd', keep=True)}
    assert confirmed <= there, 'confirmed but gone: %s' % sorted(confirmed - there)[:5]
    # Still low on disk: who publishes is blocked at once; throwing messages away brings it back.
    c = t.connect(broker=b, wait=40)
    ch = c.channel()
    ch.confirm()
    deadline = time.monotonic() + 20
    while not c.inbox[0]:
        assert time.monotonic() < deadline, 'no alarm after the restart'
        ch.publish('', 'd', body_of(1, ch.published, 100), delivery_mode=2)
        c.pump(0.2)
    assert c.recv(0).name == 'connection.blocked'
    t.channel(broker=b).rpc('queue.purge', queue='d')  # who never published is served
    assert c.recv(0, 40).name == 'connection.unblocked'
    ch.wait_confirms()


@test
def at_an_ordinary_pace(t):
    """below disk_free_limit publishers are blocked with room left; after kill -9 everything confirmed is there"""
    blocked_before_full(t, 80_000_000)


@test
def as_fast_as_it_goes(t):
    """the same when the publisher is as fast as the broker lets it"""
    t.differs_on_rabbitmq('it looks too seldom for a disk as fast as this one, fills it and ends')
    blocked_before_full(t, None)


@test
def really_full(t):
    """when writing fails the process ends with a message; with room again everything confirmed is there"""
    t.differs_on_rabbitmq('it limps on in ways of its own')
    b, disk = small_disk(t, 400, **{'disk_free_limit.absolute': '1KB'})
    ch = t.channel(broker=b)
    ch.declare('d', durable=True)
    ch.confirm()
    confirmed, pending = publish_until(ch, 'd', lambda: ch.published >= 30, 100000)
    disk.fill(leave=0)
    more, _ = publish_until(ch, 'd', lambda: not b.running() or ch.c.dead or ch.c.inbox[0], 100000, 120, pending)
    if not b.running():
        b.told = True
        assert b.process.returncode != 0
        text = b.log_text().lower()
        assert 'no space' in text or 'enospc' in text or 'disk' in text, b.log_tail()
    b.kill()
    disk.free()
    b.start()
    there = {n for _p, n in contents(t, b, 'd', keep=True)}
    missing = (confirmed | more) - there
    assert not missing, 'confirmed but gone: %s' % sorted(missing)[:5]
    ch = t.channel(broker=b)
    ch.confirm()
    ch.publish('', 'd', body_of(2, 0, 100), delivery_mode=2)
    assert ch.wait_confirms() == []
    poll('counted', lambda: ch.count('d') == len(there) + 1)
