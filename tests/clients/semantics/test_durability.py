"""What survives a restart, clean or by kill -9."""
import os
import signal
import socket
import subprocess

import broker as brokers
from broker import Skip, definitions, permission, user
from conformance.client import outcome
from testkit import test


class Restart:
    def __init__(self, b, kill):
        self.b, self.kill = b, kill

    def __call__(self):
        self.b.restart(kill=self.kill)


def both(claim):
    """Runs a test once with a clean stop and once with kill -9."""
    for kill in (False, True):
        def run(t, kill=kill):
            b = t.start()
            claim(t, b, Restart(b, kill))
        test(run, title='%s (%s)' % (claim.__doc__, 'kill -9' if kill else 'SIGTERM'))
    return claim


@both
def persistent_messages(t, b, restart):
    """confirmed persistent messages of durable queues are there again, in order, whole"""
    ch = t.channel(broker=b)
    ch.declare('d', durable=True)
    ch.confirm()
    props = {'content_type': 'a/b', 'headers': {'n': 1, 't': {'x': [1, 'z']}}, 'delivery_mode': 2, 'priority': 3,
             'message_id': 'id', 'timestamp': 1700000000}
    sizes = [0, 1, 100, 4095, 4096, 4097, 70000, 300000]
    for n in range(400):
        ch.publish('', 'd', bytes([n % 256]) * sizes[n % 8], **props)
    ch.wait_confirms()
    restart()
    ch = t.channel(broker=b)
    assert ch.declare('d', durable=True) == ('d', 400, 0)
    for n in range(400):
        got = ch.get('d')
        assert got.body == bytes([n % 256]) * sizes[n % 8], n
        assert {k: v for k, v in got.props.items() if k != 'headers'} == \
            {k: v for k, v in props.items() if k != 'headers'} and got.headers() == props['headers']
        assert (got.exchange, got.routing_key) == ('', 'd')


@both
def acked_messages_stay_away(t, b, restart):
    """acked messages do not come back after a second restart; unacked ones do, in order"""
    ch = t.channel(broker=b)
    ch.declare('d', durable=True)
    ch.confirm()
    for n in range(200):
        ch.publish('', 'd', '%d' % n, delivery_mode=2)
    ch.wait_confirms()
    ch.consume('d')
    for d in ch.deliveries(200):
        if int(d.body) % 3:
            ch.ack(d.delivery_tag)
    ch.c.close()  # the acks were processed before close-ok
    restart()
    ch = t.channel(broker=b)
    first = [int(x) for x in ch.bodies('d')]
    assert set(first) >= set(range(0, 200, 3)) and first == sorted(first)
    if not restart.kill:  # an ack needs no sync, so kill -9 straight after may bring acked messages back
        assert first == list(range(0, 200, 3)), first
        ch.c.close()
        restart()
        assert t.channel(broker=b).count('d') == 0


@both
def topology(t, b, restart):
    """durable exchanges, queues and bindings come back, transient ones do not"""
    ch = t.channel(broker=b)
    ch.exchange('dx', 'topic', {'alternate-exchange': 'amq.fanout'}, durable=True)
    ch.exchange('dx2', 'headers', durable=True, internal=True)
    ch.exchange('tx', 'fanout')
    ch.declare('dq', {'x-max-length': 2, 'x-max-priority': 3}, durable=True)
    ch.declare('dad', durable=True, auto_delete=True)
    ch.declare('tq')
    ch.bind('dq', 'dx', 'a.#')
    ch.bind('tq', 'dx', 'a.#')
    ch.bind('dq', 'tx')
    ch.rpc('exchange.bind', destination='dx2', source='dx', routing_key='h.*')
    ch.bind('dq', 'dx2', '', {'x-match': 'any', 'k': 1})
    restart()
    ch = t.channel(broker=b)
    ch.exchange('dx', 'topic', {'alternate-exchange': 'amq.fanout'}, durable=True)
    ch.exchange('dx2', 'headers', durable=True, internal=True)
    assert ch.declare('dq', {'x-max-length': 2, 'x-max-priority': 3}, durable=True) == ('dq', 0, 0)
    assert ch.declare('dad', durable=True, auto_delete=True) == ('dad', 0, 0)
    for key, headers in (('a.b', None), ('h.z', {'k': 1})):
        ch.publish('dx', key, key, headers=headers)
        assert ch.get_soon('dq').body == key.encode()
    for name in ('tq',):
        assert outcome(lambda: t.channel(broker=b).declare(name, passive=True))['channel.close'] == 404
    assert outcome(lambda: t.channel(broker=b).exchange('tx', passive=True))['channel.close'] == 404


