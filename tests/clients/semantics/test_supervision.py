"""Any single actor of a running node may die: the node serves on, with the documented effect and no other.

Actors are made to throw through the node's test hook (node/boot/test_hooks.hpp): a FIFO named by WARREN_TEST_HOOKS."""
import json
import os
import tempfile

import broker as brokers
from broker import Skip, poll
from conformance.client import ConnectionClosed, SocketClosed
from testkit import test


class Hooked:
    """A node of our own with its test hook."""

    def __init__(self, t, **how):
        if brokers.target() != 'warren':
            raise Skip('only Warren has test hooks')
        self.dir = tempfile.mkdtemp(prefix='warren-hook-')
        self.fifo = os.path.join(self.dir, 'hook')
        os.mkfifo(self.fifo)
        self.b = t.start(environment={'WARREN_TEST_HOOKS': self.fifo}, **how)

    def say(self, line):
        with open(self.fifo, 'w') as f:
            f.write(line + '\n')

    def tree(self):
        path = os.path.join(self.dir, 'tree.json')
        self.say('tree ' + path)
        poll('the tree is written', lambda: os.path.exists(path))
        with open(path) as f:
            tree = json.load(f)
        os.unlink(path)
        return tree

    def crash(self, path):
        before = self.log().count('test hook: crash %s: done' % path)
        self.say('crash ' + path)
        poll('%s is hit' % path, lambda: self.log().count('test hook: crash %s: done' % path) > before)

    def log(self):
        with open(self.b.log_path) as f:
            return f.read()


def paths(node, prefix=''):
    name = prefix + node['name'].replace('%', '%25').replace('/', '%2F')
    yield name, node
    for child in node['children']:
        yield from paths(child, name + '/')


@test
def the_tree(t):
    """the running node is one tree: connections hold their channels, virtual hosts their queues"""
    h = Hooked(t)
    ch = t.channel(broker=h.b)
    ch.declare('q', durable=True)
    kinds = {}
    for path, node in paths(h.tree()):
        kinds.setdefault(node['kind'], []).append(path)
    assert 'node/vhosts/%2F/queues/q' in kinds['queue'], kinds
    assert any('/connections/' in p and p.endswith('/1') for p in kinds['channel']), kinds
    for wanted in ('log', 'store', 'alarms', 'metadata', 'acceptor', 'connection', 'supervisor'):
        assert wanted in kinds, kinds


@test
def a_queue_dies(t):
    """a queue that dies comes back from durable state, keeps its confirmed messages, and others do not notice"""
    h = Hooked(t)
    ch = t.channel(broker=h.b)
    ch.declare('doomed', durable=True)
    ch.declare('other', durable=True)
    ch.confirm()
    for n in range(50):
        ch.publish('', 'doomed', b'%d' % n, delivery_mode=2)
        ch.publish('', 'other', b'o%d' % n, delivery_mode=2)
    ch.wait_confirms()
    h.crash('node/vhosts/%2F/queues/doomed')
    fresh = t.channel(broker=h.b)
    poll('the queue is back', lambda: 'doomed' in [p.rsplit('/', 1)[1] for p, n in paths(h.tree())
                                                   if n['kind'] == 'queue' and n['restarts'] == 1])
    assert fresh.declare('doomed', durable=True)[1] == 50
    assert [fresh.get('doomed').body for _ in range(50)] == [b'%d' % n for n in range(50)]
    assert ch.declare('other', durable=True)[1] == 50  # the same channel as before
    assert 'node/vhosts/%2F/queues/doomed' in h.log() and 'test hook' in h.log()  # the crash report names the place


@test
def a_consumer_of_a_dead_queue(t):
    """a consumer of a queue that dies gets basic.cancel; what it had not acknowledged comes again"""
    h = Hooked(t)
    ch = t.channel(broker=h.b)
    ch.declare('c', durable=True)
    ch.confirm()
    ch.publish('', 'c', b'm', delivery_mode=2)
    ch.wait_confirms()
    ch.consume('c', tag='tag')
    ch.wait_for('basic.deliver')
    h.crash('node/vhosts/%2F/queues/c')
    ch.wait_for('basic.cancel')
    other = t.channel(broker=h.b)
    assert poll('the message is back', lambda: other.get('c')).body == b'm'


@test
def a_channel_dies(t):
    """a channel that dies closes its connection with 541 and no other"""
    h = Hooked(t)
    ch, bystander = t.channel(broker=h.b), t.channel(broker=h.b)
    ch.declare('x', durable=True)
    mine = [p for p, n in paths(h.tree()) if n['kind'] == 'channel']
    assert len(mine) == 2, mine
    h.crash(mine[0])
    ended, living = 0, 0
    for c in (ch, bystander):
        try:
            c.declare('x', durable=True)
            living += 1
        except ConnectionClosed as e:
            assert e.code == 541, e
            ended += 1
    assert (ended, living) == (1, 1)


@test
def every_other_actor(t):
    """the death of a connection, an acceptor, a keeper, the alarms or the metadata leaves a node that serves"""
    h = Hooked(t)
    ch = t.channel(broker=h.b)
    ch.declare('kept', durable=True)
    ch.confirm()
    ch.publish('', 'kept', b'm', delivery_mode=2)
    ch.wait_confirms()
    for kind in ('connection', 'acceptor', 'alarms', 'metadata', 'keeper'):
        victim = next(p for p, n in paths(h.tree()) if n['kind'] == kind)
        h.crash(victim)

        def serves():
            try:
                c = t.channel(broker=h.b)
                return c.declare('kept', durable=True)[1] == 1 and c.declare('after-' + kind, durable=True)
            except (OSError, ConnectionClosed, SocketClosed):
                return False
        poll('the node serves after %s died' % victim, serves)
    assert h.b.running()
