"""The brokers that are measured: those of the client tests (tests/clients/broker.py), with settings for measuring."""
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'clients'))
import broker  # noqa: E402


class Warren(broker.Warren):
    title = 'Warren'


class RabbitMQ(broker.RabbitMQ):
    """Debian's rabbitmq-server as a private node: no plugins, an epmd of its own that ends with us."""
    title = 'RabbitMQ'
    epmd_port = '4391'
    epmd = None

    def command(self, conf):
        command, environment = super().command(conf)
        del environment['RABBITMQ_ENABLED_PLUGINS']
        environment['RABBITMQ_ENABLED_PLUGINS_FILE'] = os.path.join(self.work, 'enabled_plugins')
        with open(environment['RABBITMQ_ENABLED_PLUGINS_FILE'], 'w') as f:
            f.write('[].\n')
        if RabbitMQ.epmd is None:
            RabbitMQ.epmd = subprocess.Popen(['epmd', '-port', self.epmd_port], stdin=subprocess.DEVNULL,
                                             preexec_fn=broker._die_with_parent)
        return command, environment

    def kill(self):
        """Waits until epmd has noticed it too: it refuses the name to the next start otherwise."""
        super().kill()
        broker.poll('epmd forgets ' + self.name, lambda: ('name %s ' % self.name.split('@')[0]) not in subprocess.run(
            ['epmd', '-port', self.epmd_port, '-names'], stdout=subprocess.PIPE, text=True).stdout)


def end_epmd():
    if RabbitMQ.epmd is not None:
        RabbitMQ.epmd.terminate()
        RabbitMQ.epmd.wait()
        RabbitMQ.epmd = None


def fresh(kind, base, conf=None):
    """A broker with an empty directory under `base`, not started."""
    directory = os.path.join(base, kind.kind)
    for path in (directory, directory + '.work'):
        shutil.rmtree(path, ignore_errors=True)
    return kind(data_dir=directory, conf=conf)


def resident_mb(pid):
    """Resident memory of a process and its children, in MB (1024 * 1024 bytes)."""
    total = 0
    pending = [pid]
    while pending:
        at = pending.pop()
        try:
            with open('/proc/%d/status' % at) as f:
                total += next((int(line.split()[1]) for line in f if line.startswith('VmRSS:')), 0)
            with open('/proc/%d/task/%d/children' % (at, at)) as f:
                pending += [int(child) for child in f.read().split()]
        except OSError:
            pass  # it has just ended
    return total / 1024
