"""AMQP 0-9-1 as bytes: field tables, properties, methods, frames.

Decoded field values keep their type letter, `('I', 5)`, because what a broker answers is compared down to the type.
Encoding takes plain Python values too (bool t, int I or l, float d, str S, bytes x, dict F, list A, None V).
"""
import struct

METHOD, HEADER, BODY, HEARTBEAT = 1, 2, 3, 8
PROTOCOL_HEADER = b'AMQP\x00\x00\x09\x01'
FRAME_END = 0xCE

# Every method once: name, class id, method id, arguments. Letters: o octet, h 16 bit, i 32 bit, q 64 bit, b bit,
# S short string, L long string (bytes), F table.
_METHODS = '''
connection.start 10 10 version_major:o version_minor:o server_properties:F mechanisms:L locales:L
connection.start-ok 10 11 client_properties:F mechanism:S response:L locale:S
connection.secure 10 20 challenge:L
connection.secure-ok 10 21 response:L
connection.tune 10 30 channel_max:h frame_max:i heartbeat:h
connection.tune-ok 10 31 channel_max:h frame_max:i heartbeat:h
connection.open 10 40 virtual_host:S capabilities:S insist:b
connection.open-ok 10 41 known_hosts:S
connection.close 10 50 reply_code:h reply_text:S class_id:h method_id:h
connection.close-ok 10 51
connection.blocked 10 60 reason:S
connection.unblocked 10 61
connection.update-secret 10 70 new_secret:L reason:S
connection.update-secret-ok 10 71
channel.open 20 10 out_of_band:S
channel.open-ok 20 11 channel_id:L
channel.flow 20 20 active:b
channel.flow-ok 20 21 active:b
channel.close 20 40 reply_code:h reply_text:S class_id:h method_id:h
channel.close-ok 20 41
access.request 30 10 realm:S exclusive:b passive:b active:b write:b read:b
access.request-ok 30 11 ticket:h
exchange.declare 40 10 ticket:h exchange:S type:S passive:b durable:b auto_delete:b internal:b nowait:b arguments:F
exchange.declare-ok 40 11
exchange.delete 40 20 ticket:h exchange:S if_unused:b nowait:b
exchange.delete-ok 40 21
exchange.bind 40 30 ticket:h destination:S source:S routing_key:S nowait:b arguments:F
exchange.bind-ok 40 31
exchange.unbind 40 40 ticket:h destination:S source:S routing_key:S nowait:b arguments:F
exchange.unbind-ok 40 51
queue.declare 50 10 ticket:h queue:S passive:b durable:b exclusive:b auto_delete:b nowait:b arguments:F
queue.declare-ok 50 11 queue:S message_count:i consumer_count:i
queue.bind 50 20 ticket:h queue:S exchange:S routing_key:S nowait:b arguments:F
queue.bind-ok 50 21
queue.purge 50 30 ticket:h queue:S nowait:b
queue.purge-ok 50 31 message_count:i
queue.delete 50 40 ticket:h queue:S if_unused:b if_empty:b nowait:b
queue.delete-ok 50 41 message_count:i
queue.unbind 50 50 ticket:h queue:S exchange:S routing_key:S arguments:F
queue.unbind-ok 50 51
basic.qos 60 10 prefetch_size:i prefetch_count:h global_:b
basic.qos-ok 60 11
basic.consume 60 20 ticket:h queue:S consumer_tag:S no_local:b no_ack:b exclusive:b nowait:b arguments:F
basic.consume-ok 60 21 consumer_tag:S
basic.cancel 60 30 consumer_tag:S nowait:b
basic.cancel-ok 60 31 consumer_tag:S
basic.publish 60 40 ticket:h exchange:S routing_key:S mandatory:b immediate:b
basic.return 60 50 reply_code:h reply_text:S exchange:S routing_key:S
basic.deliver 60 60 consumer_tag:S delivery_tag:q redelivered:b exchange:S routing_key:S
basic.get 60 70 ticket:h queue:S no_ack:b
basic.get-ok 60 71 delivery_tag:q redelivered:b exchange:S routing_key:S message_count:i
basic.get-empty 60 72 cluster_id:S
basic.ack 60 80 delivery_tag:q multiple:b
basic.reject 60 90 delivery_tag:q requeue:b
basic.recover-async 60 100 requeue:b
basic.recover 60 110 requeue:b
basic.recover-ok 60 111
basic.nack 60 120 delivery_tag:q multiple:b requeue:b
confirm.select 85 10 nowait:b
confirm.select-ok 85 11
tx.select 90 10
tx.select-ok 90 11
tx.commit 90 20
tx.commit-ok 90 21
tx.rollback 90 30
tx.rollback-ok 90 31
'''
BY_NAME, BY_ID = {}, {}
for _line in _METHODS.split('\n'):
    if _line:
        _name, _class, _method, *_args = _line.split()
        _spec = [tuple(a.split(':')) for a in _args]
        BY_NAME[_name] = (int(_class), int(_method), _spec)
        BY_ID[int(_class), int(_method)] = (_name, _spec)

