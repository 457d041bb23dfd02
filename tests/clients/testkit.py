"""Registering and running tests: `@test` for claims, `@captured` for replies recorded from a RabbitMQ 3.10.8 node.

A test function takes a `Kit`. The kit's broker is shared by the module (its BROKER says how it is configured);
connections made through the kit are dropped after each test.
"""
import ast
import contextlib
import inspect
import os
import re
import sys
import threading
import time
import traceback

import broker as brokers
from broker import Skip, poll  # noqa: F401 (for the test modules)
from conformance import client

HERE = os.path.dirname(os.path.abspath(__file__))


class Test:
    def __init__(self, function, title, own_broker=False):
        self.function, self.title, self.own_broker = function, title, own_broker


def module_tests(module):
    return module.__dict__.setdefault('TESTS', [])


def test(function=None, *, title=None):
    """Registers a test; its title is its docstring's first line or its name."""
    def register(f):
        name = title or (f.__doc__ or f.__name__.replace('_', ' ')).strip().split('\n')[0]
        module_tests(sys.modules[f.__module__]).append(Test(f, name))
        return f
    return register(function) if function else register


class Kit:
    def __init__(self, shared):
        self._shared = shared
        self._undo = contextlib.ExitStack()
        self._used = []

    @property
    def broker(self):
        b = self._shared()
        if b not in self._used:
            self._used.append(b)
        return b

    def watch(self, b):
        """The test fails when this broker ends without being told to."""
        self._used.append(b)

    def dead_brokers(self):
        """What the brokers said that ended without being told to."""
        return '\n'.join('exit %s\n%s' % (b.process.returncode, b.log_tail()) for b in self._used
                         if isinstance(b, brokers._Node) and b.died())

    def start(self, **how):
        """Another broker, for this test alone."""
        b = brokers.make(**how)
        self._undo.callback(b.destroy)
        self._used.append(b)
        return b.start()

    def differs_on_rabbitmq(self, why):
        """For claims of the reference that RabbitMQ 3.10.8 itself breaks."""
        if brokers.target() == 'rabbitmq':
            raise Skip('differs on RabbitMQ: ' + why)

    def cleanup(self, function, *args):
        self._undo.callback(function, *args)

    def raw(self, broker=None, tls=None, wait=client.WAIT):
        """A socket without a handshake."""
        b = broker or self.broker
        c = client.Connection(b.tls_address if tls else b.address, tls=tls, wait=wait)
        self._undo.callback(c.abort)
        return c

    def connect(self, broker=None, tls=None, wait=client.WAIT, **handshake):
        return self.raw(broker, tls, wait).handshake(**handshake)

    def channel(self, broker=None, number=1, **handshake):
        return self.connect(broker, **handshake).channel(number)

    def close(self):
        self._undo.close()


# Captured replies

def normal(value):
    """Generated names and times made comparable."""
    if isinstance(value, str):
        value = re.sub(r'amq\.(gen|ctag)-[A-Za-z0-9_-]{22}', r'amq.\1-<22>', value)
        return re.sub(r'amq\.rabbitmq\.reply-to\.[^\s\']+', 'amq.rabbitmq.reply-to.<opaque>', value)
    if isinstance(value, (tuple, list)):
        items = [normal(v) for v in value]
        if len(items) == 2 and items[0] == 'T' and isinstance(items[1], int) and items[1] > 1_750_000_000:
            return ['T', '<now>']
        return items
    if isinstance(value, dict):
        return {k: normal(v) for k, v in value.items()}
    if isinstance(value, bytes):
        return normal(value.decode('latin1'))
    return value


def read_captures():
    """{section: {case: expected}} from captures.txt."""
    out, section = {}, None
    with open(os.path.join(HERE, 'conformance', 'captures.txt')) as f:
        for line in f:
            line = line.rstrip('\n')
            if line.startswith('## '):
                section = line[3:].split(' (')[0]
                out[section] = {}
            elif ' => ' in line:
                case, expected = line.split(' => ', 1)
                case = case.rstrip()
                with contextlib.suppress(ValueError, SyntaxError):
                    expected = ast.literal_eval(expected)
                assert case not in out[section], case
                out[section][case] = expected
    return out


CAPTURES = read_captures() if os.path.exists(os.path.join(HERE, 'conformance', 'captures.txt')) else {}
COVERED = {}  # section -> {case: module}; what has a test


SAME = object()  # returned by a captured test that has compared the reply itself, since it varies


def captured(section, case, instead=None, why=None):
    """Registers a test whose return value must equal the captured reply of that case.

    `instead` is a value that is right too, or a predicate on values, where the recorded behaviour is not one to copy;
    `why` must say so.
    """
    def register(function):
        module = sys.modules[inspect.getmodule(function).__name__]
        add_captured(module, section, case, function, instead, why)
        return function
    return register


