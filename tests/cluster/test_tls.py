"""Links between nodes, and of the tools, in TLS."""
import certs
import members
from conformance import client
from testkit import poll, test


def encrypted(files):
    return {'distribution.ssl_options.certfile': files.path('server.crt'), 'distribution.ssl_options.keyfile': files.path('server.key'),
            'distribution.ssl_options.cacertfile': files.path('ca.crt'), 'distribution.ssl_options.verify': 'verify_peer',
            'distribution.ssl_options.fail_if_no_peer_cert': 'true'}


def tool_arguments(files, name='client'):
    return {'RABBITMQ_CTL_ERL_ARGS': '-proto_dist inet_tls -ssl_dist_opt client_certfile %s client_keyfile %s client_cacertfile %s client_verify verify_peer'
            % (files.path(name + '.crt'), files.path(name + '.key'), files.path('ca.crt'))}


@test
def two_nodes(t):
    """two nodes form a cluster over TLS and a queue of one serves the other; tools need the settings too"""
    files = certs.Certificates()
    with members.Cluster(('rmq1', 'rmq2'), conf=encrypted(files)) as cluster:
        cluster.start()
        r = cluster.tools[0]('status')
        assert r.code == 69, 'a tool without TLS: %s' % r
        r = cluster.tools[0]('status', environment=tool_arguments(files, 'stranger'))
        assert r.code == 69, 'a tool with a certificate of somebody else: %s' % r
        r = cluster.tools[0]('status', environment={'RABBITMQ_CTL_ERL_ARGS': '-proto_dist inet_tls -ssl_dist_optfile /x'})
        assert r.code == 78 and 'distribution.ssl_options' in r.err, str(r)
        for tool in cluster.tools:
            tool.environment = dict(tool.environment, **tool_arguments(files))
        cluster.join(1)
        poll('both run', lambda: cluster.running(0) == cluster.names(), 20)
        c1 = client.Connection(cluster.members[0].address).handshake('/', user='guest', password='guest')
        ch1 = c1.channel(1)
        ch1.declare('q', durable=True)
        c2 = client.Connection(cluster.members[1].address).handshake('/', user='guest', password='guest')
        ch2 = c2.channel(1)
        ch2.confirm()
        ch2.publish('', 'q', b'x' * 3_000_000, delivery_mode=2)
        ch2.publish('', 'q', b'small', delivery_mode=2)
        assert ch2.wait_confirms() == []
        ch1.consume('q', no_ack=True)
        assert [len(ch1.deliver().body) for _ in range(2)] == [3_000_000, 5]


@test
def plain_node(t):
    """a node without TLS is not let into a cluster with it, and the log says why"""
    files = certs.Certificates()
    with members.Cluster(('rmq1', 'rmq2')) as cluster:
        cluster.members[0].conf.update(encrypted(files))
        cluster.start()
        two = cluster.tools[1]
        two.ok('stop_app')
        r = two('join_cluster', cluster.members[0].name, timeout=90)
        assert r.code == 69, str(r)
        assert poll('told', lambda: 'TLS' in cluster.members[0].log_text(), 5)


@test
def settings(t):
    """settings that cannot work end the node with a text that says what to do"""
    files = certs.Certificates()
    for change, text in (({'distribution.ssl_options.certfile': None, 'distribution.ssl_options.keyfile': None}, 'needs distribution.ssl_options.certfile'),
                         ({'distribution.ssl_options.cacertfile': None}, 'needs distribution.ssl_options.cacertfile'),
                         ({'distribution.ssl_options.certfile': '/nonexistent.pem'}, 'certfile = /nonexistent.pem: No such file')):
        with members.Cluster(('rmq1',), conf=dict(encrypted(files), **change)) as cluster:
            cluster.members[0].start(wait=False)
            cluster.members[0].told = True
            poll('it ends', lambda: not cluster.members[0].running(), 15)
            assert cluster.members[0].process.returncode != 0
            assert text in cluster.members[0].log_text(), cluster.members[0].log_text()
