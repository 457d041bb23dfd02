"""Nodes that make a cluster: named processes of this machine with one cookie and a port mapper of their own."""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
CLIENTS = os.path.join(os.path.dirname(HERE), 'clients')
for folder in (CLIENTS, os.path.join(CLIENTS, 'ctl')):
    if folder not in sys.path:
        sys.path.append(folder)

import broker as brokers  # noqa: E402
import tool as tools  # noqa: E402


class Member(brokers.Warren):
    def __init__(self, short, epmd_port, **how):
        self.short = short
        super().__init__(**how)
        self.environment = dict(tools.ENVIRONMENT, ERL_EPMD_PORT=str(epmd_port), RABBITMQ_DIST_PORT=str(brokers.free_port()), HOME=self.work)

    @property
    def name(self):
        return self.short + '@localhost'


class MemberTool(tools.Tool):
    def __init__(self, member):
        super().__init__(member)
        self.environment = member.environment

    def __call__(self, *words, environment=None, **how):
        return super().__call__(*words, environment=dict(self.environment, **(environment or {})), **how)


class Cluster:
    def __init__(self, names=('ref1', 'ref2', 'ref3'), conf=None, **how):
        if brokers.target() != 'warren':
            raise brokers.Skip('clusters of our own nodes')
        port = brokers.free_port()
        self.members = [Member(n, port, conf=dict({'net_ticktime': '4'}, **(conf or {})), **how) for n in names]
        self.tools = [MemberTool(m) for m in self.members]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for m in self.members:
            m.destroy()

    def start(self):
        for m in self.members:
            m.start(wait=False)
        for m in self.members:
            m.wait_port()
        return self

    def join(self, one, to=0):
        t = self.tools[one]
        t.ok('stop_app')
        r = t.ok('join_cluster', self.members[to].name)
        t.ok('start_app')
        return r

    def form(self):
        self.start()
        for i in range(1, len(self.members)):
            self.join(i)
        return self

    def running(self, at=0):
        """Names that cluster_status of a member lists as running."""
        import json
        r = self.tools[at]('cluster_status', '--formatter', 'json')
        return sorted(json.loads(r.out)['running_nodes']) if r.code == 0 else []

    def names(self, *which):
        return sorted(self.members[i].name for i in (which or range(len(self.members))))
