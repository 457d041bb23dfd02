"""A network of this test's own: hosts that are network namespaces, on a switch that is one too. A cable can be pulled."""
import contextlib
import ctypes
import os
import shutil
import subprocess

import members
from broker import Skip

CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


def _ip(*words):
    done = subprocess.run(['ip', *words], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        raise AssertionError('ip %s: %s' % (' '.join(words), done.stderr.strip()))


class Network:
    def __init__(self, hosts):
        if os.geteuid() != 0 or not shutil.which('ip'):
            raise Skip('needs root and iproute2 for networks of its own')
        self.tag = 'warren-%d-%d' % (os.getpid(), id(self) % 10000)
        self.made = []
        try:
            try:
                self.switch = self._namespace('switch')
                _ip('-n', self.switch, 'link', 'add', 'br0', 'type', 'bridge')
                _ip('-n', self.switch, 'link', 'set', 'br0', 'up')
                self.hosts = [self._host(i) for i in range(hosts)]
            except AssertionError as e:
                raise Skip('networks of its own are not permitted here: %s' % e) from None
        except BaseException:
            self.close()
            raise

    def _namespace(self, name):
        name = '%s-%s' % (self.tag, name)
        _ip('netns', 'add', name)
        self.made.append(name)
        _ip('-n', name, 'link', 'set', 'lo', 'up')
        return name

    def _host(self, i):
        name = self._namespace('h%d' % i)
        _ip('-n', self.switch, 'link', 'add', 'p%d' % i, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name)
        _ip('-n', self.switch, 'link', 'set', 'p%d' % i, 'master', 'br0', 'up')
        _ip('-n', name, 'addr', 'add', self.address(i) + '/24', 'dev', 'eth0')
        _ip('-n', name, 'link', 'set', 'eth0', 'up')
        return name

    @staticmethod
    def address(i):
        return '10.99.0.%d' % (i + 1)

    def close(self):
        for name in reversed(self.made):
            subprocess.run(['ip', 'netns', 'del', name], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.made = []

    @contextlib.contextmanager
    def inside(self, i):
        """This thread, its new sockets and the processes that it starts are on that host."""
        with open('/proc/thread-self/ns/net') as home, open('/run/netns/' + self.hosts[i]) as there:
            self._enter(there)
            try:
                yield
            finally:
                self._enter(home)

    @staticmethod
    def _enter(namespace):
        if _libc.setns(namespace.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), 'setns')

    def pull(self, i):
        """The cable between the host and the switch: no carrier on either side."""
        _ip('-n', self.switch, 'link', 'set', 'p%d' % i, 'down')

    def plug(self, i):
        _ip('-n', self.switch, 'link', 'set', 'p%d' % i, 'up')

    def lose_packets_to(self, i):
        """The link is up and carries what the host sends; the switch forgets the way to it and does not ask."""
        self._port(i, 'off')
        _ip('-n', self.switch, 'link', 'set', 'p%d' % i, 'type', 'bridge_slave', 'fdb_flush')

    def lose_no_packets_to(self, i):
        self._port(i, 'on')

    def _port(self, i, how):
        _ip('-n', self.switch, 'link', 'set', 'p%d' % i, 'type', 'bridge_slave', 'learning', how, 'flood', how, 'mcast_flood', how, 'bcast_flood', how)


class NetworkMember(members.Member):
    def __init__(self, network, place, **how):
        self.network, self.place = network, place
        super().__init__('rmq%d' % (place + 1), 4369, **how)
        self.host = network.address(place)
        self.environment['RABBITMQ_USE_LONGNAME'] = 'true'

    @property
    def name(self):
        return '%s@%s' % (self.short, self.network.address(self.place))

    def inside(self):
        return self.network.inside(self.place)

    def start(self, wait=True):
        with self.inside():
            return super().start(wait)

    def wait_port(self):
        with self.inside():
            return super().wait_port()


class NetworkTool(members.MemberTool):
    def __init__(self, member):
        super().__init__(member)
        self.member = member

    def __call__(self, *words, **how):
        with self.member.inside():
            return super().__call__(*words, **how)


class NetworkCluster(members.Cluster):
    """Three members, each on a host of its own."""

    def __init__(self, count=3, conf=None):
        self.network = Network(count)
        self.members = [NetworkMember(self.network, i, conf=dict({'net_ticktime': '4', 'loopback_users.guest': 'false'}, **(conf or {}))) for i in range(count)]
        self.tools = [NetworkTool(m) for m in self.members]

    def __exit__(self, *_):
        super().__exit__()
        self.network.close()
