"""pika (Python)."""
import importlib.util
import os
import sys

from broker import Skip, definitions, permission, user
from certs import Certificates
from driver import HERE, Program, scenarios
from testkit import test


def command():
    if importlib.util.find_spec('pika') is None:
        raise Skip('python3-pika is not installed')
    return [sys.executable, os.path.join(HERE, 'pika_client.py')]


scenarios(__name__, command, 21)


@test
def tls(t):
    """TLS with verification of both sides, and EXTERNAL"""
    certificates = Certificates()
    b = t.start(tls=certificates, definitions=definitions(users=[user('tls-client', 'unused')],
                                                          permissions=[permission('tls-client')]),
                conf={'ssl_options.verify': 'verify_peer', 'ssl_options.fail_if_no_peer_cert': 'true',
                      'ssl_cert_login_from': 'common_name', 'auth_mechanisms.1': 'PLAIN',
                      'auth_mechanisms.2': 'EXTERNAL'})
    Program(command(), 'tls', b, {'CERTS': certificates.folder}, port=b.tls_port).finish(5)
