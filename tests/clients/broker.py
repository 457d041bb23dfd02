"""Brokers for tests: started on a port of their own with a directory of their own, ended by process id.

`Warren` runs the binary named by WARREN_SERVER (default build/release/bin/warren-server). `RabbitMQ` runs Debian's
rabbitmq-server with the same configuration file, which is how the tests themselves are tested. `External` is a broker
that somebody else runs (WARREN_TEST_BROKER=host:port). All three answer the same calls; what one cannot do skips the
test. Nothing but Python's library is needed.
"""
import atexit
import base64
import ctypes
import hashlib
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Skip(Exception):
    """The test cannot run here; the text says why."""


def password_hash(password, salt=b'\x01\x02\x03\x04'):
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


def user(name, password=None, tags=(), limits=None):
    return {'name': name, 'password_hash': password_hash(name if password is None else password),
            'hashing_algorithm': 'rabbit_password_hashing_sha256', 'tags': list(tags), 'limits': limits or {}}


def permission(user_name, vhost='/', configure='.*', write='.*', read='.*'):
    return {'user': user_name, 'vhost': vhost, 'configure': configure, 'write': write, 'read': read}


def definitions(vhosts=(), users=(), permissions=(), **more):
    """Definitions with the default user and vhost in them, since load_definitions keeps those from being created."""
    out = {'rabbit_version': '3.10.8', 'rabbitmq_version': '3.10.8',
           'users': [user('guest', tags=['administrator'])] + list(users),
           'vhosts': [{'name': '/'}] + [{'name': v} for v in vhosts],
           'permissions': [permission('guest')] + [permission('guest', v) for v in vhosts] + list(permissions),
           'topic_permissions': [], 'parameters': [], 'global_parameters': [], 'policies': [], 'queues': [],
           'exchanges': [], 'bindings': []}
    out.update(more)
    return out


def free_port():
    """A port below the ephemeral range, so that no client socket takes it while its broker is restarted."""
    while True:
        port = random.SystemRandom().randrange(20000, 32000)
        with socket.socket() as s:
            try:
                s.bind(('127.0.0.1', port))
                return port
            except OSError:
                continue


