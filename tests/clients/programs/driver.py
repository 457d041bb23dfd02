"""Runs the client programs: the scenarios every one of them has, around restarts of the broker."""
import os
import queue
import subprocess
import sys
import threading

from broker import ROOT, Skip
from testkit import Test, module_tests

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.path.join(ROOT, 'build')


class Program:
    """A client program that runs; its lines arrive as they are printed."""

    def __init__(self, command, scenario, broker, environment=None, port=None):
        self.what = '%s %s' % (os.path.basename(command[-1]), scenario)
        self.process = subprocess.Popen(command + [scenario, broker.host, str(port or broker.port)], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        env=dict(os.environ) | (environment or {}))
        self.lines, self.seen = queue.Queue(), []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(line.rstrip('\n'))
        self.lines.put(None)

    def wait_for(self, line, seconds=60):
        while True:
            try:
                got = self.lines.get(timeout=seconds)
            except queue.Empty:
                self.end()
                raise AssertionError('%s: no %r within %d s, only:\n%s' % (self.what, line, seconds, self.tail())) from None
            if got is None:
                raise AssertionError('%s ended before %r:\n%s' % (self.what, line, self.tail()))
            self.seen.append(got)
            if got == line:
                return

    def tell(self, line):
        self.process.stdin.write(line + '\n')
        self.process.stdin.flush()

    def finish(self, at_least=1, seconds=120):
        """Waits for the end; every claim must be ok, and there must be that many."""
        while True:
            try:
                got = self.lines.get(timeout=seconds)
            except queue.Empty:
                self.end()
                raise AssertionError('%s: hangs after:\n%s' % (self.what, self.tail())) from None
            if got is None:
                break
            self.seen.append(got)
        code = self.process.wait(20)
        failed = [x for x in self.seen if x.startswith('not ok ')]
        passed = [x for x in self.seen if x.startswith('ok ')]
        assert not failed, '%s:\n%s' % (self.what, '\n'.join(failed))
        assert code == 0, '%s: exit code %d\n%s' % (self.what, code, self.tail())
        assert len(passed) >= at_least, '%s: only %d claims\n%s' % (self.what, len(passed), self.tail())

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(20)

    def tail(self):
        return '\n'.join(self.seen[-15:])


def scenarios(module_name, command, claims, recovers=True):
    """Registers the scenarios of one client. `command` returns the program's argv or raises Skip."""
    module = sys.modules[module_name]

    def add(title, function):
        module_tests(module).append(Test(function, title))

    def basic(t):
        Program(command(), 'basic', t.broker).finish(claims)
    add('publish, consume, confirms, returns, errors', basic)

    def restart(kill):
        def run(t):
            b = t.start()
            Program(command(), 'store', b).finish()
            b.restart(kill=kill)
            Program(command(), 'check', b).finish()
        return run
    add('persistent messages are there after SIGTERM', restart(False))
    add('persistent messages are there after kill -9', restart(True))

    def recover(kill):
        def run(t):
            b = t.start()
            p = Program(command(), 'recover', b)
            t.cleanup(p.end)
            p.wait_for('ready')
            b.kill() if kill else b.stop()
            p.tell('stopped')
            b.start()
            p.tell('started')
            p.finish()
        return run
    if recovers:
        add('goes on after a clean restart', recover(False))
        add('goes on after kill -9', recover(True))


def needs(*paths):
    for path in paths:
        if not os.path.exists(path):
            raise Skip('%s is missing' % path)
