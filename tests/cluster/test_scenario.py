"""Complete Car gets a second node (acceptance scenario, sections 0 to 2)."""
import json

import members
from conformance import client
from testkit import poll, test


def connect(member, vhost='/', user='guest', password='guest'):
    c = client.Connection(member.address).handshake(vhost, user=user, password=password)
    return c, c.channel(1)


def prepared(cluster):
    """Section 0: the first node is in production."""
    one = cluster.tools[0]
    one.ok('add_vhost', 'cc-prod-vhost')
    for user, tag in (('cc-admin', 'administrator'), ('cc-prod', None)):
        one.ok('add_user', user, 'secret')
        if tag:
            one.ok('set_user_tags', user, tag)
        one.ok('set_permissions', '-p', 'cc-prod-vhost', user, '.*', '.*', '.*')
    c, ch = connect(cluster.members[0], 'cc-prod-vhost', 'cc-prod', 'secret')
    ch.rpc('exchange.declare', exchange='taxi-direct', type='direct', durable=True)
    ch.rpc('exchange.declare', exchange='taxi-dlx', type='fanout', durable=True)
    for q in ('taxi.1', 'taxi.2', 'taxi-dlq'):
        ch.declare(q, durable=True)
    for q in ('taxi.1', 'taxi.2'):
        ch.rpc('queue.bind', queue=q, exchange='taxi-direct', routing_key=q)
    ch.rpc('queue.bind', queue='taxi-dlq', exchange='taxi-dlx', routing_key='')
    one.ok('set_policy', '-p', 'cc-prod-vhost', 'Q_TTL_DLX', r'taxi\.\d+', '{"message-ttl":604800000, "dead-letter-exchange":"taxi-dlx"}',
           '--apply-to', 'queues')
    ch.confirm()
    for n in range(20):
        ch.publish('taxi-direct', 'taxi.1', 'order %d' % n, delivery_mode=2)
    assert ch.wait_confirms() == []
    c.close()


@test
def second_node(t):
    """a node joins with three commands, has everything of the first, loses its own, and serves its queues"""
    with members.Cluster(('rmq1', 'rmq2')) as cluster:
        cluster.start()
        prepared(cluster)
        one, two = cluster.tools
        two.ok('add_user', 'lonely', 'x')
        r = two('join_cluster', cluster.members[0].name)
        assert r.code == 64 and "requires the 'rabbit' app to be stopped" in r.err, str(r)
        assert two.ok('stop_app').out == 'Stopping rabbit application on node rmq2@localhost ...\n'
        assert two('list_queues').code == 64
        assert two.ok('ping').code == 0
        assert two.ok('join_cluster', cluster.members[0].name).out == 'Clustering node rmq2@localhost with rmq1@localhost\n'
        r = two.ok('join_cluster', cluster.members[0].name)
        assert 'already a member' in r.out, str(r)
        assert two.ok('start_app').out == 'Starting node rmq2@localhost ...\n'
        for at in (0, 1):
            assert poll('both run', lambda: cluster.running(at) == cluster.names(), 15)
            status = json.loads(cluster.tools[at].ok('cluster_status', '--formatter', 'json').out)
            assert sorted(status['disk_nodes']) == cluster.names(), status
        for what in (('list_users',), ('list_vhosts',), ('list_permissions', '-p', 'cc-prod-vhost'), ('list_exchanges', '-p', 'cc-prod-vhost'),
                     ('list_bindings', '-p', 'cc-prod-vhost'), ('list_policies', '-p', 'cc-prod-vhost'),
                     ('list_queues', '-p', 'cc-prod-vhost', 'name', 'policy', 'messages')):
            a, b = one.ok(*what), two.ok(*what)
            assert sorted(a.out.split('\n')) == sorted(b.out.split('\n')), '%s\n%s' % (a, b)
        assert 'lonely' not in two.ok('list_users').out
        c, ch = connect(cluster.members[1], 'cc-prod-vhost', 'cc-prod', 'secret')
        assert ch.count('taxi.1') == 20
        e = ch.get('taxi.1')
        assert e.body == b'order 0' and not e.redelivered, e
        ch.confirm()
        ch.publish('taxi-direct', 'taxi.1', 'from afar', delivery_mode=2)
        assert ch.wait_confirms() == []
        c.close()
        assert poll('requeued', lambda: connect_count(cluster.members[0]) == 20, 10)


def connect_count(member):
    c, ch = connect(member, 'cc-prod-vhost', 'cc-prod', 'secret')
    try:
        return ch.count('taxi.1')
    finally:
        c.close()


