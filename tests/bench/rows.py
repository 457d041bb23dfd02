"""What is measured: one entry a row of the tables in README.md.

Options are amqpbench's (tests/bench/README.md). `messages` is (Warren, peer): enough for some seconds each. `floor` says
what Warren must reach: `times` the peer's value, or `at_most` an absolute one.
"""
from dataclasses import dataclass, field


@dataclass
class Row:
    key: str
    title: str
    unit: str
    options: list = field(default_factory=list)
    messages: tuple = (0, 0)
    value: str = 'con_rate'  # of amqpbench's line; dots descend
    times: float = None      # at least, as a multiple of the peer (for latency: at most)
    at_most: float = None
    higher_is_better: bool = True
    kind: str = 'load'       # load, drain, rss, idle, backlog, start, crossing
    peer: bool = True        # measured on the peer too with --compare


KIB = ['--size', '1024']
DURABLE = KIB + ['--persistent', '1', '--durable', '1', '--autoack', '0', '--prefetch', '256', '--multiack', '32']

THROUGHPUT = [
    Row('publish', 'publish only, 16 B transient', 'msg/s', ['--mode', 'publish'], (6_000_000, 1_000_000), 'pub_rate', 20),
    Row('e2e', 'end to end, 16 B transient, automatic acks, 1 producer, 1 consumer', 'msg/s', [], (6_000_000, 1_000_000), times=14),
    Row('e2e-1k', 'end to end, 1 KiB transient', 'msg/s', KIB, (1_500_000, 400_000), times=6),
    Row('e2e-1k-4x4', 'end to end, 1 KiB, 4 producers, 4 consumers, 1 queue', 'msg/s',
        KIB + ['--producers', '4', '--consumers', '4'], (1_500_000, 400_000), times=6),
    Row('e2e-1k-4x4q', 'the same over 4 queues', 'msg/s',
        KIB + ['--producers', '4', '--consumers', '4', '--queues', '4'], (1_500_000, 400_000), times=6),
    Row('durable', '1 KiB persistent, durable queue, confirms window 256, prefetch 256, acks of 32', 'msg/s',
        DURABLE + ['--confirm', '256'], (600_000, 150_000), times=5),
    Row('durable-w1', 'the same with window 1', 'msg/s', DURABLE + ['--confirm', '1'], (20_000, 8_000), times=2),
    Row('drain', 'drain of 2 million 16 B messages', 'msg/s', [], (2_000_000, 2_000_000), times=20, kind='drain'),
    Row('fanout', 'fan-out to 10 queues, 100 B (deliveries per second)', 'msg/s',
        ['--exchange', 'fanout', '--queues', '10', '--size', '100'], (500_000, 80_000), times=11),
    Row('topic', 'topic exchange with 1,000 bindings, each message matching one', 'msg/s',
        ['--exchange', 'topic', '--bindings', '1000', '--size', '100'], (2_000_000, 200_000), times=15),
    Row('latency', 'latency at 20,000 msg/s, 100 B: p99', 'ms',
        ['--mode', 'latency', '--rate', '20000', '--size', '100'], (200_000, 200_000), 'latency.p99_us', times=0.5,
        higher_is_better=False),
]

ABSOLUTE = [
    Row('rss', 'resident memory, idle node', 'MB', at_most=30, higher_is_better=False, kind='rss'),
    Row('connections', 'added by 1,000 idle connections with a channel each', 'MB', ['--connections-idle', '1000'],
        at_most=25, higher_is_better=False, kind='idle'),
    Row('queues', 'added by 10,000 idle queues', 'MB', ['--queues-idle', '10000'], at_most=40, higher_is_better=False, kind='idle'),
    Row('backlog', 'added by 10 million 16 B messages in one queue', 'MB', [], (10_000_000, 0), at_most=80,
        higher_is_better=False, kind='backlog', peer=False),
    Row('start', 'empty start to an answering port', 's', at_most=0.3, higher_is_better=False, kind='start'),
    Row('restart', 'restart with 2 million persistent 100 B messages', 's', messages=(2_000_000, 500_000), at_most=1,
        higher_is_better=False, kind='restart'),
    Row('restart-kill', 'the same after kill -9', 's', messages=(2_000_000, 500_000), at_most=2, higher_is_better=False,
        kind='restart'),
]

# Publish at one node, consume at another, from a queue on the third: against a cluster of three of the peer's.
CROSSING = [
    Row('crossing', 'across three nodes, 16 B transient', 'msg/s', [], (2_000_000, 300_000), times=4, kind='crossing'),
    Row('crossing-1k', 'across three nodes, 1 KiB transient', 'msg/s', KIB, (500_000, 150_000), times=4, kind='crossing'),
    Row('crossing-durable', 'across three nodes, 1 KiB persistent, confirms window 256, acks of 32', 'msg/s',
        DURABLE + ['--confirm', '256'], (200_000, 60_000), times=4, kind='crossing'),
]

ROWS = THROUGHPUT + ABSOLUTE + CROSSING


def chosen(names):
    """The rows of a list of keys; all when it is empty. Raises KeyError with the first unknown one."""
    by_key = {row.key: row for row in ROWS}
    return [by_key[name] for name in names] if names else list(ROWS)


def passes(row, value, peer_value):
    """True, False, or None when it cannot be told."""
    if row.at_most is not None:
        return value <= row.at_most
    if row.times is None or not peer_value:
        return None
    return value / peer_value >= row.times if row.higher_is_better else value / peer_value <= row.times