@both
def transient_messages(t, b, restart):
    """transient messages in durable queues are gone, persistent ones around them stay"""
    ch = t.channel(broker=b)
    ch.declare('d', durable=True)
    ch.confirm()
    for n in range(30):
        ch.publish('', 'd', '%d' % n, delivery_mode=(None, 1, 2)[n % 3])
    ch.wait_confirms()
    restart()
    ch = t.channel(broker=b)
    assert ch.bodies('d') == [b'%d' % n for n in range(2, 30, 3)]


@both
def deleted_stays_deleted(t, b, restart):
    """deleted queues, exchanges and bindings, and purged messages, do not come back"""
    ch = t.channel(broker=b)
    ch.confirm()
    for q in ('gone', 'purged', 'again'):
        ch.declare(q, durable=True)
        for n in range(50):
            ch.publish('', q, 'old', delivery_mode=2)
    ch.exchange('gone-x', durable=True)
    ch.bind('purged', 'amq.direct', 'k')
    ch.wait_confirms()
    ch.rpc('queue.delete', queue='gone')
    ch.rpc('queue.delete', queue='again')
    ch.declare('again', durable=True)
    ch.publish('', 'again', 'new', delivery_mode=2)
    ch.rpc('exchange.delete', exchange='gone-x')
    ch.rpc('queue.unbind', queue='purged', exchange='amq.direct', routing_key='k')
    ch.rpc('queue.purge', queue='purged')
    ch.publish('', 'again', 'last', delivery_mode=2)  # what was settled before a confirm is written before it
    ch.wait_confirms()
    restart()
    ch = t.channel(broker=b)
    assert ch.count('purged') == 0
    again = ch.bodies('again')
    assert again == [b'new', b'last'], again[:5]
    ch.publish('amq.direct', 'k', mandatory=True)
    assert ch.expect('basic.return')
    assert outcome(lambda: ch.declare('gone', passive=True))['channel.close'] == 404
    assert outcome(lambda: t.channel(broker=b).exchange('gone-x', passive=True))['channel.close'] == 404


@both
def priority_and_lazy(t, b, restart):
    """priority and lazy queues come back in their order"""
    ch = t.channel(broker=b)
    ch.declare('p', {'x-max-priority': 3}, durable=True)
    ch.declare('l', {'x-queue-mode': 'lazy'}, durable=True)
    ch.confirm()
    for n in range(100):
        ch.publish('', 'p', '%d' % n, priority=n % 4, delivery_mode=2)
        ch.publish('', 'l', '%d' % n, delivery_mode=2)
    ch.wait_confirms()
    restart()
    ch = t.channel(broker=b)
    assert [int(x) for x in ch.bodies('p')] == [n for p in (3, 2, 1, 0) for n in range(100) if n % 4 == p]
    assert ch.bodies('l') == [b'%d' % n for n in range(100)]


@both
def ttl_runs_on(t, b, restart):
    """a message that expired while the node was down, or soon after, is not delivered"""
    ch = t.channel(broker=b)
    ch.declare('ttl', {'x-message-ttl': 1500, 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'dead'},
               durable=True)
    ch.declare('dead', durable=True)
    ch.confirm()
    ch.publish('', 'ttl', 'x', delivery_mode=2)
    ch.wait_confirms()
    restart()
    ch = t.channel(broker=b)
    assert ch.get_soon('dead', timeout=30).headers()['x-death'][0]['reason'] == 'expired'
    assert ch.count('ttl') == 0


@test
def redelivered_after_restart(t):
    """after a restart messages that were delivered before may be flagged, never the other way round"""
    b = t.start()
    ch = t.channel(broker=b)
    ch.declare('d', durable=True)
    ch.confirm()
    for n in range(10):
        ch.publish('', 'd', '%d' % n, delivery_mode=2)
    ch.wait_confirms()
    b.restart()
    assert t.channel(broker=b).bodies('d') == [b'%d' % n for n in range(10)]


@test
def clean_stop(t):
    """SIGTERM closes every connection with 320, cancels nothing silently, exits with 0"""
    b = t.start()
    connections = [t.connect(broker=b) for _ in range(5)]
    for c in connections:
        ch = c.channel()
        ch.consume(ch.queue())
    b.signal(signal.SIGTERM)
    for c in connections:
        end = c.wait_closed(30)
        assert end.captured() == {'connection.close': 320, 'class_method': (0, 0), 'text':
                                  "CONNECTION_FORCED - broker forced connection closure with reason 'shutdown'"}
    code = b.stop()
    assert code == 0, code


