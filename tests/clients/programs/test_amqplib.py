"""amqplib (JavaScript), installed by npm into build/npm when the test runs."""
import functools
import os
import shutil
import subprocess

from broker import Skip
from driver import BUILD, HERE, scenarios

VERSION = '0.10.9'


@functools.lru_cache(None)
def install():
    """build/npm with amqplib in it; None if npm cannot get it."""
    folder = os.path.join(BUILD, 'npm')
    if os.path.exists(os.path.join(folder, 'node_modules', 'amqplib', 'package.json')):
        return folder
    os.makedirs(folder, exist_ok=True)
    done = subprocess.run(['npm', 'install', '--silent', '--no-audit', '--no-fund', '--ignore-scripts', '--prefix', folder,
                           'amqplib@' + VERSION], capture_output=True, text=True, timeout=180)
    return folder if done.returncode == 0 else None


def command():
    if not shutil.which('node') or not shutil.which('npm'):
        raise Skip('nodejs and npm are not installed')
    folder = install()
    if folder is None:
        raise Skip('npm cannot get amqplib')
    os.environ['NODE_PATH'] = os.path.join(folder, 'node_modules')
    return ['node', os.path.join(HERE, 'amqplib_client.js')]


scenarios(__name__, command, 18)
