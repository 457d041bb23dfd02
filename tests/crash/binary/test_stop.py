"""SIGTERM under load and with clients that do not cooperate."""
import signal
import threading
import time

from ledger import Ledger
from load import Consumer, Publisher, contents
from testkit import test


@test
def stops_under_load(t):
    """five clean stops under confirmed load: nothing confirmed is gone, nothing acked and settled comes back"""
    b = t.start()
    ledgers = [Ledger('s1'), Ledger('s2')]
    ch = t.channel(broker=b)
    for ledger in ledgers:
        ch.declare(ledger.name, durable=True)
    ch.c.close()
    lock, numbers = threading.Lock(), [0, 0]
    for turn in range(5):
        def connect():
            return t.connect(broker=b, wait=20)
        load = [Publisher(connect, n, numbers[n], ledgers, lock, turn * 10 + n, [50, 500, 9000]) for n in range(2)]
        load.append(Consumer(connect, ledgers[0], lock, turn))
        for thread in load:
            thread.start()
        deadline = time.monotonic() + 30
        while min(p.confirms for p in load[:2]) < 100:
            assert time.monotonic() < deadline and b.running(), 'no confirms'
            time.sleep(0.01)  # paces the polling
        code = b.stop()
        assert code == 0, 'exit code %s' % code
        for thread in load:
            thread.join(30)
            if thread.failure:
                raise thread.failure
        numbers = [p.next for p in load[:2]]
        b.start()
        for ledger in ledgers:
            ledger.check(contents(t, b, ledger.name, keep=True))


@test
def clients_that_do_not_answer(t):
    """a client that neither reads nor answers close does not hold up the stop"""
    b = t.start()
    deaf = [t.connect(broker=b) for _ in range(5)]
    ch = deaf[0].channel()
    q = ch.declare('deaf')[0]
    feeder = t.channel(broker=b)
    ch.consume(q, no_ack=True)
    for _ in range(300):
        feeder.publish('', q, b'z' * 100000)  # more than the sockets take
    feeder.sync()
    half = t.raw(b)
    half.send_raw(b'AMQP\x00')
    began = time.monotonic()
    assert b.stop(60) == 0
    assert time.monotonic() - began < 30, 'took %.1f s' % (time.monotonic() - began)


@test
def second_signal(t):
    """further SIGTERMs while stopping change nothing"""
    b = t.start()
    ch = t.channel(broker=b)
    ch.declare('d', durable=True)
    ch.confirm()
    ch.publish('', 'd', delivery_mode=2)
    ch.wait_confirms()
    b.signal(signal.SIGTERM)
    for _ in range(3):
        if b.running():
            b.signal(signal.SIGTERM)
    assert b.stop() == 0
    b.start()
    assert t.channel(broker=b).count('d') == 1