@test
def stop_while_busy(t):
    """SIGTERM under confirmed load loses nothing that was confirmed"""
    b = t.start()
    ch = t.channel(broker=b)
    ch.declare('busy', durable=True)
    ch.confirm()
    sent = 0
    try:
        while True:
            ch.publish('', 'busy', '%d' % sent, delivery_mode=2)
            sent += 1
            if sent == 3000:
                b.signal(signal.SIGTERM)
            if sent % 100 == 0:
                ch.c.pump(0.001)
    except Exception:  # noqa: BLE001 - the broker closes in whatever way, that is the point
        pass
    try:
        ch.c.pump(10)
    except Exception:  # noqa: BLE001
        pass
    for e in list(ch.c.inbox[1]):
        if e.name == 'basic.ack':
            ch.note_confirm(e)
    b.stop()
    b.start()
    there = {int(x) for x in t.channel(broker=b).bodies('busy')}
    missing = {tag - 1 for tag in ch.acks} - there
    assert not missing, 'confirmed but gone: %s' % sorted(missing)[:10]


@test
def start_twice(t):
    """a second process on the same data directory refuses to start and says why"""
    if brokers.target() != 'warren':
        raise Skip('about the binary')
    b = t.start()
    other = brokers.Warren(data_dir=b.dir, port=brokers.free_port())
    t.cleanup(other.destroy)
    argv, environment = other.command(other.write_conf())
    done = subprocess.run(argv, env=environment, capture_output=True, timeout=30, text=True)
    assert done.returncode != 0, done
    assert b.dir in done.stdout + done.stderr, done
    t.channel(broker=b).queue()


@test
def port_taken(t):
    """a port in use is an error at start that names it"""
    if brokers.target() != 'warren':
        raise Skip('about the binary')
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        s.listen()
        other = brokers.make(port=s.getsockname()[1])
        t.cleanup(other.destroy)
        argv, environment = other.command(other.write_conf())
        done = subprocess.run(argv, env=environment, capture_output=True, timeout=30, text=True)
        assert done.returncode != 0 and str(other.port) in done.stdout + done.stderr, done


@test
def bad_configuration(t):
    """an unknown key stops the start, named with its line"""
    if brokers.target() != 'warren':
        raise Skip('about the binary')
    b = brokers.make(conf={'handshake_timeoot': '5'})
    t.cleanup(b.destroy)
    argv, environment = b.command(b.write_conf())
    done = subprocess.run(argv, env=environment, capture_output=True, timeout=30, text=True)
    out = done.stdout + done.stderr
    assert done.returncode != 0 and 'handshake_timeoot' in out and 'handshake_timeout' in out, done


@test
def users_survive(t):
    """users, permissions and vhosts of the definitions survive a start without them"""
    b = t.start(definitions=definitions(vhosts=['v'], users=[user('u')], permissions=[permission('u', 'v')]))
    b.stop()
    b.definitions = None
    b.start()
    ch = t.channel(broker=b, user='u', password='u', vhost='v')
    ch.queue()
    assert outcome(lambda: t.connect(broker=b, user='u', password='no', vhost='v'))['connection.close'] == 403


@test
def definitions_make_objects(t):
    """queues, exchanges and bindings of the definitions are there at the first start and stay as they are later"""
    made = definitions(
        queues=[{'name': 'dq', 'vhost': '/', 'durable': True, 'auto_delete': False, 'arguments': {'x-max-length': 7}}],
        exchanges=[{'name': 'dx', 'vhost': '/', 'type': 'topic', 'durable': True, 'auto_delete': False,
                    'internal': False, 'arguments': {}}],
        bindings=[{'source': 'dx', 'vhost': '/', 'destination': 'dq', 'destination_type': 'queue',
                   'routing_key': 'a.#', 'arguments': {}}])
    b = t.start(definitions=made)
    for _ in range(2):
        ch = t.channel(broker=b)
        ch.declare('dq', {'x-max-length': 7}, durable=True)
        ch.publish('dx', 'a.b', '1')
        assert ch.get_soon('dq').body == b'1'
        b.restart()


@test
def bad_definitions_stop_the_boot(t):
    """definitions that cannot be loaded stop the boot"""
    if brokers.target() != 'warren':
        raise Skip('about the binary')
    b = brokers.make(definitions={'users': 'nonsense'})
    t.cleanup(b.destroy)
    argv, environment = b.command(b.write_conf())
    done = subprocess.run(argv, env=environment, capture_output=True, timeout=30, text=True)
    assert done.returncode != 0, done


@test
def port_by_environment(t):
    """RABBITMQ_NODE_PORT and RABBITMQ_NODENAME are honoured"""
    if brokers.target() != 'warren':
        raise Skip('about the binary')
    b = brokers.make()
    t.cleanup(b.destroy)
    b.conf['listeners.tcp.default'] = None
    argv, environment = b.command(b.write_conf())
    environment.update(RABBITMQ_NODE_PORT=str(b.port), RABBITMQ_NODENAME=b.name)
    b.command = lambda _conf: ([argv[0]] + argv[3:], environment)
    assert argv[1] == '--name' and os.path.exists(argv[0])
    b.start()
    t.channel(broker=b).queue()