@test
def membership_survives(t):
    """a member that is killed is listed but not running, and is back by itself after its start"""
    with members.Cluster(('rmq1', 'rmq2', 'rmq3')) as cluster:
        cluster.form()
        prepared(cluster)
        cluster.members[1].kill()
        assert poll('seen as gone', lambda: cluster.running() == cluster.names(0, 2), 20)
        status = json.loads(cluster.tools[0].ok('cluster_status', '--formatter', 'json').out)
        assert sorted(status['disk_nodes']) == cluster.names()
        cluster.tools[0].ok('add_user', 'meanwhile', 'x')
        cluster.members[1].start()
        assert poll('back', lambda: cluster.running(1) == cluster.names(), 20)
        assert poll('knows', lambda: 'meanwhile' in cluster.tools[1].ok('list_users').out, 10)


@test
def two_nodes_one_dies(t):
    """of two nodes one goes on when the other dies (partition handling ignore), and takes it back"""
    with members.Cluster(('rmq1', 'rmq2')) as cluster:
        cluster.form()
        prepared(cluster)
        cluster.members[1].kill()
        assert poll('goes on', lambda: cluster.tools[0]('add_user', 'alone', 'x', timeout=30).code == 0, 40)
        c, ch = connect(cluster.members[0], 'cc-prod-vhost', 'cc-prod', 'secret')
        ch.declare('made-alone', durable=True)
        c.close()
        cluster.members[1].start()
        assert poll('back', lambda: cluster.running(1) == cluster.names(), 30)
        assert poll('knows', lambda: 'alone' in cluster.tools[1].ok('list_users').out, 10)


@test
def queue_whose_node_is_down(t):
    """its consumers are cancelled, declaring it gives RabbitMQ's 404, and it is back with its messages"""
    with members.Cluster(('rmq1', 'rmq2', 'rmq3')) as cluster:
        cluster.form()
        prepared(cluster)
        c, ch = connect(cluster.members[1], 'cc-prod-vhost', 'cc-prod', 'secret')
        ch.consume('taxi.1', 'afar')
        ch.deliver()
        cluster.members[0].kill()
        while True:
            e = ch.recv()
            if e.name == 'basic.cancel':
                assert e.consumer_tag == 'afar'
                break
        try:
            ch.declare('taxi.1', durable=True)
            raise AssertionError('declared')
        except client.ChannelClosed as closed:
            assert closed.code == 404 and closed.text == ("NOT_FOUND - home node 'rmq1@localhost' of durable queue 'taxi.1' in vhost "
                                                          "'cc-prod-vhost' is down or inaccessible"), closed.text
        cluster.members[0].start()
        assert poll('back', lambda: cluster.running(1) == cluster.names(), 30)
        c2, ch2 = connect(cluster.members[1], 'cc-prod-vhost', 'cc-prod', 'secret')
        assert poll('messages', lambda: ch2.count('taxi.1') == 20, 10)


@test
def refusals(t):
    """wrong cookie, unknown node, itself, forgetting one that runs or is unknown"""
    with members.Cluster(('rmq1', 'rmq2')) as cluster:
        cluster.start()
        one, two = cluster.tools
        r = one('status', environment={'RABBITMQ_ERLANG_COOKIE': 'ANOTHERCOOKIE'})
        assert r.code == 69 and 'cookie' in r.err, str(r)
        two.ok('stop_app')
        r = two('join_cluster', 'rmq2@localhost')
        assert r.code == 70 and 'cannot cluster node with itself' in r.err, str(r)
        r = two('join_cluster', 'nope@localhost')
        assert r.code == 69, str(r)
        r = one('forget_cluster_node', 'nope@localhost')
        assert r.code == 69 and 'not_a_cluster_node' in r.err, str(r)
        two.ok('join_cluster', 'rmq1@localhost')
        two.ok('start_app')
        r = one('forget_cluster_node', 'rmq2@localhost')
        assert r.code == 69, str(r)


@test
def leaving(t):
    """reset leaves the cluster; forget_cluster_node removes one that is stopped"""
    with members.Cluster(('rmq1', 'rmq2', 'rmq3')) as cluster:
        cluster.form()
        cluster.tools[1].ok('stop_app')
        assert cluster.tools[1].ok('reset').out == 'Resetting node rmq2@localhost ...\n'
        cluster.tools[1].ok('start_app')
        assert poll('left', lambda: cluster.running(0) == cluster.names(0, 2), 15)
        assert cluster.running(1) == cluster.names(1)
        cluster.members[2].stop()
        assert cluster.tools[0].ok('forget_cluster_node', 'rmq3@localhost').out == 'Removing node rmq3@localhost from the cluster\n'
        assert poll('forgotten', lambda: json.loads(cluster.tools[0].ok('cluster_status', '--formatter', 'json').out)['disk_nodes'] == cluster.names(0), 15)
