"""A small blocking AMQP 0-9-1 client for tests: it hides nothing and repairs nothing.

Every wait has a deadline and ends in an exception (`Timeout`, `ChannelClosed`, `ConnectionClosed`, `SocketClosed`),
so that a test either sees the frame that it names or fails.
"""
import collections
import socket
import struct
import time

from . import wire

WAIT = 15.0  # seconds; how long any single answer may take on a busy machine


class Closed(Exception):
    """connection.close or channel.close as the broker sent it."""

    kind = '?'

    def __init__(self, args):
        self.code, self.text = args['reply_code'], args['reply_text']
        self.class_method = (args['class_id'], args['method_id'])
        super().__init__('%s %d %s %r' % (self.kind, self.code, self.text, self.class_method))

    def captured(self):
        return {self.kind: self.code, 'text': self.text, 'class_method': self.class_method}


class ChannelClosed(Closed):
    kind = 'channel.close'


class ConnectionClosed(Closed):
    kind = 'connection.close'


class SocketClosed(Exception):
    pass


class Timeout(Exception):
    pass


class Event:
    """One method, with its content where it carries one."""

    def __init__(self, name, args):
        self.name, self.args, self.props, self.body = name, args, None, None

    def __getattr__(self, arg):
        try:
            return self.__dict__['args'][arg]
        except KeyError:
            raise AttributeError(arg) from None

    def headers(self):
        return wire.plain(self.props.get('headers', {}))

    def __repr__(self):
        return '%s%r%s' % (self.name, self.args, '' if self.body is None else ' %r %r' % (self.props, self.body[:64]))


CAPABILITIES = {'publisher_confirms': True, 'consumer_cancel_notify': True, 'connection.blocked': True,
                'authentication_failure_close': True, 'basic.nack': True, 'exchange_exchange_bindings': True}


