"""bunny (Ruby), with its automatic recovery."""
import os
import shutil
import subprocess

from broker import Skip
from driver import HERE, scenarios


def command():
    if not shutil.which('ruby') or subprocess.run(['ruby', '-e', 'require "bunny"'], capture_output=True).returncode:
        raise Skip('ruby-bunny is not installed')
    return ['ruby', os.path.join(HERE, 'bunny_client.rb')]


scenarios(__name__, command, 20)
