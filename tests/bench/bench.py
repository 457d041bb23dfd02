#!/usr/bin/env python3
"""Measures Warren, with --compare against Debian's rabbitmq-server in turn, and stores the table under build/bench/.

    ./dev bench [--compare] [--rows a,b] [--runs 3] [--list]

Exit status 0 when every run ended well and every floor that could be judged was reached.
"""
import argparse
import os
import shutil
import signal
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import brokers  # noqa: E402
import measure  # noqa: E402
import report  # noqa: E402
import rows  # noqa: E402
import trio  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def install_rabbitmq():
    """Debian's package, without starting its service."""
    if os.access('/usr/lib/rabbitmq/bin/rabbitmq-server', os.X_OK):
        return
    as_root = [] if os.geteuid() == 0 else ['sudo']
    print('installing rabbitmq-server', file=sys.stderr)
    # RUNLEVEL=1 keeps invoke-rc.d from starting the service.
    subprocess.run([*as_root, 'env', 'DEBIAN_FRONTEND=noninteractive', 'RUNLEVEL=1', 'apt-get', '-qq', 'install', '-y',
                    '--no-install-recommends', 'rabbitmq-server'], check=True, stdin=subprocess.DEVNULL, stdout=sys.stderr)


def measure_row(bench, row, kinds, runs, base):
    """The values of each kind, taken in turn: A B A B."""
    values = {kind: [] for kind in kinds}
    failures = []
    for turn in range(runs):
        for kind in kinds:
            if kind is not brokers.Warren and not row.peer:
                continue
            try:
                run = trio.crossing if row.kind == 'crossing' else measure.run
                value, _ = run(bench, row, kind, base)
            except (measure.Failed, AssertionError) as e:
                failures.append('%s, run %d: %s' % (kind.title, turn + 1, e))
                print('  %s: %s' % (kind.title, e), file=sys.stderr)
                continue
            values[kind].append(value)
            print('  %-9s %s %s' % (kind.title, report.number(value, row.unit), row.unit), file=sys.stderr, flush=True)
    return values, failures


def main():
    parser = argparse.ArgumentParser(prog='./dev bench', description=__doc__.split('\n')[0])
    parser.add_argument('--compare', action='store_true', help="measure Debian's rabbitmq-server too (installed if missing)")
    parser.add_argument('--only-peer', action='store_true', help='measure only rabbitmq-server: to try this program itself')
    parser.add_argument('--rows', default='', help='keys, separated by commas (all)')
    parser.add_argument('--runs', type=int, default=3)
    parser.add_argument('--scale', type=float, default=1, help='share of the messages: to try this program, not to measure')
    parser.add_argument('--list', action='store_true', help='print the keys of the rows')
    options = parser.parse_args()
    if options.list:
        for row in rows.ROWS:
            print('%-13s %s' % (row.key, row.title))
        return 0
    try:
        wanted = rows.chosen([name for name in options.rows.split(',') if name])
    except KeyError as e:
        parser.error('there is no row %s; --list prints them' % e)

    for row in wanted:
        row.messages = tuple(max(1000, int(n * options.scale)) if n else 0 for n in row.messages)

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the brokers are ended
    build = os.path.join(ROOT, 'build', 'bench')
    base = os.path.join(build, 'nodes')
    os.makedirs(base, exist_ok=True)
    if options.compare or options.only_peer:
        install_rabbitmq()
    kinds = [brokers.RabbitMQ] if options.only_peer else [brokers.Warren] + ([brokers.RabbitMQ] if options.compare else [])
    result = report.Report(ROOT, options.runs)
    try:
        bench = measure.Amqpbench(ROOT, build)
        for row in wanted:
            print(row.title, file=sys.stderr, flush=True)
            values, failures = measure_row(bench, row, kinds, options.runs, base)
            own, peer = values.get(brokers.Warren, []), values.get(brokers.RabbitMQ, [])
            result.add(row, own, peer, None, failures)
            last = result.rows[-1]
            if last['value'] is not None:
                last['ok'] = rows.passes(row, last['value'], last['peer_value'])
    except measure.Failed as e:
        print(e, file=sys.stderr)
        return 2
    finally:
        brokers.end_epmd()
        shutil.rmtree(base, ignore_errors=True)
    path = result.store(build)
    print(result.markdown())
    print('stored as %s' % os.path.relpath(path, ROOT))
    return 0 if all(r['ok'] is not False and not r['failures'] for r in result.rows) else 1


if __name__ == '__main__':
    sys.exit(main())
