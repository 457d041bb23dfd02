"""Runs the command-line tools against a node of the tests.

`Tool(kit.broker)` calls warrenctl under RabbitMQ's names, with the node's cookie. A result has `code`, `out` and `err`; `golden` compares
with a text in which `{node}` is the node's name and `<*>` stands for anything within a line.
"""
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))

import broker as brokers  # noqa: E402

COOKIE = 'TESTSOFWARRENCTL'
# One port mapper for all brokers of these tests, away from the machine's own.
ENVIRONMENT = {'RABBITMQ_ERLANG_COOKIE': COOKIE, 'ERL_EPMD_PORT': '4391', 'RABBITMQ_CONF_ENV_FILE': '/dev/null'}
BROKER = {'environment': dict(ENVIRONMENT)}


def binary():
    path = os.environ.get('WARREN_CTL')
    if not path:
        server = os.environ.get('WARREN_SERVER') or os.path.join(brokers.ROOT, 'build/release/bin/warren-server')
        path = os.path.join(os.path.dirname(server), 'warrenctl')
    if not os.access(path, os.X_OK):
        raise brokers.Skip('no warrenctl at %s (WARREN_CTL)' % path)
    return path


class Result:
    def __init__(self, line, code, out, err):
        self.line, self.code, self.out, self.err = line, code, out, err

    def __str__(self):
        return '$ %s\n%s[stderr]\n%s[exit %d]' % (' '.join(self.line), self.out, self.err, self.code)

    def rows(self):
        """Of a table: dictionaries by column, banner left out."""
        lines = [x for x in self.out.split('\n') if '\t' in x]
        names = lines[0].split('\t') if lines else []
        return [dict(zip(names, x.split('\t'))) for x in lines[1:]]


class Tool:
    def __init__(self, broker, name='rabbitmqctl'):
        if brokers.target() != 'warren':
            raise brokers.Skip('the tools talk to our own node')
        self.node, self.name = broker.name, name

    def __call__(self, *words, input='', environment=None, name=None, timeout=60):
        e = {k: v for k, v in os.environ.items() if not k.startswith(('RABBITMQ_', 'WARREN_')) and k not in ('LANG', 'LC_ALL', 'LC_CTYPE')}
        e.update(ENVIRONMENT, RABBITMQ_NODENAME=self.node)
        e.update(environment or {})
        line = [name or self.name] + [str(w) for w in words]
        done = subprocess.run(line, executable=binary(), input=input, capture_output=True, text=True, env=e, timeout=timeout)
        return Result(line, done.returncode, done.stdout, done.stderr)

    def ok(self, *words, **how):
        r = self(*words, **how)
        assert r.code == 0 and not r.err, str(r)
        return r


def matches(expected, text):
    pattern = ''.join('.*' if part == '<*>' else re.escape(part) for part in re.split(r'(<\*>)', expected))
    return re.fullmatch(pattern, text) is not None


def golden(tool, transcript, name=None):
    """`$ words` lines with what must come out, `[stderr]`, `[exit N]` (0 when it is not written)."""
    for entry in re.split(r'^\$ ', transcript.strip() + '\n', flags=re.M)[1:]:
        line, _, rest = entry.partition('\n')
        rest = re.sub(r'\n+\Z', '\n', rest)
        code = re.search(r'^\[exit (\d+)\]\n', rest, re.M)
        rest = rest.replace(code.group(0), '') if code else rest
        out, _, err = rest.partition('[stderr]\n')
        words = __import__('shlex').split(line)
        r = tool(*words[1:], name=words[0])
        for wanted, got in ((out, r.out), (err, r.err)):
            wanted = wanted.replace('{node}', tool.node)
            assert matches(wanted, got), 'expected\n%s\nbut\n%s' % (wanted, r)
        assert r.code == int(code.group(1) if code else 0), str(r)
