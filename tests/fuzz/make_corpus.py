#!/usr/bin/env python3
"""Writes the seed corpora of tests/fuzz: corpus/NAME/SEED, small and readable by name. Run again after a change.

    make_corpus.py [--check]     --check: fail when what is committed differs
"""
import os
import struct
import sys

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'corpus')


def shortstr(text):
    return bytes([len(text)]) + text


def longstr(text):
    return struct.pack('>I', len(text)) + text


def table(fields):
    return longstr(content(fields))


def content(fields):
    return b''.join(shortstr(name) + value for name, value in fields)


def array(*values):
    return b'A' + longstr(b''.join(values))


def frame(kind, channel, payload):
    return struct.pack('>BHI', kind, channel, len(payload)) + payload + b'\xce'


def method(channel, class_id, method_id, arguments=b''):
    return frame(1, channel, struct.pack('>HH', class_id, method_id) + arguments)


def header(channel, size, properties=b'\0\0', class_id=60, weight=0):
    return frame(2, channel, struct.pack('>HHQ', class_id, weight, size) + properties)


def publish(channel, body, properties=b'\0\0', frames=1):
    parts = [body[i * len(body) // frames:(i + 1) * len(body) // frames] for i in range(frames)] if body else []
    return (method(channel, 60, 40, b'\0\0' + shortstr(b'ex') + shortstr(b'key') + b'\0') +
            header(channel, len(body), properties) + b''.join(frame(3, channel, p) for p in parts))


EVERY_TYPE = [
    (b't', b't\x01'), (b'b', b'b\xff'), (b'B', b'B\xff'), (b's', b's\xff\xff'), (b'u', b'u\xff\xff'),
    (b'I', b'I\xff\xff\xff\xff'), (b'i', b'i\xff\xff\xff\xff'), (b'l', b'l' + b'\xff' * 8), (b'L', b'L' + b'\0' * 7 + b'\5'),
    (b'f', b'f\x3f\xc0\0\0'), (b'd', b'd\x3f\xf8\0\0\0\0\0\0'), (b'D', b'D\2\0\0\1\x3a'), (b'S', b'S' + longstr(b'text')),
    (b'x', b'x' + longstr(b'\0\1')), (b'A', array(b'V', b't\0', b'S' + longstr(b'a'))), (b'T', b'T\0\0\0\0\x65\x53\xf1\0'),
    (b'V', b'V'), (b'F', b'F' + table([(b'inner', b'V')])),
]


def nested(letter, depth):
    value = b'V'
    for _ in range(depth):
        value = b'A' + longstr(value) if letter == b'A' else b'F' + table([(b'k', value)])
    return content([(b'k', value)])


def all_properties():
    return (struct.pack('>H', 0xfffc) + shortstr(b'text/plain') + shortstr(b'utf-8') + table(EVERY_TYPE[:3]) + b'\2\5' +
            shortstr(b'corr') + shortstr(b'reply') + shortstr(b'1000') + shortstr(b'id') + struct.pack('>q', 1700000000) +
            shortstr(b'type') + shortstr(b'guest') + shortstr(b'app') + shortstr(b'cluster'))


def start_ok(mechanism, response):
    return method(0, 10, 11, table([(b'product', b'S' + longstr(b'seed'))]) + shortstr(mechanism) + longstr(response) +
                  shortstr(b'en_US'))


HEADER = b'AMQP\0\0\x09\x01'
LOGIN = HEADER + start_ok(b'PLAIN', b'\0guest\0guest')
TUNE_OK = method(0, 10, 31, struct.pack('>HIH', 2047, 131072, 60))
OPEN = method(0, 10, 40, shortstr(b'/') + b'\0\0')
CHANNEL = method(1, 20, 10, b'\0')
CLOSE = method(0, 10, 50, struct.pack('>H', 200) + shortstr(b'bye') + b'\0\0\0\0')
# ---- storage: runs, log entries and frames (storage/FORMAT.md); checksums are the target's business

def pad8(data):
    return data + bytes(-len(data) % 8)


def record(body, key=b'key', properties=b'\0\0'):
    tail = key + properties + body
    size = (32 + len(tail) + 7) & ~7
    return (struct.pack('<IIIIQBBBBI', 0, size, len(body), len(properties), 2**64 - 1, 0, len(key), 0, 1, 0) +
            tail).ljust(size, b'\0')


def run(bodies, first=7, gap=1, times=False, lanes=False):
    records = b''.join(record(b) for b in bodies)
    span = (len(bodies) - 1) * gap + 1
    flags = 1 | (2 if gap > 1 else 0) | (4 if times else 0) | (8 if lanes else 0)
    columns = b''
    if gap > 1:
        columns += sum(1 << (i * gap) for i in range(len(bodies))).to_bytes((span + 63) // 64 * 8, 'little')
    if times:
        columns += pad8(b''.join(struct.pack('<I', i * 5) for i in range(len(bodies))))
    if lanes:
        columns += pad8(bytes(i % 3 for i in range(len(bodies))))
    return struct.pack('<QQqIIIIBBHI', 1, first, 1000, len(bodies), span, len(records), sum(map(len, bodies)), flags, 0, 0,
                       0) + columns + records


def log_entry(kind, payload):
    payload = pad8(payload)
    return struct.pack('<IBBH', len(payload), kind, 0, 0) + payload


def storage_frame(payload, kind=1, sequence=0, synced=0):
    return pad8(struct.pack('<IIIIQQ', 0, 0, len(payload), kind, sequence, synced) + payload)


ACKS = log_entry(2, struct.pack('<Q', 1) + bytes([2, 7, 3, 5, 0]))
COMMAND = log_entry(3, struct.pack('<QQ', 1, 7) + b'command')

# ---- distribution: hellos, EPMD, batches (distribution/wire)

def hello(name, role=1, version=1, length=None, magic=b'WRNL'):
    rest = struct.pack('>BQ', role, 7) + bytes(range(32)) + shortstr(name)
    return magic + struct.pack('>HH', version, 8 + len(rest) if length is None else length) + rest


def alive2(name, port=25672, extra=b'', highest=6):
    return struct.pack('>BHBBHHH', 120, port, 77, 0, highest, 5, len(name)) + name + struct.pack('>H', len(extra)) + extra


def link_frame(service, content):
    return struct.pack('>HI', service, len(content)) + content


RUNNING, SMALL = b'\x01', b'\x11'  # fuzz_connection's first octet: logged in already; 100 bytes are the largest message

METHODS = {
    'queue.declare': struct.pack('>HH', 50, 10) + b'\0\0' + shortstr(b'q') + b'\x0a' + table([(b'x-max-length', b'I\0\0\0\5')]),
    'exchange.declare': struct.pack('>HH', 40, 10) + b'\0\0' + shortstr(b'x') + shortstr(b'topic') + b'\x02' + table([]),
    'queue.bind': struct.pack('>HH', 50, 20) + b'\0\0' + shortstr(b'q') + shortstr(b'x') + shortstr(b'a.#') + b'\0' + table([]),
    'basic.consume': struct.pack('>HH', 60, 20) + b'\0\0' + shortstr(b'q') + shortstr(b'tag') + b'\x02' + table([]),
    'basic.publish': struct.pack('>HH', 60, 40) + b'\0\0' + shortstr(b'') + shortstr(b'q') + b'\x01',
    'basic.qos': struct.pack('>HH', 60, 10) + struct.pack('>IHB', 0, 10, 0),
    'basic.ack': struct.pack('>HH', 60, 80) + struct.pack('>QB', 1, 1),
    'basic.nack': struct.pack('>HH', 60, 120) + struct.pack('>QB', 1, 3),
    'connection.start-ok': start_ok(b'PLAIN', b'\0u\0p')[7:-1],
    'truncated': struct.pack('>HH', 50, 10) + b'\0\0\x20abc',
    'plain': b'\0guest\0guest',
    'amqplain': content([(b'LOGIN', b'S' + longstr(b'u')), (b'PASSWORD', b'S' + longstr(b'p'))]),
    'cr-demo': b'My password is p',
    'expiration': b'-1.5',
}

CORPORA = {
    'log_records': {
        'run': run([b'hello', b'']), 'sparse': run([b'a', b'b', b'c'], gap=40), 'columns': run([b'a', b'bb'], 7, 3, True, True),
        'one_large': run([b'x' * 2000]), 'run_cut': run([b'hello', b''])[:-8], 'ranges': bytes([2, 7, 3, 5, 0]),
        'commit': storage_frame(log_entry(1, run([b'a', b'b'])) + ACKS + COMMAND),
        'two_commits': storage_frame(ACKS) + storage_frame(log_entry(1, run([b'late'])), sequence=1, synced=512),
        'segment': storage_frame(run([b'a'])) + storage_frame(run([b'b'], 9), sequence=1),
        'damaged_between': storage_frame(ACKS) + b'\xff' * 64 + storage_frame(COMMAND, sequence=2, synced=100),
        'dropped': storage_frame(log_entry(4, struct.pack('<Q', 3))),
    },
    'link_hello': {
        'node': hello(b'rabbit@box'), 'tool': hello(b'tool@box', 2), 'version_2': hello(b'rabbit@box', version=2),
        'oversized': hello(b'rabbit@box', length=513), 'role_3': hello(b'rabbit@box', 3), 'no_name': hello(b''),
        'http': b'GET / HTTP/1.1\r\n\r\n', 'cut': hello(b'rabbit@box')[:30], 'longer': hello(b'rabbit@box') + b'x',
        'longest': hello(b'a' * 255),
    },
    'epmd': {
        'alive2': b'\0' + alive2(b'rabbit'), 'alive2_old': b'\0' + alive2(b'rabbit', highest=5),
        'alive2_extra': b'\0' + alive2(b'rabbit', extra=b'more'), 'port_please2': b'\0zrabbit', 'names': b'\0n', 'dump': b'\0d',
        'kill': b'\0k', 'stop': b'\0srabbit', 'http': b'\0GET / HTTP/1.1', 'alive2_resp': b'\1\x79\0\0\1',
        'alive2_x_resp': b'\1\x76\0\0\0\0\4', 'port2_resp': b'\2\x77\0' + alive2(b'rabbit')[1:], 'port2_resp_none': b'\2\x77\1',
        'names_resp': b'\3' + struct.pack('>I', 4369) + b'name rabbit at port 25672\nname hare at port 1\n',
        'names_resp_noise': b'\3\0\0\0\0name x at port 99999\nactive name <y>\n',
    },
    'link_batch': {
        'two': link_frame(1, b'hello') + link_frame(3, b''), 'ack': link_frame(0, struct.pack('>Q', 500)),
        'cut': link_frame(1, b'hello')[:-1], 'length_too_long': b'\0\1\xff\xff\xff\xffabc', 'unknown_service': link_frame(999, b'x'),
    },
    'field_table': {
        'empty': b'', 'every_type': content(EVERY_TYPE), 'array_128_deep': nested(b'A', 128),
        'array_129_deep': nested(b'A', 129), 'table_40_deep': nested(b'F', 40), 'unknown_letter': content([(b'k', b'U\0\0')]),
        'length_too_long': content([(b'k', b'S\xff\xff\xff\xffabc')]), 'twice': content([(b'k', b'V'), (b'k', b't\1')]),
    },
    'properties': {
        'none': b'\0\0', 'all': all_properties(), 'persistent': b'\x10\0\2', 'continued': b'\x10\1\0\0\2',
        'expiration': b'\1\0' + shortstr(b'60000'), 'headers': b'\x20\0' + table(EVERY_TYPE), 'cut': all_properties()[:30],
    },
    'method': METHODS,
    'connection': {
        'login': b'\0' + LOGIN + TUNE_OK + OPEN + CHANNEL + publish(1, b'hello') + CLOSE,
        'login_refused': b'\2' + LOGIN,
        'vhost_refused': b'\4' + LOGIN + TUNE_OK + OPEN + method(0, 10, 51),
        'amqplain': b'\0' + HEADER + start_ok(b'AMQPLAIN', METHODS['amqplain']),
        'cr_demo': b'\0' + HEADER + start_ok(b'RABBIT-CR-DEMO', b'guest') + method(0, 10, 21, longstr(b'My password is p')),
        'header_0_8': b'\0AMQP\x01\x01\x08\0', 'http': b'\0GET / HTTP/1.1\r\n\r\n', 'tune_too_large':
        b'\0' + LOGIN + method(0, 10, 31, struct.pack('>HIH', 0, 0, 0)),
        'publishes': RUNNING + CHANNEL + publish(1, b'one') + publish(1, b'') + publish(1, b'x' * 300, all_properties(), 3),
        'two_channels': RUNNING + CHANNEL + method(2, 20, 10, b'\0') + publish(1, b'a') + publish(2, b'b'),
        'interleaved': RUNNING + CHANNEL + method(2, 20, 10, b'\0') + publish(1, b'a' * 20, frames=2)[:-18] + publish(2, b'b') +
        frame(3, 1, b'a' * 10),
        'too_large_message': SMALL + CHANNEL + publish(1, b'x' * 101) + publish(1, b'x' * 100),
        'faults': RUNNING + CHANNEL + publish(1, b'x', b'\1\0' + shortstr(b'abc')) + publish(1, b'x', b'\x10\0\7') +
        publish(1, b'x', b'\x20\0' + table([(b'k', b'U\0\0')])),
        'wrong_end': RUNNING + CHANNEL[:-1] + b'\0', 'type_7': RUNNING + frame(7, 1, b'xxxx'),
        'too_large_frame': RUNNING + b'\3\0\1\0\2\x22\xe0', 'header_without_method': RUNNING + CHANNEL + header(1, 0),
        'body_without_header': RUNNING + CHANNEL + frame(3, 1, b'x'), 'heartbeats': RUNNING + frame(8, 0, b'') + frame(8, 1, b''),
        'method_in_content': RUNNING + CHANNEL + publish(1, b'')[:-22] + method(1, 60, 10, b'\0' * 7),
        'wrong_class': RUNNING + CHANNEL + method(1, 60, 40, b'\0\0\0\0\0') + header(1, 0, class_id=50),
        'longer_body': RUNNING + CHANNEL + method(1, 60, 40, b'\0\0\0\0\0') + header(1, 1) + frame(3, 1, b'xx'),
        'large_body': RUNNING + CHANNEL + method(1, 60, 40, b'\0\0\0\0\0') + header(1, 200000) + frame(3, 1, b'x' * 500),
        'closes': RUNNING + CHANNEL + method(1, 20, 40, struct.pack('>H', 200) + b'\0\0\0\0\0') + CLOSE + CHANNEL,
        'channel_error': RUNNING + CHANNEL + method(1, 60, 70, b'\0\0\1q\0') + publish(1, b'late') + method(1, 20, 41) + CHANNEL,
        'update_secret': RUNNING + method(0, 10, 70, longstr(b'new') + shortstr(b'why')) + CHANNEL,
        'six_channels': RUNNING + b''.join(method(n, 20, 10, b'\0') for n in range(1, 7)),
        'blocked': b'\x09' + CHANNEL + publish(1, b'x') + publish(1, b'y'), 'unknown_method': RUNNING + method(1, 60, 999),
        'not_utf8': RUNNING + CHANNEL + method(1, 60, 40, b'\0\0\1\xff\0\0'),
    },
}


def main():
    check, wrong = '--check' in sys.argv, []
    for target, seeds in CORPORA.items():
        folder = os.path.join(HERE, target)
        os.makedirs(folder, exist_ok=True)
        for name, seed in seeds.items():
            path = os.path.join(folder, name)
            if check:
                if not os.path.exists(path) or open(path, 'rb').read() != seed:
                    wrong.append(path)
            else:
                with open(path, 'wb') as f:
                    f.write(seed)
    if wrong:
        sys.exit('run tests/fuzz/make_corpus.py: ' + ', '.join(wrong))


main()