def poll(what, condition, seconds=20.0, step=0.02):
    """Waits until condition() is true; its value. The interval only paces the polling."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError('not within %g s: %s' % (seconds, what))
        time.sleep(step)


def _die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


class _Node:
    """A broker process of ours."""

    start_seconds, stop_seconds = 30.0, 30.0

    def __init__(self, conf=None, definitions=None, data_dir=None, tls=None, environment=None, port=None):
        self.host, self.port = '127.0.0.1', port or free_port()
        self.dist_port = free_port()  # AMQP port + 20000 is where client sockets get theirs: it may be taken at a restart
        self.tls = tls
        self.tls_port = free_port() if tls else None
        self.own_dir = None
        if data_dir is None:
            self.own_dir = tempfile.mkdtemp(prefix='warren-test-')
        self.dir = data_dir or os.path.join(self.own_dir, 'data')
        self.work = self.own_dir or data_dir + '.work'
        os.makedirs(self.dir, exist_ok=True)
        os.makedirs(self.work, exist_ok=True)
        self.conf = dict(conf or {})
        self.definitions = definitions
        self.environment = environment or {}
        self.process, self.told = None, False  # told: we ended it
        self.log_path = os.path.join(self.work, 'console.log')
        atexit.register(self.destroy)

    @property
    def address(self):
        return self.host, self.port

    @property
    def tls_address(self):
        return self.host, self.tls_port

    @property
    def pid(self):
        return self.process.pid

    @property
    def name(self):
        return 't%d@localhost' % self.port

    def write_conf(self):
        lines = {'listeners.tcp.default': '%s:%d' % (self.host, self.port), 'log.console': 'true',
                 'log.console.level': 'info'}
        if self.tls:
            lines['listeners.ssl.default'] = '%s:%d' % (self.host, self.tls_port)
            lines['ssl_options.cacertfile'] = self.tls.path('ca.crt')
            lines['ssl_options.certfile'] = self.tls.path('server.crt')
            lines['ssl_options.keyfile'] = self.tls.path('server.key')
        if self.definitions is not None:
            path = os.path.join(self.work, 'definitions.json')
            with open(path, 'w') as f:
                json.dump(self.definitions, f)
            lines['load_definitions'] = path
        lines.update(self.conf)
        path = os.path.join(self.work, 'rabbitmq.conf')
        with open(path, 'w') as f:
            f.write(''.join('%s = %s\n' % kv for kv in lines.items() if kv[1] is not None))
        return path

    def start(self, wait=True):
        command, environment = self.command(self.write_conf())
        environment.update(self.environment)
        self.log, self.told = open(self.log_path, 'ab'), False
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
                                        env=environment, cwd=self.work, preexec_fn=_die_with_parent)
        if wait:
            self.wait_port()
        return self

    def wait_port(self):
        """Until the broker accepts and answers a protocol header."""
        deadline = time.monotonic() + self.start_seconds
        while True:
            if self.process.poll() is not None:
                raise AssertionError('broker ended with %s:\n%s' % (self.process.returncode, self.log_tail()))
            try:
                with socket.create_connection(self.address, timeout=1) as s:
                    s.settimeout(2)
                    s.sendall(b'AMQP\x00\x00\x09\x01')
                    if s.recv(1):
                        return self
            except OSError:
                pass
            if time.monotonic() > deadline:
                raise AssertionError('broker does not answer:\n' + self.log_tail())
            time.sleep(0.02)

    def running(self):
        return self.process is not None and self.process.poll() is None

    def alive(self):
        return self.running()

    def died(self):
        """Ended without kill() or stop()."""
        return self.process is not None and not self.told and self.process.poll() is not None

    def signal(self, number):
        self.told = self.told or number in (signal.SIGTERM, signal.SIGKILL, signal.SIGINT)
        self.process.send_signal(number)

    def kill(self):
        """kill -9."""
        if self.running():
            self.signal(signal.SIGKILL)
        self._reap(20)

    def stop(self, seconds=None):
        """SIGTERM; returns the exit code."""
        if self.running():
            self.signal(signal.SIGTERM)
        return self._reap(seconds or self.stop_seconds)

    def _reap(self, seconds):
        if self.process is None:
            return None
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.signal(signal.SIGKILL)
            self.process.wait(20)
            raise AssertionError('broker did not end within %g s:\n%s' % (seconds, self.log_tail())) from None
        self.log.close()
        return self.process.returncode

    def restart(self, kill=False):
        self.kill() if kill else self.stop()
        return self.start()

    def log_text(self):
        with open(self.log_path, errors='replace') as f:
            return f.read()

    def log_tail(self, lines=12):
        try:
            return '\n'.join(line[:300] for line in self.log_text().splitlines()[-lines:])
        except OSError:
            return '(no log)'

    def memory_kib(self, field='VmRSS'):
        with open('/proc/%d/status' % self.pid) as f:
            for line in f:
                if line.startswith(field + ':'):
                    return int(line.split()[1])
        raise AssertionError('no %s of %d' % (field, self.pid))

    def destroy(self):
        atexit.unregister(self.destroy)
        if self.running():
            self.kill()
        if os.environ.get('WARREN_TEST_KEEP') and self.own_dir:
            print('kept:', self.own_dir)
        elif self.own_dir:
            shutil.rmtree(self.own_dir, ignore_errors=True)


class Warren(_Node):
    kind = 'warren'

    def command(self, conf):
        binary = os.environ.get('WARREN_SERVER') or os.path.join(ROOT, 'build/release/bin/warren-server')
        if not os.access(binary, os.X_OK):
            raise Skip('no broker binary at %s (WARREN_SERVER)' % binary)
        environment = {k: v for k, v in os.environ.items() if not k.startswith('RABBITMQ_')}
        environment['RABBITMQ_DIST_PORT'] = str(self.dist_port)
        return [binary, '--name', self.name, '--data-dir', self.dir, '--config', conf], environment


class RabbitMQ(_Node):
    kind = 'rabbitmq'
    start_seconds, stop_seconds = 180.0, 180.0
    epmd_port = '4390'
    plugins = ('rabbitmq_consistent_hash_exchange,rabbitmq_random_exchange,rabbitmq_recent_history_exchange,'
               'rabbitmq_auth_mechanism_ssl')

    def command(self, conf):
        binary = '/usr/lib/rabbitmq/bin/rabbitmq-server'
        if not os.access(binary, os.X_OK):
            raise Skip('rabbitmq-server is not installed')
        environment = {k: v for k, v in os.environ.items() if not k.startswith('RABBITMQ_')}
        environment.update({
            'HOME': self.work, 'RUNNING_UNDER_SYSTEMD': 'true', 'ERL_EPMD_PORT': self.epmd_port,
            'RABBITMQ_NODENAME': self.name, 'RABBITMQ_NODE_PORT': str(self.port),
            'RABBITMQ_DIST_PORT': str(self.dist_port), 'RABBITMQ_MNESIA_BASE': self.dir,
            'RABBITMQ_LOG_BASE': os.path.join(self.work, 'log'), 'RABBITMQ_CONFIG_FILE': conf,
            'RABBITMQ_PID_FILE': os.path.join(self.work, 'pid'), 'RABBITMQ_ENABLED_PLUGINS': self.plugins,
            'RABBITMQ_CONF_ENV_FILE': '/dev/null', 'RABBITMQ_ADVANCED_CONFIG_FILE': '/nonexistent'})
        return [binary], environment


class External:
    """A broker of somebody else's at host:port, with the tests' definitions loaded; cannot be started or ended."""
    kind = 'external'

    def __init__(self, address):
        host, port = address.rsplit(':', 1)
        self.host, self.port, self.address = host, int(port), (host, int(port))

    def start(self):
        return self

    def destroy(self):
        pass

    def __getattr__(self, what):
        raise Skip('needs a broker of its own (%s)' % what)


def target():
    return os.environ.get('WARREN_TEST_BROKER', 'warren')


def make(**how):
    """A broker of the kind that is tested, not started yet."""
    which = target()
    if which == 'warren':
        return Warren(**how)
    if which == 'rabbitmq':
        return RabbitMQ(**how)
    if any(how.get(k) for k in ('conf', 'tls', 'environment', 'data_dir')):
        raise Skip('needs a broker of its own')
    return External(which)
