"""Three nodes as one cluster, for what it costs to cross from one to another."""
import json
import os
import subprocess
import sys

import brokers
from measure import Failed

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'clients'))
from broker import free_port, poll  # noqa: E402
from conformance import client  # noqa: E402

QUEUE = 'ab0'  # amqpbench's first one


class _Member:
    """One of three: they have a cookie and a list of each other."""

    def set_up(self, place, names, epmd_port):
        self.short = names[place]
        self.environment = {'RABBITMQ_ERLANG_COOKIE': 'MEASUREDTOGETHER', 'ERL_EPMD_PORT': str(epmd_port), 'RABBITMQ_DIST_PORT': str(free_port()),
                            'HOME': self.work}
        self.conf['cluster_formation.peer_discovery_backend'] = 'classic_config'
        for i, name in enumerate(names):
            self.conf['cluster_formation.classic_config.nodes.%d' % (i + 1)] = name + '@localhost'
        return self

    @property
    def name(self):
        return self.short + '@localhost'


class WarrenMember(_Member, brokers.Warren):
    pass


class RabbitMQMember(_Member, brokers.RabbitMQ):
    def command(self, conf):
        command, environment = super().command(conf)
        path = os.path.join(self.work, '.erlang.cookie')
        if not os.path.exists(path):
            with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o400), 'w') as f:
                f.write('MEASUREDTOGETHER')
        return command, environment


class Trio:
    def __init__(self, kind, base):
        member = RabbitMQMember if kind.kind == 'rabbitmq' else WarrenMember
        epmd_port = brokers.RabbitMQ.epmd_port if kind.kind == 'rabbitmq' else free_port()
        names = ['bench%d' % (i + 1) for i in range(3)]
        self.members = [brokers.fresh(member, os.path.join(base, name)).set_up(i, names, epmd_port) for i, name in enumerate(names)]

    def __enter__(self):
        for m in self.members:  # the first of the list founds the cluster
            m.start()
        channel = self.channel(2)
        channel.declare('here?')
        for place in (0, 1):
            poll('the three nodes are one cluster', lambda: self.knows(place, 'here?'), 60)
        return self

    def __exit__(self, *_):
        for m in self.members:
            if m.running():
                m.kill()
            m.destroy()

    def channel(self, place):
        return client.Connection(self.members[place].address).handshake('/', user='guest', password='guest').channel(1)

    def knows(self, place, queue):
        channel = self.channel(place)
        try:
            channel.declare(queue, passive=True)
            return True
        except client.Closed:
            return False
        finally:
            channel.c.abort()


def crossing(bench, row, kind, base):
    """Messages a second from a producer on one node, through a queue on a third, to a consumer on the second."""
    messages = row.messages[0 if kind.kind == 'warren' else 1]
    with Trio(kind, base) as trio:
        durable = '--durable' in row.options
        trio.channel(2).declare(QUEUE, durable=durable)
        common = [bench.program, '--host', '127.0.0.1', '--messages', str(messages), '--keep', '1', *row.options]
        # A drain takes any number that it is told, if the queue's type is not 'classic': here it begins before the messages come.
        consumer = subprocess.Popen([*common, '--mode', 'drain', '--qtype', 'any', '--port', str(trio.members[1].port)],
                                    stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        producer = subprocess.Popen([*common, '--mode', 'publish', '--port', str(trio.members[0].port)],
                                    stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            took, took_errors = consumer.communicate(timeout=300)
            sent, sent_errors = producer.communicate(timeout=60)
        finally:
            for p in (consumer, producer):
                if p.poll() is None:
                    p.kill()
        took, sent = line_of(took), line_of(sent)
        if consumer.returncode != 0 or took.get('consumed') != messages:
            raise Failed('the consumer ended with %s: %s %s' % (consumer.returncode, took, took_errors[-300:]))
        # It expects its messages to be still there; they have been consumed.
        if [e for e in sent.get('errors', ['no answer']) if not e.startswith('broker holds ')]:
            raise Failed('the producer ended with %s: %s %s' % (producer.returncode, sent, sent_errors[-300:]))
        return took['con_rate'], took


def line_of(text):
    return json.loads(text.splitlines()[-1]) if text.startswith('{') else {}
