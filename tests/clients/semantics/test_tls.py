"""The TLS listener: verification of both sides, EXTERNAL, versions, and its errors."""
import functools
import os
import socket
import ssl

from broker import definitions, permission, user
from certs import Certificates
from conformance.client import ConnectionClosed, SocketClosed, Timeout, outcome
from testkit import test


@functools.lru_cache(None)
def certificates():
    return Certificates()


def start(t, **conf):
    return t.start(tls=certificates(), conf=conf, definitions=definitions(
        users=[user('tls-client', 'unused')], permissions=[permission('tls-client')]))


STRICT = {'ssl_options.verify': 'verify_peer', 'ssl_options.fail_if_no_peer_cert': 'true'}


def usable(c):
    ch = c.channel()
    q = ch.queue()
    body = os.urandom(700000)
    ch.publish('', q, body)
    assert ch.get_soon(q).body == body


def refused(act):
    """The TLS layer ends it, at the handshake or (TLS 1.3 tells later) at the first read."""
    try:
        act()
    except (ssl.SSLError, SocketClosed, ConnectionError, Timeout) as e:
        assert not isinstance(e, Timeout), 'neither served nor refused'
        return
    raise AssertionError('was served')


@test
def server_certificate(t):
    """a client that verifies the server is served, plain and TLS side by side"""
    b = start(t)
    usable(t.connect(broker=b, tls=certificates().context()))
    usable(t.connect(broker=b))


@test
def peer_verification(t):
    """verify_peer with fail_if_no_peer_cert serves our client and refuses none and a stranger's"""
    b = start(t, **STRICT)
    usable(t.connect(broker=b, tls=certificates().context('client')))
    refused(lambda: t.connect(broker=b, tls=certificates().context()))
    refused(lambda: t.connect(broker=b, tls=certificates().context('stranger')))
    usable(t.connect(broker=b, tls=certificates().context('client')))


@test
def external(t):
    """EXTERNAL logs in as the certificate's common name; without a certificate it is refused"""
    b = start(t, **{'ssl_options.verify': 'verify_peer', 'ssl_options.fail_if_no_peer_cert': 'false',
                    'ssl_cert_login_from': 'common_name', 'auth_mechanisms.1': 'PLAIN',
                    'auth_mechanisms.2': 'AMQPLAIN', 'auth_mechanisms.3': 'EXTERNAL'})
    c = t.connect(broker=b, tls=certificates().context('client'), mechanism='EXTERNAL', response=b'')
    assert b'EXTERNAL' in c.server.mechanisms.split()
    ch = c.channel()
    q = ch.queue()
    ch.publish('', q, user_id='tls-client')
    assert ch.get_soon(q).props['user_id'] == 'tls-client'
    got = outcome(lambda: t.connect(broker=b, tls=certificates().context(), mechanism='EXTERNAL', response=b''))
    assert isinstance(got, str) and 'socket closed' in got or got.get('connection.close') == 403, got
    usable(t.connect(broker=b, tls=certificates().context()))  # PLAIN goes on beside it


@test
def plain_octets_to_the_tls_port(t):
    """an AMQP header on the TLS port, and TLS on the plain port, end that connection only"""
    b = start(t)
    with socket.create_connection(b.tls_address, timeout=10) as s:
        s.sendall(b'AMQP\x00\x00\x09\x01')
        try:
            assert b'AMQP' not in s.recv(100)
        except ConnectionError:
            pass
    refused(lambda: certificates().context().wrap_socket(socket.create_connection(b.address, timeout=10),
                                                         server_hostname='localhost'))
    usable(t.connect(broker=b, tls=certificates().context()))


@test
def half_a_handshake(t):
    """a TLS handshake that stops half-way is dropped (ssl_handshake_timeout 5 s) and holds up nobody"""
    b = start(t)
    stuck = [socket.create_connection(b.tls_address, timeout=20) for _ in range(20)]
    for s in stuck:
        s.sendall(b'\x16\x03\x01\x02\x00')
    usable(t.connect(broker=b, tls=certificates().context()))
    for s in stuck:
        try:
            while s.recv(100):
                pass
        except ConnectionError:
            pass
        s.close()


@test
def versions(t):
    """TLS 1.2 and 1.3 are served, and ssl_options.versions narrows"""
    b = start(t)
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        context = certificates().context()
        context.minimum_version = context.maximum_version = version
        usable(t.connect(broker=b, tls=context))
    b = start(t, **{'ssl_options.versions.1': 'tlsv1.2'})
    usable(t.connect(broker=b, tls=certificates().context()))
    context = certificates().context()
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    refused(lambda: t.connect(broker=b, tls=context))


@test
def errors_over_tls(t):
    """a close with its text arrives over TLS"""
    b = start(t)
    c = t.connect(broker=b, tls=certificates().context())
    c.channel().send('basic.qos', prefetch_size=1)
    end = c.wait_closed()
    assert isinstance(end, ConnectionClosed) and end.code == 540
