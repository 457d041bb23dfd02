"""The table of a measurement, as Markdown and JSON."""
import json
import os
import platform
import statistics
import subprocess
import time


def machine():
    with open('/proc/cpuinfo') as f:
        model = next((line.split(':', 1)[1].strip() for line in f if line.startswith('model name')), platform.machine())
    with open('/proc/meminfo') as f:
        memory = int(f.readline().split()[1]) / 1024 / 1024
    return '%d × %s, %.0f GiB, Linux %s' % (os.cpu_count(), model, memory, platform.release())


def revision(root):
    done = subprocess.run(['git', '-C', root, 'describe', '--always', '--dirty'], stdout=subprocess.PIPE, text=True)
    return done.stdout.strip() or 'unknown'


def number(value, unit):
    if value is None:
        return '–'
    if unit == 'msg/s':
        return '{:,.0f}'.format(value)
    return '%.2f' % value if unit in ('s', 'ms') else '%.1f' % value


def floor_text(row):
    if row.at_most is not None:
        return '≤ %g %s' % (row.at_most, row.unit)
    return ('≥ %g ×' if row.higher_is_better else '≤ %g ×') % row.times


class Report:
    def __init__(self, root, runs):
        self.root, self.runs = root, runs
        self.began = time.strftime('%Y-%m-%d %H:%M:%S')
        self.rows = []

    def add(self, row, values, peer_values, verdict, failures):
        self.rows.append({
            'row': row, 'values': values, 'peer_values': peer_values, 'ok': verdict, 'failures': failures,
            'value': statistics.median(values) if values else None,
            'peer_value': statistics.median(peer_values) if peer_values else None})

    def markdown(self):
        lines = ['Measured %s at %s on %s; medians of %d runs in turn.' % (self.began, revision(self.root), machine(), self.runs), '',
                 '| row | Warren | RabbitMQ 3.10.8 | ratio | floor | reached |', '|---|---:|---:|---:|---:|---|']
        for r in self.rows:
            row = r['row']
            ratio = '%.1f ×' % (r['value'] / r['peer_value']) if r['value'] is not None and r['peer_value'] else '–'
            reached = {True: 'yes', False: 'no', None: '–'}[r['ok']] if not r['failures'] else 'failed'
            lines.append('| %s | %s %s | %s | %s | %s | %s |' % (row.title, number(r['value'], row.unit), row.unit,
                                                                number(r['peer_value'], row.unit), ratio, floor_text(row), reached))
        failures = ['- %s: %s' % (r['row'].key, f) for r in self.rows for f in r['failures']]
        return '\n'.join(lines + ([''] + failures if failures else [])) + '\n'

    def store(self, directory):
        """Writes DATE.md and DATE.json; returns the former's path."""
        base = os.path.join(directory, time.strftime('%Y%m%d-%H%M%S'))
        with open(base + '.md', 'w') as f:
            f.write(self.markdown())
        with open(base + '.json', 'w') as f:
            json.dump({'began': self.began, 'revision': revision(self.root), 'machine': machine(), 'runs': self.runs,
                       'rows': [{**r, 'row': r['row'].key, 'title': r['row'].title, 'unit': r['row'].unit} for r in self.rows]}, f, indent=1)
        return base + '.md'
