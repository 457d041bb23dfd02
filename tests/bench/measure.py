"""One run of one row against one broker."""
import json
import os
import subprocess
import time

import brokers


class Failed(Exception):
    """A run that is no measurement: messages were lost, or the broker did not answer."""


class Amqpbench:
    """The load generator: a program of its own, built once. AMQPBENCH names the program or its source."""

    def __init__(self, root, build):
        named = os.environ.get('AMQPBENCH') or os.path.join(root, '..', 'shared', 'tools', 'amqpbench.cpp')
        if not os.path.exists(named):
            raise Failed('the load generator is missing: set AMQPBENCH to amqpbench or to amqpbench.cpp (looked at %s)' % named)
        self.program = os.path.abspath(named)
        if named.endswith('.cpp'):
            self.program = os.path.join(build, 'amqpbench')
            if not os.path.exists(self.program) or os.path.getmtime(self.program) < os.path.getmtime(named):
                subprocess.run(['g++', '-O2', '-std=c++20', '-pthread', '-o', self.program, named], check=True)

    def run(self, node, *options, redelivery=False):
        """The line of a run; Failed unless it ended with 0, that is nothing was lost, duplicated, reordered or nacked.

        With `redelivery` the mark on a delivery is no error: after a crash a broker may not know what it had delivered.
        """
        command = [self.program, '--host', node.host, '--port', str(node.port), '--pid', str(node.pid), *map(str, options)]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        line = json.loads(done.stdout.splitlines()[-1]) if done.stdout.startswith('{') else {}
        errors = line.get('errors', ['no answer'])
        if redelivery:
            errors = [e for e in errors if not e.endswith(' redelivered')]
        if done.returncode != 0 and (errors or not redelivery):
            raise Failed('%s ended with %d: %s %s' % (' '.join(command), done.returncode, done.stdout[-300:], done.stderr[-600:]))
        return line

    def start_seconds(self, node):
        """Starts the node and waits for connection.start."""
        began = time.time_ns()
        node.start(wait=False)
        return self.run(node, '--mode', 'probe', '--t0', began, '--seconds', node.start_seconds)['start_s']


def pick(line, path):
    for name in path.split('.'):
        line = line[name]
    return line


def settled_mb(node, seconds=3.0):
    """Resident memory once it has stayed within 1 MB for a second, at most after some seconds."""
    deadline = time.monotonic() + seconds * 4
    last, since = brokers.resident_mb(node.pid), time.monotonic()
    while time.monotonic() < deadline:
        time.sleep(0.2)
        now = brokers.resident_mb(node.pid)
        if abs(now - last) > 1:
            last, since = now, time.monotonic()
        elif time.monotonic() - since >= seconds:
            break
    return brokers.resident_mb(node.pid)


def filled(bench, node, messages, *options):
    bench.run(node, '--mode', 'publish', '--keep', 1, '--messages', messages, *options)


def run(bench, row, kind, base):
    """Returns (value, details). The broker is new for every run and is ended by its process id."""
    messages = row.messages[0 if kind.kind == 'warren' else 1]
    node = brokers.fresh(kind, base)
    try:
        if row.kind == 'start':
            return bench.start_seconds(node), {}
        node.start()
        if row.kind == 'load':
            line = bench.run(node, '--messages', messages, *row.options)
            value = pick(line, row.value)
            return (value / 1000 if row.unit == 'ms' else value), line
        if row.kind == 'drain':
            filled(bench, node, messages)
            line = bench.run(node, '--mode', 'drain')
            return line['con_rate'], line
        if row.kind == 'rss':
            return settled_mb(node), {}
        if row.kind == 'idle':
            settled_mb(node)
            line = bench.run(node, *row.options)
            if line['failed']:
                raise Failed('%d of them failed: %s' % (line['failed'], line['why']))
            return line['rss_after_mb'] - line['rss_before_mb'], line
        if row.kind == 'backlog':
            before = settled_mb(node)
            filled(bench, node, messages)
            after = settled_mb(node)
            # Only what can be delivered again counts as held.
            line = bench.run(node, '--mode', 'drain')
            return after - before, line
        if row.kind == 'restart':
            filled(bench, node, messages, '--size', 100, '--persistent', 1, '--durable', 1, '--confirm', 4096)
            node.kill() if row.key == 'restart-kill' else node.stop(seconds=300)
            seconds = bench.start_seconds(node)
            line = bench.run(node, '--mode', 'drain', '--durable', 1, redelivery=row.key == 'restart-kill')
            if line['consumed'] != messages:
                raise Failed('%d of %d messages were there after the restart' % (line['consumed'], messages))
            return seconds, line
        raise AssertionError(row.kind)
    finally:
        if node.running():
            node.kill()
        node.destroy()
