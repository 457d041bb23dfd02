"""Certificates for TLS tests, made by openssl when they are needed: a CA, a server, a client, and a stranger."""
import os
import ssl
import subprocess
import tempfile


class Certificates:
    def __init__(self, client_name='tls-client'):
        self.folder = tempfile.mkdtemp(prefix='warren-certs-')
        self._authority('ca')
        self._issue('server', 'localhost', 'ca', 'subjectAltName=DNS:localhost,IP:127.0.0.1')
        self._issue('client', client_name, 'ca')
        self._authority('stranger-ca')
        self._issue('stranger', client_name, 'stranger-ca')

    def path(self, name):
        return os.path.join(self.folder, name)

    def _openssl(self, *arguments):
        subprocess.run(('openssl',) + arguments, check=True, cwd=self.folder, stdout=subprocess.DEVNULL,
                       stderr=subprocess.PIPE)

    def _authority(self, name):
        self._openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=%s' % name,
                      '-keyout', name + '.key', '-out', name + '.crt')

    def _issue(self, name, common_name, authority, extension='keyUsage=digitalSignature'):
        self._openssl('req', '-newkey', 'rsa:2048', '-nodes', '-subj', '/O=Warren/CN=%s' % common_name, '-keyout',
                      name + '.key', '-out', name + '.csr')
        with open(self.path(name + '.ext'), 'w') as f:
            f.write(extension + '\n')
        self._openssl('x509', '-req', '-in', name + '.csr', '-CA', authority + '.crt', '-CAkey', authority + '.key',
                      '-CAcreateserial', '-days', '2', '-extfile', name + '.ext', '-out', name + '.crt')

    def context(self, client=None):
        """A client's context that verifies the server; with `client` it shows that certificate."""
        context = ssl.create_default_context(cafile=self.path('ca.crt'))
        if client:
            context.load_cert_chain(self.path(client + '.crt'), self.path(client + '.key'))
        return context
