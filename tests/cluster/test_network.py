"""Three members on hosts of their own: cables pulled and put back, lost packets, stopped processes, members that come and go."""
import json
import random
import signal
import threading

import network
from conformance import client
from testkit import poll, test

TICK_S = 4  # net_ticktime of these clusters: a silent member is noticed after at most 1.25 of it


def connect(member):
    with member.inside():
        return client.Connection(member.address).handshake('/', user='guest', password='guest')


def filled(member, queue, count=20):
    """A durable queue of this member with confirmed messages."""
    c = connect(member)
    ch = c.channel(1)
    ch.declare(queue, durable=True)
    ch.confirm()
    for n in range(count):
        ch.publish('', queue, '%d' % n, delivery_mode=2)
    assert ch.wait_confirms() == []
    c.close()


def count_at(member, queue):
    try:
        c = connect(member)
    except (OSError, client.SocketClosed, client.Timeout):
        return None
    try:
        return c.channel(1).count(queue)
    except (client.Closed, client.SocketClosed, client.Timeout):
        return None
    finally:
        c.abort()


def whole(cluster, seconds=45):
    """All members see all members, and agree."""
    for at in range(len(cluster.members)):
        poll('%s sees all' % cluster.members[at].name, lambda: cluster.running(at) == cluster.names(), seconds)
    cluster.tools[0].ok('add_vhost', 'agreed')
    for t in cluster.tools:
        poll('they agree', lambda: 'agreed' in t.ok('list_vhosts').out, 10)
    cluster.tools[0].ok('delete_vhost', 'agreed')


def goes_on(cluster, at, vhost):
    poll('%s decides' % cluster.members[at].name, lambda: cluster.tools[at]('add_vhost', vhost, timeout=40).code == 0, 30)


@test
def cable(t):
    """a pulled cable is noticed within the tick; the majority goes on, and who comes back agrees and has its messages"""
    with network.NetworkCluster() as cluster:
        cluster.form()
        filled(cluster.members[2], 'far')
        filled(cluster.members[0], 'near')
        cluster.network.pull(2)
        poll('noticed', lambda: cluster.running(0) == cluster.names(0, 1), 3 * TICK_S)
        goes_on(cluster, 1, 'meanwhile')
        assert count_at(cluster.members[1], 'near') == 20
        assert count_at(cluster.members[1], 'far') is None
        assert count_at(cluster.members[2], 'far') == 20, 'who is alone serves what is its own'
        cluster.network.plug(2)
        whole(cluster)
        poll('told', lambda: 'meanwhile' in cluster.tools[2].ok('list_vhosts').out, 10)
        poll('reachable', lambda: count_at(cluster.members[0], 'far') == 20, 10)


@test
def one_way(t):
    """a member that nothing reaches, though it can send, is noticed too, and comes back"""
    with network.NetworkCluster() as cluster:
        cluster.form()
        cluster.network.lose_packets_to(2)
        poll('noticed', lambda: cluster.running(0) == cluster.names(0, 1), 3 * TICK_S)
        goes_on(cluster, 0, 'meanwhile')
        cluster.network.lose_no_packets_to(2)
        whole(cluster)


@test
def stopped_process(t):
    """SIGSTOP looks like a pulled cable; after SIGCONT the member is back by itself"""
    with network.NetworkCluster() as cluster:
        cluster.form()
        filled(cluster.members[1], 'q')
        cluster.members[1].process.send_signal(signal.SIGSTOP)
        try:
            poll('noticed', lambda: cluster.running(0) == cluster.names(0, 2), 3 * TICK_S)
            goes_on(cluster, 0, 'meanwhile')
        finally:
            cluster.members[1].process.send_signal(signal.SIGCONT)
        whole(cluster)
        poll('reachable', lambda: count_at(cluster.members[2], 'q') == 20, 10)


@test
def every_order(t):
    """members are killed and started again in every order, all of them at last; nothing confirmed and nothing declared is lost"""
    with network.NetworkCluster() as cluster:
        cluster.form()
        for i, m in enumerate(cluster.members):
            filled(m, 'of%d' % i)
        for order in ((0, 1, 2), (2, 0, 1), (1, 2, 0)):
            for i in order:
                cluster.members[i].kill()
                goes_on(cluster, order[0] if i != order[0] else order[1], 'without-%d%d%d-%d' % (*order, i))
                cluster.members[i].start()
                whole(cluster)
        for m in cluster.members:
            m.kill()
        for m in cluster.members:  # at the same time
            m.start(wait=False)
        for m in cluster.members:
            m.wait_port()
        whole(cluster)
        for i in range(3):
            for m in cluster.members:
                poll('messages', lambda: count_at(m, 'of%d' % i) == 20, 10)
        vhosts = cluster.tools[1].ok('list_vhosts').out
        assert vhosts.count('without-') == 9, vhosts


@test
def flapping_link(t):
    """a hundred short cuts at random members under confirmed load: one cluster afterwards, and every confirmed message is there"""
    rounds = random.Random(7)
    with network.NetworkCluster() as cluster:
        cluster.form()
        filled(cluster.members[0], 'q', 1)
        stop, confirmed, failures = threading.Event(), set(), []

        def publisher(at):
            number = 0
            while not stop.is_set():
                try:
                    c = connect(cluster.members[at])
                    ch = c.channel(1)
                    ch.confirm()
                    while not stop.is_set():
                        number += 1
                        body = '%d-%d' % (at, number)
                        ch.publish('', 'q', body, delivery_mode=2)
                        if ch.wait_confirms() == []:
                            confirmed.add(body)
                except (client.Closed, client.SocketClosed, client.Timeout, OSError):
                    continue
                except Exception as e:  # noqa: BLE001
                    failures.append(e)
                    return

        threads = [threading.Thread(target=publisher, args=(at,)) for at in (0, 1)]
        for x in threads:
            x.start()
        try:
            for _ in range(100):
                at = rounds.randrange(3)
                cluster.network.pull(at)
                stop.wait(rounds.uniform(0.02, 0.25))  # how long the cut lasts
                cluster.network.plug(at)
                stop.wait(rounds.uniform(0.02, 0.15))
        finally:
            stop.set()
            for x in threads:
                x.join(60)
        assert not failures, failures
        whole(cluster, 60)
        assert len(confirmed) > 100, len(confirmed)
        c = connect(cluster.members[2])
        ch = c.channel(1)
        count = ch.count('q')
        ch.consume('q', no_ack=True)
        there = {ch.deliver().body.decode() for _ in range(count)}
        assert confirmed <= there, sorted(confirmed - there)[:5]


@test
def all_at_once(t):
    """three blank members that list each other and are started at the same time become one cluster"""
    with network.NetworkCluster() as cluster:
        for m in cluster.members:
            for i, other in enumerate(cluster.members):
                m.conf['cluster_formation.classic_config.nodes.%d' % (i + 1)] = other.name
            m.conf['cluster_formation.peer_discovery_backend'] = 'classic_config'
        cluster.start()
        whole(cluster)
        assert sorted(json.loads(cluster.tools[1].ok('cluster_status', '--formatter', 'json').out)['disk_nodes']) == cluster.names()