CONTENT = {'basic.publish', 'basic.return', 'basic.deliver', 'basic.get-ok'}

PROPERTIES = [('content_type', 'S'), ('content_encoding', 'S'), ('headers', 'F'), ('delivery_mode', 'o'),
              ('priority', 'o'), ('correlation_id', 'S'), ('reply_to', 'S'), ('expiration', 'S'), ('message_id', 'S'),
              ('timestamp', 'q'), ('type', 'S'), ('user_id', 'S'), ('app_id', 'S'), ('cluster_id', 'S')]

_NUMBERS = {'b': '>b', 'B': '>B', 's': '>h', 'u': '>H', 'U': '>h', 'I': '>i', 'i': '>I', 'l': '>q', 'L': '>Q',
            'f': '>f', 'd': '>d', 'T': '>Q'}
_FIXED = {'o': '>B', 'h': '>H', 'i': '>I', 'q': '>Q'}


def _octets(text):
    return text if isinstance(text, bytes) else text.encode()


def short(text):
    raw = _octets(text)
    return bytes([len(raw)]) + raw


def long(text):
    raw = _octets(text)
    return struct.pack('>I', len(raw)) + raw


def field(value):
    """One field value with its type letter; (letter, value) chooses the letter."""
    if not isinstance(value, tuple):
        if isinstance(value, bool):
            value = ('t', value)
        elif isinstance(value, int):
            value = ('I' if -2**31 <= value < 2**31 else 'l', value)
        elif isinstance(value, float):
            value = ('d', value)
        elif value is None:
            value = ('V', None)
        else:
            value = ({str: 'S', bytes: 'x', dict: 'F', list: 'A'}[type(value)], value)
    letter, v = value
    head = letter.encode()
    if letter == 't':
        return head + bytes([1 if v else 0])
    if letter in _NUMBERS:
        return head + struct.pack(_NUMBERS[letter], v)
    if letter in 'Sx':
        return head + long(v)
    if letter == 'F':
        return head + table(v)
    if letter == 'A':
        return head + long(b''.join(field(x) for x in v))
    if letter == 'D':
        return head + struct.pack('>BI', *v)
    return head + (b'' if v is None else v)  # V, or raw bytes behind a letter of the test's own


def table(fields):
    return long(b''.join(short(k) + field(v) for k, v in fields.items()))


