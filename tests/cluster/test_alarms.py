"""An alarm of one node blocks the publishers of all."""
import members
from conformance import client
from testkit import poll, test


def published_until(c, ch, name):
    """Publishes until connection.<name> comes, and returns it."""
    def came():
        if not any(e.name == name for e in c.inbox[0]):
            ch.publish('', 'q', b'x')
            c.pump(0.1)
        return next((e for e in c.inbox[0] if e.name == name), None)
    return poll(name, came, 10)


def heard(c, name):
    def came():
        c.pump(0.1)
        return next((e for e in c.inbox[0] if e.name == name), None)
    return poll(name, came, 15)


@test
def of_another_node(t):
    """publishers are blocked wherever they are connected, until it clears or its node is gone; a node that joins hears of it"""
    with members.Cluster(('rmq1', 'rmq2', 'rmq3')) as cluster:
        cluster.start()
        cluster.join(1)
        one, two = cluster.tools[:2]
        c = client.Connection(cluster.members[1].address).handshake('/', user='guest', password='guest')
        ch = c.channel(1)
        ch.declare('q')
        one.ok('set_vm_memory_high_watermark', '0')
        blocked = published_until(c, ch, 'connection.blocked')
        assert blocked.args == {'reason': 'low on memory'}, blocked
        assert two('check_local_alarms', name='rabbitmq-diagnostics').code == 0
        assert two('check_alarms', name='rabbitmq-diagnostics').code == 69
        one.ok('set_vm_memory_high_watermark', '0.6')
        heard(c, 'connection.unblocked')
        c.inbox[0].clear()
        one.ok('set_disk_free_limit', '1000TB')
        blocked = published_until(c, ch, 'connection.blocked')
        assert blocked.args == {'reason': 'low on disk'}, blocked
        cluster.join(2)
        late = client.Connection(cluster.members[2].address).handshake('/', user='guest', password='guest')
        assert published_until(late, late.channel(1), 'connection.blocked').args == {'reason': 'low on disk'}
        c.inbox[0].clear()
        cluster.members[0].kill()
        heard(c, 'connection.unblocked')
        heard(late, 'connection.unblocked')
