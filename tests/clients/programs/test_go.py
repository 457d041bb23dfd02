"""amqp091-go (Go), built from Debian's source package in GOPATH mode."""
import functools
import os
import shutil
import subprocess

from broker import Skip
from driver import BUILD, HERE, scenarios

LIBRARY = '/usr/share/gocode/src/github.com/rabbitmq/amqp091-go'


@functools.lru_cache(None)
def build():
    folder = os.path.join(BUILD, 'go')
    os.makedirs(folder, exist_ok=True)
    program = os.path.join(folder, 'go_client')
    environment = dict(os.environ) | {'GO111MODULE': 'off', 'GOPATH': '/usr/share/gocode', 'GOFLAGS': '',
                                      'GOCACHE': os.path.join(folder, 'cache')}
    done = subprocess.run(['go', 'build', '-o', program, 'main.go'], cwd=os.path.join(HERE, 'go_client'),
                          env=environment, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return program


def command():
    if not shutil.which('go') or not os.path.isdir(LIBRARY):
        raise Skip('golang-go and golang-github-rabbitmq-amqp091-go-dev are not installed')
    return [build()]


scenarios(__name__, command, 16)