class Connection:
    def __init__(self, address, tls=None, wait=WAIT):
        self.wait = wait
        raw = socket.create_connection(address, timeout=wait)
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock = tls.wrap_socket(raw, server_hostname='localhost') if tls else raw
        self.buffer = bytearray()
        self.inbox = collections.defaultdict(collections.deque)  # channel number -> events
        self.partial = {}  # channel number -> event that waits for its content
        self.frame_max, self.channel_max, self.heartbeat = 4096, 0, 0
        self.heartbeats_seen = 0
        self.dead = None  # what ended the connection

    # Bytes and frames

    def send_raw(self, octets):
        try:
            self.sock.settimeout(self.wait)
            self.sock.sendall(octets)
        except (socket.timeout, TimeoutError):
            raise Timeout('the broker does not read') from None
        except OSError as e:
            # The broker may have said why it closed before the reset came.
            try:
                while True:
                    self._read_frame(time.monotonic() + 1)
            except Timeout:
                pass
            raise SocketClosed(str(e)) from None

    def send_frame(self, kind, channel, payload):
        self.send_raw(wire.frame(kind, channel, payload))

    def send(self, channel, name, **args):
        self.send_frame(wire.METHOD, channel, wire.encode_method(name, **args))

    def _fill(self, deadline):
        left = deadline - time.monotonic()
        if left <= 0:
            raise Timeout('no reply')
        self.sock.settimeout(left)
        try:
            got = self.sock.recv(1 << 18)
        except (socket.timeout, TimeoutError):
            raise Timeout('no reply') from None
        except OSError as e:
            raise SocketClosed(str(e)) from None
        if not got:
            raise SocketClosed('end of stream')
        self.buffer += got

    def read_raw(self, n, timeout=None):
        """At most n bytes, fewer when the broker closes before."""
        deadline = time.monotonic() + (timeout or self.wait)
        try:
            while len(self.buffer) < n:
                self._fill(deadline)
        except SocketClosed:
            pass
        got = bytes(self.buffer[:n])
        del self.buffer[:n]
        return got

    def read_frame_raw(self, timeout=None):
        return self._read_raw(time.monotonic() + (timeout or self.wait))

    def _read_raw(self, deadline):
        while len(self.buffer) < 7:
            self._fill(deadline)
        kind, channel, size = struct.unpack('>BHI', self.buffer[:7])
        while len(self.buffer) < size + 8:
            self._fill(deadline)
        payload, end = bytes(self.buffer[7:7 + size]), self.buffer[7 + size]
        del self.buffer[:size + 8]
        if end != wire.FRAME_END:
            raise ValueError('frame without its end octet from the broker')
        if self.frame_max and size + 8 > self.frame_max and kind != wire.METHOD:
            raise ValueError('a frame of %d bytes from the broker, frame_max is %d' % (size + 8, self.frame_max))
        return kind, channel, payload

    def _read_frame(self, deadline):
        """Reads one frame and files it; raises when it ends the connection."""
        if self.dead:
            raise self.dead
        try:
            kind, channel, payload = self._read_raw(deadline)
        except SocketClosed as e:
            self.dead = e
            raise
        if kind == wire.HEARTBEAT:
            self.heartbeats_seen += 1
        elif kind == wire.METHOD:
            name, args = wire.decode_method(payload)
            event = Event(name, args)
            if name in wire.CONTENT:
                self.partial[channel] = event
            elif name == 'connection.close':
                self.dead = ConnectionClosed(args)
                try:
                    self.sock.sendall(wire.frame(wire.METHOD, 0, wire.encode_method('connection.close-ok')))
                except OSError:
                    pass
                raise self.dead
            else:
                self.inbox[channel].append(event)
        elif kind == wire.HEADER:
            event = self.partial[channel]
            class_id, event.size, event.props = wire.decode_header(payload)
            event.raw_header = payload
            if class_id != 60:
                raise ValueError('content header of class %d' % class_id)
            event.chunks = []
            self._finish(channel, event)
        elif kind == wire.BODY:
            event = self.partial[channel]
            event.chunks.append(payload)
            self._finish(channel, event)
        else:
            raise ValueError('frame type %d from the broker' % kind)

    def _finish(self, channel, event):
        got = sum(map(len, event.chunks))
        if got > event.size:
            raise ValueError('more body than announced')
        if got == event.size:
            event.body = b''.join(event.chunks)
            del self.partial[channel]
            self.inbox[channel].append(event)

    def pump(self, seconds):
        """Reads frames for that long; for tests that claim that something does not arrive."""
        deadline = time.monotonic() + seconds
        try:
            while True:
                self._read_frame(deadline)
        except Timeout:
            pass

    def recv(self, channel, timeout=None):
        """The next event of a channel."""
        deadline = time.monotonic() + (timeout or self.wait)
        while not self.inbox[channel]:
            self._read_frame(deadline)
        event = self.inbox[channel].popleft()
        if event.name == 'channel.close':
            self.send(channel, 'channel.close-ok')
            raise ChannelClosed(event.args)
        return event

    def expect(self, channel, *names, timeout=None):
        """The next event of the channel, which must be one of these."""
        event = self.recv(channel, timeout)
        assert event.name in names, 'expected %s, got %r' % (' or '.join(names), event)
        return event

    # Handshake

    def start(self, header=wire.PROTOCOL_HEADER):
        self.send_raw(header)
        return self.expect(0, 'connection.start')

    def start_ok(self, mechanism='PLAIN', response=None, user='guest', password='guest', capabilities=CAPABILITIES,
                 properties=None):
        if response is None:
            if mechanism == 'AMQPLAIN':
                response = wire.table({'LOGIN': user, 'PASSWORD': password})[4:]
            else:
                response = b'\0' + user.encode() + b'\0' + password.encode()
        client = {'product': 'warren tests', 'capabilities': capabilities}
        client.update(properties or {})
        self.send(0, 'connection.start-ok', client_properties=client, mechanism=mechanism, response=response,
                  locale='en_US')

    def tune(self, channel_max=None, frame_max=None, heartbeat=0):
        self.offered = self.expect(0, 'connection.tune')
        self.channel_max = self.offered.channel_max if channel_max is None else channel_max
        self.frame_max = self.offered.frame_max if frame_max is None else frame_max
        self.heartbeat = heartbeat
        self.send(0, 'connection.tune-ok', channel_max=self.channel_max, frame_max=self.frame_max,
                  heartbeat=heartbeat)
        return self.offered

    def open(self, vhost='/'):
        self.send(0, 'connection.open', virtual_host=vhost)
        self.expect(0, 'connection.open-ok')
        return self

    def handshake(self, vhost='/', channel_max=None, frame_max=None, heartbeat=0, **start_ok):
        self.server = self.start()
        self.start_ok(**start_ok)
        self.tune(channel_max, frame_max, heartbeat)
        return self.open(vhost)

    def channel(self, number=1):
        return Channel(self, number).open()

    def close(self):
        """The polite way; wait for close-ok."""
        self.send(0, 'connection.close', reply_code=200, reply_text='bye')
        while self.recv(0).name != 'connection.close-ok':
            pass
        self.abort()

    def abort(self):
        """Ends the socket at once."""
        self.dead = self.dead or SocketClosed('closed by the test')
        self.sock.close()

    def reset(self):
        """Ends the socket with a TCP reset."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        self.abort()

    def wait_closed(self, timeout=None):
        """Reads until the broker ends the connection; returns how."""
        deadline = time.monotonic() + (timeout or self.wait)
        while True:
            try:
                self._read_frame(deadline)
            except (ConnectionClosed, SocketClosed) as e:
                return e


class Channel:
    def __init__(self, connection, number):
        self.c, self.n = connection, number
        self.published = 0  # confirms: the tag of the last publish
        self.acks, self.nacks = set(), set()
        self.confirmed_upto = 0

    def open(self):
        return self.rpc('channel.open') and self

    def send(self, name, **args):
        self.c.send(self.n, name, **args)

    def recv(self, timeout=None):
        return self.c.recv(self.n, timeout)

    def expect(self, *names, timeout=None):
        return self.c.expect(self.n, *names, timeout=timeout)

    def rpc(self, name, **args):
        """Sends a synchronous method and returns its answer; events that arrive in between stay in the inbox."""
        self.send(name, **args)
        wanted = {'basic.get': ('basic.get-ok', 'basic.get-empty')}.get(name, (name + '-ok',))
        return self.wait_for(*wanted)

    def wait_for(self, *wanted, timeout=None):
        deadline = time.monotonic() + (timeout or self.c.wait)
        kept = collections.deque()
        try:
            while True:
                event = self.c.recv(self.n, deadline - time.monotonic())
                if event.name in wanted:
                    return event
                kept.append(event)
        finally:
            self.c.inbox[self.n].extendleft(reversed(kept))

    def sync(self):
        """Returns when the broker has processed everything sent on this channel so far; raises what went wrong."""
        self.rpc('channel.flow', active=True)
        return 'ok (no error)'

    def close(self):
        self.send('channel.close', reply_code=200, reply_text='')
        while True:
            if self.c.recv(self.n).name == 'channel.close-ok':
                self.c.inbox[self.n].clear()
                return

    # Shortcuts

    def declare(self, queue='', arguments=None, **flags):
        """(name, messages, consumers), as the captured replies print it."""
        ok = self.rpc('queue.declare', queue=queue, arguments=arguments, **flags)
        return ok.queue, ok.message_count, ok.consumer_count

    def queue(self, arguments=None, **flags):
        """The name of a new server-named exclusive queue."""
        return self.declare('', arguments, **({'exclusive': True} | flags))[0]

    def count(self, queue):
        return self.declare(queue, passive=True)[1]

    def exchange(self, name, kind='direct', arguments=None, **flags):
        self.rpc('exchange.declare', exchange=name, type=kind, arguments=arguments, **flags)
        return name

    def bind(self, queue, exchange, key='', arguments=None):
        self.rpc('queue.bind', queue=queue, exchange=exchange, routing_key=key, arguments=arguments)

    def publish(self, exchange='', key='', body=b'x', mandatory=False, immediate=False, **props):
        body = body if isinstance(body, bytes) else body.encode()
        self.published += 1
        self.c.send_raw(
            wire.frame(wire.METHOD, self.n, wire.encode_method('basic.publish', exchange=exchange, routing_key=key,
                                                               mandatory=mandatory, immediate=immediate))
            + wire.content(self.n, props, body, self.c.frame_max))

    def confirm(self):
        self.rpc('confirm.select')
        self.published = 0

    def wait_confirms(self, timeout=None):
        """Waits until everything published is acked or nacked; returns the nacked tags."""
        deadline = time.monotonic() + (timeout or self.c.wait)
        while len(self.acks) + len(self.nacks) < self.published:
            self.note_confirm(self.wait_for('basic.ack', 'basic.nack', timeout=deadline - time.monotonic()))
        return sorted(self.nacks)

    def note_confirm(self, event):
        into = self.acks if event.name == 'basic.ack' else self.nacks
        first = 1 if event.multiple else event.delivery_tag
        for tag in range(first, event.delivery_tag + 1):
            if tag in self.acks or tag in self.nacks:
                assert event.multiple, 'tag %d confirmed twice' % tag
                continue
            into.add(tag)
        assert event.delivery_tag <= self.published, 'confirm of %d, published %d' % (event.delivery_tag, self.published)

    def get(self, queue, no_ack=True):
        """A basic.get-ok event or None."""
        got = self.rpc('basic.get', queue=queue, no_ack=no_ack)
        return got if got.name == 'basic.get-ok' else None

    def get_soon(self, queue, no_ack=True, timeout=None):
        """As get, again until a message is there."""
        deadline = time.monotonic() + (timeout or self.c.wait)
        while True:
            got = self.get(queue, no_ack)
            if got or time.monotonic() > deadline:
                return got

    def bodies(self, queue):
        """Takes everything out of a queue."""
        out = []
        while True:
            got = self.get(queue)
            if not got:
                return out
            out.append(got.body)

    def consume(self, queue, tag='', no_ack=False, arguments=None, **flags):
        return self.rpc('basic.consume', queue=queue, consumer_tag=tag, no_ack=no_ack, arguments=arguments,
                        **flags).consumer_tag

    def deliver(self, timeout=None):
        return self.wait_for('basic.deliver', timeout=timeout)

    def deliveries(self, n, timeout=None):
        return [self.deliver(timeout) for _ in range(n)]

    def none(self, seconds=0.3):
        """Asserts that nothing is delivered; a synchronous exchange first, so that what is on its way counts."""
        self.sync()
        self.c.pump(seconds)
        assert not self.c.inbox[self.n], 'unexpected %r' % list(self.c.inbox[self.n])

    def ack(self, tag, multiple=False):
        self.send('basic.ack', delivery_tag=tag, multiple=multiple)

    def nack(self, tag, multiple=False, requeue=True):
        self.send('basic.nack', delivery_tag=tag, multiple=multiple, requeue=requeue)

    def reject(self, tag, requeue=True):
        self.send('basic.reject', delivery_tag=tag, requeue=requeue)


def outcome(action):
    """What the captured replies would print for this action."""
    try:
        return action()
    except Closed as e:
        return e.captured()
    except SocketClosed:
        return 'socket closed by the server, no connection.close'
    except Timeout:
        return 'TIMEOUT (no reply)'
