"""What the configuration says about the start: definitions, passwords in them, the message of the day, failing vhosts."""
import os
import tempfile

import broker as brokers
from broker import Skip, definitions, poll, user
from conformance.client import ConnectionClosed, SocketClosed
from semantics.test_supervision import Hooked
from testkit import test


def only_warren():
    if brokers.target() != 'warren':
        raise Skip('about Warren\'s own log and exit')


def with_queue(name):
    return definitions(queues=[{'name': name, 'vhost': '/', 'durable': True, 'auto_delete': False, 'arguments': {}}])


def exists(t, b, queue):
    ch = t.channel(broker=b)
    ch.send('queue.declare', queue=queue, passive=True)
    try:
        ch.expect('queue.declare-ok')
        return True
    except Exception as e:  # noqa: BLE001 (404 closes the channel)
        assert '404' in str(e), e
        return False


@test
def definitions_skipped(t):
    """with definitions.skip_if_unchanged the same content is not loaded twice, other content is"""
    only_warren()
    b = t.start(definitions=with_queue('first'), conf={'definitions.skip_if_unchanged': 'true'})
    t.channel(broker=b).rpc('queue.delete', queue='first')
    b.restart()
    assert not exists(t, b, 'first'), 'loaded again'
    assert 'skipped' in b.log_text()
    b.definitions = with_queue('second')
    b.restart()
    assert exists(t, b, 'second') and not exists(t, b, 'first')
    b.conf['definitions.skip_if_unchanged'] = 'false'
    t.channel(broker=b).rpc('queue.delete', queue='second')
    b.restart(kill=True)
    assert exists(t, b, 'second')


def refused(conf, password):
    plain = {'name': 'alice', 'password': password, 'tags': [], 'limits': {}}
    b = brokers.make(definitions=definitions(users=[plain]), conf=conf)
    try:
        b.start()
        return ''
    except AssertionError:
        return b.log_text()
    finally:
        b.destroy()


@test
def passwords_validated(t):
    """a password in a definitions file must satisfy credential_validator; hashes are taken as they are"""
    only_warren()
    length = {'credential_validator.validation_backend': 'rabbit_credential_validator_min_password_length',
              'credential_validator.min_length': '6'}
    why = refused(length, 'short')
    assert 'minimum required password length is 6' in why and 'users[' in why, why
    pattern = {'credential_validator.validation_backend': 'rabbit_credential_validator_password_regexp',
               'credential_validator.regexp': '[0-9]'}
    assert 'provided password does not match the validator regular expression' in refused(pattern, 'letters')
    good = {'name': 'alice', 'password': 'long enough', 'tags': [], 'limits': {}}
    b = t.start(definitions=definitions(users=[good, user('bob', 'no')], vhosts=['v'],
                                        permissions=[brokers.permission('alice', 'v')]), conf=length)
    c = t.raw(broker=b)
    c.handshake(vhost='v', user='alice', password='long enough')


@test
def motd(t):
    """the lines of motd_file are logged at the start; a missing file is no reason to fail"""
    only_warren()
    with tempfile.NamedTemporaryFile('w', suffix='.txt', delete=False) as f:
        f.write('maintenance on Sunday\nask the harbour master\n')
    t.cleanup(os.unlink, f.name)
    text = t.start(conf={'motd_file': f.name}).log_text()
    assert text.index('maintenance on Sunday') < text.index('ask the harbour master')
    t.start(conf={'motd_file': '/nonexistent/motd'})


def exhaust(h, vhost):
    """Its keeper dies more often than a vhost is restarted for."""
    for _ in range(3):
        poll('the vhost is up', lambda: any(p == 'node/vhosts/%s/keeper' % vhost for p in all_paths(h.tree())))
        h.crash('node/vhosts/%s/keeper' % vhost)


def all_paths(node, prefix=''):
    name = prefix + node['name'].replace('%', '%25').replace('/', '%2F')
    yield name
    for child in node['children']:
        yield from all_paths(child, name + '/')


@test
def vhost_fails_continue(t):
    """a vhost that fails too often stays down, and the others serve on"""
    h = Hooked(t, definitions=definitions(vhosts=['doomed']))
    exhaust(h, 'doomed')
    poll('the vhost is gone from the tree', lambda: 'node/vhosts/doomed' not in set(all_paths(h.tree())))
    ch = t.channel(broker=h.b)
    ch.publish('', ch.queue(), b'still here')
    assert h.b.running()


@test
def vhost_fails_stop_node(t):
    """with vhost_restart_strategy = stop_node such a vhost ends the node"""
    h = Hooked(t, definitions=definitions(vhosts=['doomed']), conf={'vhost_restart_strategy': 'stop_node'})
    h.b.told = True  # the end is what is wanted
    try:
        exhaust(h, 'doomed')
    except (AssertionError, ConnectionClosed, SocketClosed):
        pass
    poll('the node ends', lambda: not h.b.running())
    assert h.b.process.returncode == 1, h.b.process.returncode
