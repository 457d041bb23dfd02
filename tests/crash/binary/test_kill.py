"""kill -9 at random moments under confirmed load, accounted for message by message."""
import os
import random
import threading
import time

from ledger import Ledger
from load import Consumer, Publisher, contents
from testkit import test

SEED = int(os.environ.get('WARREN_CRASH_SEED', '1'))
KILLS = int(os.environ.get('WARREN_CRASH_KILLS', '8'))  # for each of the four loads
SMALL, MIXED, BIG = [20, 100, 300], [30] * 20 + [2000, 5000, 40000], [20000, 100000, 300000]


def crash_load(t, seed, sizes, consumers, publishers=3):
    chance = random.Random(seed)
    b = t.start()
    names = {'plain': None, 'acked': None, 'lazy': {'x-queue-mode': 'lazy'}, 'limited': {'x-max-length': 10_000_000}}
    ch = t.channel(broker=b)
    for name, arguments in names.items():
        ch.declare(name, arguments, durable=True)
    ch.c.close()
    ledgers = [Ledger(n) for n in names]
    lock = threading.Lock()
    numbers = [0] * publishers
    declared, confirms = [], 0
    for kill in range(KILLS):
        def connect():
            return t.connect(broker=b, wait=20)
        load = [Publisher(connect, n, numbers[n], ledgers, lock, seed * 1000 + kill * 10 + n, sizes)
                for n in range(publishers)]
        if consumers:
            load += [Consumer(connect, ledgers[1], lock, seed * 1000 + kill)]
        for thread in load:
            thread.start()
        # Something of the topology, answered before the end, must be there too.
        ch = t.channel(broker=b)
        name = 'declared-%d' % kill
        ch.declare(name, durable=True)
        ch.bind(name, 'amq.topic', 'crash.%d.#' % kill)
        declared.append((name, 'crash.%d.x' % kill))
        time.sleep(chance.uniform(0.02, 0.9))  # the moment of the kill, not a wait for something
        b.kill()
        for thread in load:
            thread.join(30)
            assert not thread.is_alive(), 'a client does not notice the end'
            if thread.failure:
                raise thread.failure
        for n in range(publishers):
            numbers[n] = load[n].next
            confirms += load[n].confirms
        b.start()
        for ledger in ledgers:
            try:
                ledger.check(contents(t, b, ledger.name, keep=chance.random() < 0.6))
            except AssertionError as e:
                raise AssertionError('seed %d, kill %d: %s' % (seed, kill, e)) from None
        # contents() may have emptied a queue: an ack without a sync may be lost, so emptied messages may come back.
        ch = t.channel(broker=b)
        for ledger in ledgers:
            if not ch.count(ledger.name):
                ledger.may |= ledger.must
                ledger.must = set()
        for name, key in declared:
            ch.publish('amq.topic', key, mandatory=True)
            assert ch.get_soon(name), 'seed %d, kill %d: %s or its binding is gone' % (seed, kill, name)
        ch.c.close()
    assert confirms > KILLS * 50, 'the load was no load: %d confirms' % confirms


@test
def small_messages(t):
    """small messages to four queues"""
    crash_load(t, SEED, SMALL, consumers=False)


@test
def mixed_sizes_with_consumer(t):
    """mixed sizes while a consumer acks"""
    crash_load(t, SEED + 1, MIXED, consumers=True)


@test
def big_messages(t):
    """big messages, so that logs and segments roll over"""
    crash_load(t, SEED + 2, BIG, consumers=True)


@test
def one_publisher(t):
    """one publisher and a consumer: the log is mostly acks and short groups"""
    crash_load(t, SEED + 3, [20, 50], consumers=True, publishers=1)


@test
def killed_while_starting(t):
    """killed again and again in the middle of recovery, it still recovers everything"""
    chance = random.Random(SEED)
    b = t.start()
    ch = t.channel(broker=b)
    ch.declare('q', durable=True)
    ch.confirm()
    for n in range(20000):
        ch.publish('', 'q', '%d' % n, delivery_mode=2)
        if n % 500 == 499:
            ch.wait_confirms()
    ch.wait_confirms()
    b.kill()
    for _ in range(6):
        b.start(wait=False)
        time.sleep(chance.uniform(0.005, 0.25))  # the moment of the kill
        b.kill()
    b.start()
    ch = t.channel(broker=b)
    ch.consume('q', no_ack=True)
    assert [int(d.body) for d in ch.deliveries(20000)] == list(range(20000))
