"""A well-behaved client beside the hostile ones, and what it saw; and a watch on the broker's memory."""
import contextlib
import json
import os
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
CLIENTS = os.path.join(os.path.dirname(HERE), 'clients')

# Bounds for a round trip: seconds, and multiples of what the witness saw before the harm began. The second kind is
# what counts on a machine that others load too; a broker that one peer can block misses both.
WORST, TYPICAL = 5.0, 0.5
WORST_TIMES, TYPICAL_TIMES = 40, 20


class Witness:
    """Publishes with confirm and consumes, one message at a time, in a process of its own, until told to stop."""

    def __init__(self, b):
        self.process = subprocess.Popen([sys.executable, os.path.join(HERE, 'witness.py'), b.host, str(b.port)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.worst, self.typical = json.loads(self.process.stdout.readline())

    def check(self):
        """Ends it and looks at what it saw."""
        try:
            out, _ = self.process.communicate('end\n', timeout=90)
        except subprocess.TimeoutExpired:
            self.end()
            raise AssertionError('the witness hangs') from None
        seen = json.loads(out)
        assert not seen['failure'], 'the witness failed after %d round trips: %s' % (seen['count'], seen['failure'])
        worst, typical = max(WORST, WORST_TIMES * self.worst), max(TYPICAL, TYPICAL_TIMES * self.typical)
        assert seen['worst'] < worst, 'slowest round trip %.2f s, allowed are %.2f' % (seen['worst'], worst)
        assert seen['typical'] < typical, '95 %% within %.3f s, allowed are %.3f' % (seen['typical'], typical)

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(20)


def witness_main(host, port):
    """The witness process: prints [worst, typical] of an undisturbed start, then what it saw until its input ends."""
    sys.path.insert(0, CLIENTS)
    from conformance.client import Connection
    ch = Connection((host, port), wait=30).handshake().channel()
    q = ch.queue()
    ch.confirm()
    ch.consume(q)
    times, number = [], 0

    def trip():
        nonlocal number
        began = time.monotonic()
        ch.publish('', q, '%d' % number)
        got = ch.deliver()
        assert got.body == b'%d' % number, got
        ch.ack(got.delivery_tag)
        ch.note_confirm(ch.wait_for('basic.ack'))
        assert number + 1 in ch.acks
        ch.acks.clear()
        times.append(time.monotonic() - began)
        number += 1

    def figures():
        ordered = sorted(times)
        return ordered[-1], ordered[len(ordered) * 95 // 100]

    for _ in range(100):
        trip()
    print(json.dumps(figures()), flush=True)
    times.clear()
    ending, failure = threading.Event(), None
    threading.Thread(target=lambda: (sys.stdin.readline(), ending.set()), daemon=True).start()
    try:
        while not ending.is_set() or len(times) < 50:
            trip()
            ending.wait(0.002) if not ending.is_set() else None  # its pace, some hundred round trips a second
    except Exception as e:  # noqa: BLE001 - told to the test
        failure = repr(e)
        times.append(0.0)
    worst, typical = figures()
    print(json.dumps({'failure': failure, 'count': number, 'worst': worst, 'typical': typical}), flush=True)


class Memory(threading.Thread):
    """The highest resident size of the broker from now on."""

    def __init__(self, b):
        super().__init__(daemon=True)
        self.b, self.start_kib, self.peak_kib, self.ending = b, b.memory_kib(), 0, threading.Event()

    def run(self):
        while not self.ending.wait(0.02):
            with contextlib.suppress(Exception):
                self.peak_kib = max(self.peak_kib, self.b.memory_kib())

    def grown_mib(self):
        return (max(self.peak_kib, self.b.memory_kib()) - self.start_kib) / 1024


@contextlib.contextmanager
def undisturbed(t, grows_mib, **how):
    """A broker with a witness at work and its memory watched, while the block is hostile."""
    b = t.start(**how)
    witness, memory = Witness(b), Memory(b)
    t.cleanup(witness.end)
    memory.start()
    yield b
    witness.check()
    memory.ending.set()
    assert b.running(), 'the broker is gone:\n' + b.log_tail()
    if b.kind == 'warren':
        assert memory.grown_mib() < grows_mib, 'memory grew by %.0f MiB, allowed are %d' % (memory.grown_mib(), grows_mib)


def ended(sock, seconds):
    """Whether the broker closes this plain socket in that time."""
    sock.settimeout(seconds)
    try:
        while sock.recv(65536):
            pass
        return True
    except TimeoutError:
        return False
    except OSError:
        return True


if __name__ == '__main__':
    witness_main(sys.argv[1], int(sys.argv[2]))
