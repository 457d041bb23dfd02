#!/usr/bin/python3
"""Runs a broker for a shell script: prints its port, ends it when standard input closes; exit code is the broker's."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True
import broker  # noqa: E402

b = broker.make()
b.start()
print(b.port, flush=True)
sys.stdin.read()
died = b.kind != 'external' and not b.running()
if died:
    sys.stderr.write(b.log_tail() + '\n')
code = b.stop()
b.destroy()
sys.exit(1 if died or code else 0)
