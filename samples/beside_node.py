#!/usr/bin/python3
"""Runs a sample against a node of its own: beside_node.py PROGRAM. Its exit code is the sample's."""
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'tests', 'clients'))
sys.dont_write_bytecode = True
import broker  # noqa: E402

node = broker.make()
try:
    node.start()
    code = subprocess.run([sys.argv[1], node.host, str(node.port)], timeout=50).returncode
    if not node.running():
        sys.exit('the node ended:\n' + node.log_tail())
finally:
    node.destroy()
sys.exit(code)
