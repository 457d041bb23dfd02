"""A broker on a small disk: a tmpfs in a mount namespace that outlives the broker's restarts."""
import errno
import os
import shutil
import subprocess

import broker as brokers
from broker import Skip


class Disk:
    def __init__(self, folder, megabytes):
        if os.geteuid() != 0 or not shutil.which('unshare') or not shutil.which('nsenter'):
            raise Skip('needs root, unshare and nsenter for a small disk')
        # The holder keeps the namespace alive; it ends when its input closes, at the latest with this process.
        self.holder = subprocess.Popen(
            ['unshare', '--mount', '--propagation', 'private', 'sh', '-c',
             'mount -t tmpfs -o size=%dm tmpfs "$0" && echo mounted && exec cat' % megabytes, folder],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        if self.holder.stdout.readline() != b'mounted\n':
            self.close()
            raise Skip('mount namespaces are not permitted here')
        self.seen = '/proc/%d/root%s' % (self.holder.pid, folder)  # as this process sees the directory
        self.balloon = os.path.join(self.seen, 'balloon')
        self.enter = ['nsenter', '--mount=/proc/%d/ns/mnt' % self.holder.pid, '--']

    def available(self):
        s = os.statvfs(self.seen)
        return s.f_bavail * s.f_frsize

    def fill(self, leave):
        """Takes the free space but for `leave` octets."""
        f = os.open(self.balloon, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        try:
            while self.available() > leave:
                os.write(f, b'\0' * min(self.available() - leave, 1 << 20))
        except OSError as e:  # somebody else took the rest
            assert e.errno == errno.ENOSPC
        os.close(f)

    def free(self):
        os.unlink(self.balloon)

    def close(self):
        self.holder.stdin.close()
        self.holder.wait(10)


def small_disk(t, megabytes, start=True, **conf):
    """A broker with its data on such a disk, and the disk."""
    if brokers.target() not in ('warren', 'rabbitmq'):
        raise Skip('needs a broker of its own')
    b = brokers.make(conf=conf)
    disk = Disk(b.dir, megabytes)
    t.watch(b)
    t.cleanup(disk.close)
    t.cleanup(b.destroy)
    original = b.command

    def command(path):
        argv, environment = original(path)
        return disk.enter + argv, environment
    b.command = command
    return (b.start() if start else b), disk
