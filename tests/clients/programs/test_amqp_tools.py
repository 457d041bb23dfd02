"""rabbitmq-c's command line tools (C)."""
import os
import shutil
import subprocess

from broker import Skip
from certs import Certificates
from testkit import test


def tool(b, name, *arguments, stdin=b'', fails=False, seconds=30, more=()):
    """Runs amqp-NAME; its output."""
    if not shutil.which('amqp-' + name):
        raise Skip('amqp-tools is not installed')
    done = subprocess.run(['amqp-' + name, '--url', 'amqp://guest:guest@%s:%d' % b.address, *more, *arguments],
                          input=stdin, capture_output=True, timeout=seconds)
    assert (done.returncode != 0) == fails, (name, arguments, done)
    return done.stderr.decode(errors='replace') if fails else done.stdout


@test
def publish_and_get(t):
    """declare, publish, get, lines, delete"""
    b = t.broker
    assert tool(b, 'declare-queue', '-q', 'ct') == b'ct\n'
    assert tool(b, 'declare-queue', '-q', '').startswith(b'amq.gen-')
    tool(b, 'publish', '-r', 'ct', '-b', 'hello', '-C', 'text/plain', '-H', 'x: y')
    assert tool(b, 'get', '-q', 'ct') == b'hello'
    tool(b, 'get', '-q', 'ct', fails=True)
    tool(b, 'publish', '-r', 'ct', '-l', stdin=b'1\n2\n3\n')
    assert tool(b, 'consume', '-q', 'ct', '-c', '2', 'cat').split() == [b'1', b'2']
    assert tool(b, 'consume', '-q', 'ct', '-A', '-c', '1', 'cat').strip() == b'3'
    body = os.urandom(1 << 20)
    tool(b, 'publish', '-r', 'ct', stdin=body)
    assert tool(b, 'get', '-q', 'ct') == body
    tool(b, 'publish', '-r', 'ct', '-b', 'left')
    assert tool(b, 'delete-queue', '-q', 'ct') == b'1\n'


@test
def errors(t):
    """errors show the broker's text"""
    b = t.broker
    assert "NOT_FOUND - no queue 'ct-none' in vhost '/'" in tool(b, 'get', '-q', 'ct-none', fails=True)
    tool(b, 'declare-queue', '-q', 'ct-eq')
    assert "inequivalent arg 'durable'" in tool(b, 'declare-queue', '-q', 'ct-eq', '-d', fails=True)
    tool(b, 'publish', '-r', 'ct-eq', '-b', 'x')
    assert "queue 'ct-eq' in vhost '/' not empty" in tool(b, 'delete-queue', '-q', 'ct-eq', '-e', fails=True)
    tool(b, 'delete-queue', '-q', 'ct-eq')
    refused = subprocess.run(['amqp-get', '--url', 'amqp://guest:no@%s:%d' % b.address, '-q', 'x'], capture_output=True,
                             timeout=30)
    assert refused.returncode != 0 and b'ACCESS_REFUSED' in refused.stderr, refused


@test
def consume_from_topic(t):
    """amqp-consume binds a queue of its own and gets what is published"""
    b = t.broker
    if not shutil.which('amqp-consume'):
        raise Skip('amqp-tools is not installed')
    p = subprocess.Popen(['amqp-consume', '--url', 'amqp://guest:guest@%s:%d' % b.address, '-e', 'amq.topic', '-r', 'ct.*',
                          '-c', '1', 'cat'], stdout=subprocess.PIPE)
    t.cleanup(p.kill)
    ch = t.channel()
    import time
    deadline = time.monotonic() + 20
    while p.poll() is None and time.monotonic() < deadline:  # until its binding is there the message goes nowhere
        ch.publish('amq.topic', 'ct.x', 'topical')
        ch.sync()
        ch.c.pump(0.05)
    assert p.wait(10) == 0 and p.stdout.read() == b'topical'


def across_restart(kill):
    def run(t):
        b = t.start()
        tool(b, 'declare-queue', '-q', 'ct-d', '-d')
        ch = t.channel(broker=b)
        for n in range(20):
            tool(b, 'publish', '-r', 'ct-d', '-p', '-b', 'p%d' % n)
        ch.confirm()
        ch.publish('', 'ct-d', 'last', delivery_mode=2)
        ch.wait_confirms()  # amqp-publish does not wait for confirms; what came before this one is synced with it
        b.restart(kill=kill)
        for n in range(20):
            assert tool(b, 'get', '-q', 'ct-d') == b'p%d' % n
        assert tool(b, 'get', '-q', 'ct-d') == b'last'
    return run


test(across_restart(False), title='persistent messages are there after SIGTERM')
test(across_restart(True), title='persistent messages are there after kill -9')


@test
def tls(t):
    """TLS, verified by rabbitmq-c"""
    certificates = Certificates()
    b = t.start(tls=certificates)
    if not shutil.which('amqp-get'):
        raise Skip('amqp-tools is not installed')
    common = ['--url', 'amqps://guest:guest@localhost:%d' % b.tls_port, '--cacert', certificates.path('ca.crt')]
    for command in (['amqp-declare-queue', *common, '-q', 'ct-tls'], ['amqp-publish', *common, '-r', 'ct-tls', '-b', 'safe']):
        done = subprocess.run(command, capture_output=True, timeout=30)
        assert done.returncode == 0, done
    done = subprocess.run(['amqp-get', *common, '-q', 'ct-tls'], capture_output=True, timeout=30)
    assert done.stdout == b'safe', done