class Reader:
    """A cursor over received bytes; running over the end is a ValueError, which no test expects."""

    def __init__(self, raw):
        self.raw, self.at = raw, 0

    def take(self, n):
        if self.at + n > len(self.raw):
            raise ValueError('truncated by the broker: %r' % self.raw)
        self.at += n
        return self.raw[self.at - n:self.at]

    def number(self, form):
        return struct.unpack(form, self.take(struct.calcsize(form)))[0]

    def short(self):
        return self.take(self.number('>B')).decode(errors='surrogateescape')

    def long(self):
        return self.take(self.number('>I'))

    def field(self):
        letter = chr(self.number('>B'))
        if letter == 't':
            return letter, self.number('>B') != 0
        if letter in _NUMBERS:
            return letter, self.number(_NUMBERS[letter])
        if letter == 'S':
            return letter, self.long().decode()
        if letter == 'x':
            return letter, self.long()
        if letter == 'F':
            return letter, self.table()
        if letter == 'A':
            inner, items = Reader(self.long()), []
            while inner.at < len(inner.raw):
                items.append(inner.field())
            return letter, items
        if letter == 'D':
            return letter, (self.number('>B'), self.number('>I'))
        if letter == 'V':
            return letter, None
        raise ValueError('field type %r from the broker' % letter)

    def table(self):
        inner, fields = Reader(self.long()), {}
        while inner.at < len(inner.raw):
            key = inner.short()
            fields[key] = inner.field()
        return fields


def plain(value):
    """A decoded field value without its type letters."""
    if isinstance(value, tuple):
        value = value[1]
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [plain(v) for v in value]
    return value


def encode_method(name, **args):
    class_id, method_id, spec = BY_NAME[name]
    out, bits, nbits = struct.pack('>HH', class_id, method_id), 0, 0

    def flush():
        nonlocal out, bits, nbits
        if nbits:
            out, bits, nbits = out + bytes([bits]), 0, 0

    for arg, kind in spec:
        value = args.pop(arg, None)
        if kind == 'b':
            bits |= (1 if value else 0) << nbits
            nbits += 1
            continue
        flush()
        if kind in _FIXED:
            out += struct.pack(_FIXED[kind], value or 0)
        else:
            out += {'S': short, 'L': long}[kind](value or b'') if kind != 'F' else table(value or {})
    flush()
    if args:
        raise TypeError('%s has no %s' % (name, ', '.join(args)))
    return out


def decode_method(payload):
    r = Reader(payload)
    ids = (r.number('>H'), r.number('>H'))
    name, spec = BY_ID[ids]
    args, bits, nbits = {}, 0, 8
    for arg, kind in spec:
        if kind == 'b':
            if nbits == 8:
                bits, nbits = r.number('>B'), 0
            args[arg] = bool(bits >> nbits & 1)
            nbits += 1
            continue
        nbits = 8
        if kind in _FIXED:
            args[arg] = r.number(_FIXED[kind])
        else:
            args[arg] = {'S': r.short, 'L': r.long, 'F': r.table}[kind]()
    if r.at != len(payload):
        raise ValueError('%s has %d bytes too many' % (name, len(payload) - r.at))
    return name, args


def encode_properties(props):
    flags, out = 0, b''
    for n, (name, kind) in enumerate(PROPERTIES):
        value = props.get(name)
        if value is None:
            continue
        flags |= 1 << (15 - n)
        out += (short(value) if kind == 'S' else table(value) if kind == 'F'
                else struct.pack(_FIXED[kind], value))
    unknown = set(props) - {n for n, _ in PROPERTIES}
    if unknown:
        raise TypeError('no property ' + ', '.join(unknown))
    return struct.pack('>H', flags) + out


def decode_properties(raw):
    r, props = Reader(raw), {}
    flags = r.number('>H')
    for n, (name, kind) in enumerate(PROPERTIES):
        if flags >> (15 - n) & 1:
            props[name] = r.short() if kind == 'S' else r.table() if kind == 'F' else r.number(_FIXED[kind])
    return props


def encode_header(class_id, size, props):
    return struct.pack('>HHQ', class_id, 0, size) + encode_properties(props)


def decode_header(payload):
    class_id, _weight, size = struct.unpack('>HHQ', payload[:12])
    return class_id, size, decode_properties(payload[12:])


def frame(kind, channel, payload):
    return struct.pack('>BHI', kind, channel, len(payload)) + payload + bytes([FRAME_END])


def content(channel, props, body, frame_max):
    """The header frame and the body frames of one message."""
    out = [frame(HEADER, channel, encode_header(60, len(body), props))]
    step = (frame_max or 131072) - 8
    out += [frame(BODY, channel, body[i:i + step]) for i in range(0, len(body), step)]
    return b''.join(out)