def add_captured(module, section, case, function, instead=None, why=None):
    assert case in CAPTURES[section], 'no captured case %r in %s' % (case, section)
    assert (instead is None) == (why is None), 'a deviation needs its reason'
    COVERED.setdefault(section, {})[case] = module.__name__

    def run(kit):
        got = client.outcome(lambda: function(kit))
        if got is SAME:
            return
        got, expected = normal(got), normal(CAPTURES[section][case])
        if got == expected or callable(instead) and instead(got) or instead is not None and got == normal(instead):
            return
        raise AssertionError('expected %r%s\n      got      %r' % (
            expected, '' if instead is None else ' (or: %s)' % why, got))
    module_tests(module).append(Test(run, case))


# Running

class Result:
    def __init__(self):
        self.passed, self.failed, self.skipped = 0, [], []


class SharedBrokers:
    """One broker per module; against RabbitMQ, whose start is slow, one per configuration."""

    def __init__(self):
        self.kept = {}

    def get(self, module):
        how = getattr(module, 'BROKER', {})
        key = repr(how) if brokers.target() == 'rabbitmq' else module.__name__
        if key in self.kept and not getattr(self.kept[key], 'alive', lambda: True)():
            self.kept.pop(key).destroy()  # a broker that a test brought down must not fail the others
        if key not in self.kept:
            b = brokers.make(**how)
            b.start()
            self.kept[key] = b
        return self.kept[key]

    def done(self, module):
        b = self.kept.pop(module.__name__, None)
        if b:
            b.destroy()

    def close(self):
        for b in self.kept.values():
            b.destroy()
        self.kept.clear()


def run_module(module, only, result, shared, verbose=True):
    lock = threading.Lock()
    start_lock = threading.Lock()

    def broker():
        with start_lock:
            return shared.get(module)

    def one(t):
        kit, began = Kit(broker), time.monotonic()
        try:
            t.function(kit)
            status, why = 'pass', ''
        except Skip as e:
            status, why = 'skip', str(e)
        except AssertionError as e:
            status, why = 'FAIL', (str(e) or traceback.format_exc(limit=-3)).rstrip()
            if str(e):
                tb = traceback.extract_tb(e.__traceback__)
                near = [x for x in tb if 'testkit.py' not in x.filename] or tb
                why += '\n      at %s' % ' < '.join('%s:%d' % (os.path.basename(x.filename), x.lineno)
                                                    for x in reversed(near[-4:]))
        except Exception as e:  # noqa: BLE001 - whatever a broker provokes fails this test and no other
            status, why = 'FAIL', '%s: %s\n%s' % (type(e).__name__, e, traceback.format_exc(limit=-12).rstrip())
        died = kit.dead_brokers()
        if died:
            status, why = 'FAIL', (why + '\n      ' if why else '') + 'THE BROKER DIED: ' + died
        with contextlib.suppress(Exception):
            kit.close()
        took = time.monotonic() - began
        with lock:
            if status == 'pass':
                result.passed += 1
            else:
                (result.skipped if status == 'skip' else result.failed).append(
                    ('%s: %s' % (module.TITLE, t.title), why))
            if verbose or status == 'FAIL':
                print('%s  %s: %s%s%s' % (status, module.TITLE, t.title, ' (%.1f s)' % took if took > 1 else '',
                                          '\n      ' + why if why else ''), flush=True)

    chosen = [t for t in module_tests(module) if not only or only.lower() in t.title.lower()]
    workers = getattr(module, 'PARALLEL', 1)
    try:
        if hasattr(module, 'setup'):
            kit = Kit(broker)
            try:
                module.setup(kit)
            finally:
                kit.close()
        broker() if chosen else None  # on this thread: a broker dies with the thread that started it
        if workers == 1 or len(chosen) == 1:
            for t in chosen:
                one(t)
        else:
            queue = list(reversed(chosen))

            def work():
                while True:
                    with lock:
                        if not queue:
                            return
                        t = queue.pop()
                    one(t)
            threads = [threading.Thread(target=work) for _ in range(workers)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
    except Skip as e:
        result.skipped.append((module.TITLE, str(e)))
        print('skip  %s: %s' % (module.TITLE, e), flush=True)
    except Exception as e:  # noqa: BLE001 - the module's setup failed
        result.failed.append((module.TITLE + ': setup', str(e)))
        print('FAIL  %s: setup\n      %s' % (module.TITLE, traceback.format_exc(limit=-12)), flush=True)
    finally:
        shared.done(module)
