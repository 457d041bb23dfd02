"""Publishers with confirms and an acking consumer, until the broker is gone."""
import random
import threading

from conformance.client import Closed, SocketClosed, Timeout

GONE = (SocketClosed, Closed, Timeout, OSError, ValueError)


def body_of(publisher, number, size):
    head = b'%d %d ' % (publisher, number)
    return head + b'.' * max(0, size - len(head))


def message_of(body):
    publisher, number = body.split(b' ', 2)[:2]
    return int(publisher), int(number)


class Publisher(threading.Thread):
    """Publishes persistent messages to the queues of `ledgers` in random batches; notes every confirm."""

    def __init__(self, connect, number, first, ledgers, lock, seed, sizes):
        super().__init__(daemon=True)
        self.connect, self.me, self.next, self.ledgers, self.lock = connect, number, first, ledgers, lock
        self.random, self.sizes = random.Random(seed), sizes
        self.confirms = 0
        self.failure = None

    def run(self):
        try:
            self.ch = self.connect().channel()
            self.ch.confirm()
            self.tags = {}  # delivery tag -> (ledger, message)
            self.lowest = 1
            while True:
                for _ in range(self.random.randrange(1, 40)):
                    self.publish()
                self.settle(wait=len(self.tags) > 400)
        except GONE:
            pass
        except Exception as e:  # noqa: BLE001 - told by the main thread
            self.failure = e
        try:  # confirms that arrived before the end count
            self.settle(False)
        except Exception:  # noqa: BLE001
            pass

    def publish(self):
        ledger = self.random.choice(self.ledgers)
        message = (self.me, self.next)
        self.next += 1
        with self.lock:
            ledger.published(message)
        self.tags[self.ch.published + 1] = (ledger, message)
        self.ch.publish('', ledger.name, body_of(*message, self.random.choice(self.sizes)), delivery_mode=2)

    def settle(self, wait):
        inbox = self.ch.c.inbox[self.ch.n]
        if wait and not inbox:
            inbox.appendleft(self.ch.recv())
        else:
            try:
                self.ch.c.pump(0.0005)
            finally:
                pass
        while inbox:
            e = inbox.popleft()
            assert e.name == 'basic.ack', 'unexpected %r' % e
            tags = range(self.lowest, e.delivery_tag + 1) if e.multiple else (e.delivery_tag,)
            with self.lock:
                for tag in tags:
                    entry = self.tags.pop(tag, None)
                    if entry:
                        entry[0].confirmed(entry[1])
                        self.confirms += 1
            if e.multiple:
                self.lowest = e.delivery_tag + 1


class Consumer(threading.Thread):
    """Consumes one queue and acks most of what it gets, in its own way."""

    def __init__(self, connect, ledger, lock, seed):
        super().__init__(daemon=True)
        self.connect, self.ledger, self.lock, self.random = connect, ledger, lock, random.Random(seed)
        self.failure, self.count = None, 0

    def run(self):
        try:
            ch = self.connect().channel()
            ch.rpc('basic.qos', prefetch_count=200)
            ch.consume(self.ledger.name)
            held = []
            while True:
                d = ch.deliver()
                self.count += 1
                held.append((d.delivery_tag, message_of(d.body)))
                if self.random.random() < 0.05:
                    with self.lock:
                        for _tag, message in held:
                            self.ledger.ack_sent(message)
                    ch.ack(d.delivery_tag, multiple=True)
                    held = []
        except GONE:
            pass
        except Exception as e:  # noqa: BLE001
            self.failure = e


def contents(t, broker, queue, keep):
    """Everything in a queue, in order; acked, or given back, at the end."""
    ch = t.channel(broker=broker, wait=60)
    count = ch.count(queue)
    ch.consume(queue)
    got = ch.deliveries(count) if count else []
    ch.c.pump(0.05)
    assert not ch.c.inbox[1], '%s: more than the %d counted' % (queue, count)
    seen = [message_of(d.body) for d in got]
    for d in got:
        assert d.body == body_of(*message_of(d.body), len(d.body)), '%s: damaged body' % queue
    if got and not keep:
        ch.ack(0, multiple=True)
    ch.sync()
    ch.c.close()
    return seen
