"""pika against a broker: pika_client.py SCENARIO HOST PORT; see README.md."""
import os
import ssl
import sys
import time

import pika
from pika import exceptions as px

SCENARIO, HOST, PORT = sys.argv[1], sys.argv[2], int(sys.argv[3])
PERSISTENT = pika.BasicProperties(delivery_mode=2)
FAILED = False


def claim(name, condition, why=''):
    global FAILED
    FAILED |= not condition
    print('ok %s' % name if condition else 'not ok %s: %s' % (name, why), flush=True)


def until(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
    return True


def connect(user='guest', password='guest', vhost='/', **more):
    return pika.BlockingConnection(pika.ConnectionParameters(
        HOST, PORT, vhost, **({'credentials': pika.PlainCredentials(user, password), 'blocked_connection_timeout': 20,
                               'heartbeat': 30} | more)))


def channel_error(name, code, text, act):
    c = connect()
    ch = c.channel()
    try:
        act(ch)
        claim(name, False, 'no error')
    except px.ChannelClosedByBroker as e:
        claim(name, (e.reply_code, e.reply_text) == (code, text), (e.reply_code, e.reply_text))
    claim(name + ', connection stays', c.is_open)
    c.close()


def connection_error(name, code, text, act):
    c = connect()
    try:
        act(c.channel())
        claim(name, False, 'no error')
    except px.ConnectionClosedByBroker as e:
        claim(name, (e.reply_code, e.reply_text) == (code, text), (e.reply_code, e.reply_text))


def basic():
    c = connect()
    ch = c.channel()
    q = ch.queue_declare('', exclusive=True).method.queue
    claim('server-named queue', q.startswith('amq.gen-'), q)
    ch.confirm_delivery()
    for n in range(100):
        ch.basic_publish('', q, b'%d' % n, mandatory=True)
    claim('confirmed publishes', until(lambda: ch.queue_declare(q, passive=True).method.message_count == 100))
    got = []
    for method, _props, body in ch.consume(q, inactivity_timeout=20):
        got.append(body)
        ch.basic_ack(method.delivery_tag)
        if len(got) == 100:
            break
    ch.cancel()
    claim('consumed in order', got == [b'%d' % n for n in range(100)], got[:5])
    try:
        ch.basic_publish('amq.direct', 'nobody', b'back', mandatory=True)
        claim('returned', False, 'no UnroutableError')
    except px.UnroutableError as e:
        m = e.messages[0]
        claim('returned', (m.method.reply_code, m.method.reply_text, m.body) == (312, 'NO_ROUTE', b'back'), m)
    full = ch.queue_declare('', exclusive=True, arguments={'x-max-length': 1, 'x-overflow': 'reject-publish'}).method.queue
    ch.basic_publish('', full, b'1')
    try:
        ch.basic_publish('', full, b'2')
        claim('nacked', False, 'no NackError')
    except px.NackError:
        claim('nacked', True)
    headers = {'s': 'x', 'i': 5, 'l': [1, 'a', {'k': True}], 'none': None, 'neg': -5}
    props = pika.BasicProperties(content_type='text/plain', headers=headers, delivery_mode=2, priority=4,
                                 correlation_id='c', message_id='m', timestamp=1700000000, type='t', app_id='a')
    ch.basic_publish('', q, b'props', props)
    _m, back, _b = ch.basic_get(q, auto_ack=True)
    claim('properties', back.headers == headers and back.message_id == 'm' and back.timestamp == 1700000000, back)
    body = os.urandom(3 << 20)
    ch.basic_publish('', q, body)
    claim('3 MiB', ch.basic_get(q, auto_ack=True)[2] == body)
    ch.exchange_declare('pika-topic', 'topic', auto_delete=True)
    ch.queue_bind(q, 'pika-topic', 'a.*.c')
    ch.basic_publish('pika-topic', 'a.b.c', b'topic', mandatory=True)
    claim('topic', ch.basic_get(q, auto_ack=True)[2] == b'topic')
    ch.basic_qos(prefetch_count=2)
    for n in range(5):
        ch.basic_publish('', q, b'%d' % n)
    seen = []
    tag = ch.basic_consume(q, lambda _c, m, _p, b: seen.append((m.delivery_tag, b)))
    c.process_data_events(time_limit=1)
    claim('prefetch', len(seen) == 2, seen)
    ch.basic_nack(seen[1][0], multiple=True, requeue=True)
    ch.basic_cancel(tag)
    claim('requeued', until(lambda: ch.queue_declare(q, passive=True).method.message_count == 5))
    tx = c.channel()
    tx.tx_select()
    tx.basic_publish('', q, b'tx')
    tx.tx_rollback()
    tx.basic_publish('', q, b'tx')
    tx.tx_commit()
    claim('transaction', until(lambda: ch.queue_declare(q, passive=True).method.message_count == 6))
    c.close()

    channel_error('404', 404, "NOT_FOUND - no queue 'pika-none' in vhost '/'",
                  lambda ch: ch.queue_declare('pika-none', passive=True))
    channel_error('403', 403, "ACCESS_REFUSED - queue name 'amq.x' contains reserved prefix 'amq.*'",
                  lambda ch: ch.queue_declare('amq.x'))

    def inequivalent(ch):
        ch.queue_declare('pika-eq', auto_delete=True)
        ch.queue_declare('pika-eq', durable=True, auto_delete=True)
    channel_error('406', 406, "PRECONDITION_FAILED - inequivalent arg 'durable' for queue 'pika-eq' in vhost '/': "
                  "received 'true' but current is 'false'", inequivalent)
    c = connect()
    c.channel().queue_delete('pika-eq')
    c.close()
    connection_error('503', 503, "COMMAND_INVALID - unknown exchange type 'wombat'",
                     lambda ch: ch.exchange_declare('pika-w', 'wombat'))
    connection_error('540', 540, 'NOT_IMPLEMENTED - prefetch_size!=0 (9)', lambda ch: ch.basic_qos(prefetch_size=9))
    try:
        connect(password='wrong')
        claim('login refused', False)
    except px.ProbableAuthenticationError as e:
        claim('login refused', 'Login was refused using authentication mechanism PLAIN' in str(e), e)
    try:
        connect(vhost='pika-none')
        claim('no vhost', False)
    except (px.ConnectionClosedByBroker, px.ProbableAccessDeniedError) as e:
        claim('no vhost', 'vhost pika-none not found' in str(e), e)


def store():
    c = connect()
    ch = c.channel()
    ch.queue_declare('pika-store', durable=True)
    ch.confirm_delivery()
    for n in range(200):
        ch.basic_publish('', 'pika-store', b'%d' % n, PERSISTENT)
    claim('stored', True)
    c.close()


def check():
    c = connect()
    ch = c.channel()
    got = []
    while True:
        m, _p, body = ch.basic_get('pika-store')
        if m is None:
            break
        got.append(body)
        ch.basic_ack(m.delivery_tag)
    claim('all there in order', got == [b'%d' % n for n in range(200)], len(got))
    c.close()


def recover():
    c = connect()
    ch = c.channel()
    ch.queue_declare('pika-recover', durable=True)
    ch.confirm_delivery()
    ch.basic_publish('', 'pika-recover', b'before', PERSISTENT)
    print('ready', flush=True)
    assert sys.stdin.readline() == 'stopped\n'
    try:
        c.process_data_events(time_limit=10)
        ch.basic_publish('', 'pika-recover', b'lost', PERSISTENT)
        claim('the loss is noticed', False, 'no exception')
    except (px.AMQPConnectionError, px.ChannelWrongStateError, px.ConnectionWrongStateError) as e:
        claim('the loss is noticed', True, e)
    assert sys.stdin.readline() == 'started\n'
    deadline = time.monotonic() + 30
    while True:
        try:
            c = connect()
            break
        except px.AMQPConnectionError:
            assert time.monotonic() < deadline
    ch = c.channel()
    ch.confirm_delivery()
    ch.basic_publish('', 'pika-recover', b'after', PERSISTENT)
    bodies = [ch.basic_get('pika-recover', auto_ack=True)[2] for _ in range(2)]
    claim('goes on', bodies == [b'before', b'after'], bodies)
    c.close()


def tls():
    """With CERTS naming a folder: verification of the server, of the client, and EXTERNAL."""
    folder = os.environ['CERTS']

    def options(client=None, authority='ca.crt'):
        context = ssl.create_default_context(cafile=os.path.join(folder, authority))
        if client:
            context.load_cert_chain(os.path.join(folder, client + '.crt'), os.path.join(folder, client + '.key'))
        return {'ssl_options': pika.SSLOptions(context, 'localhost')}

    c = connect(**options('client'))
    ch = c.channel()
    q = ch.queue_declare('', exclusive=True).method.queue
    body = os.urandom(1 << 20)
    ch.basic_publish('', q, body)
    claim('over TLS', ch.basic_get(q, auto_ack=True)[2] == body)
    c.close()
    c = connect(credentials=pika.credentials.ExternalCredentials(), **options('client'))
    ch = c.channel()
    ch.confirm_delivery()
    q = ch.queue_declare('', exclusive=True).method.queue
    ch.basic_publish('', q, b'x', pika.BasicProperties(user_id='tls-client'))
    claim('EXTERNAL', ch.basic_get(q, auto_ack=True)[1].user_id == 'tls-client')
    c.close()
    for name, more in (('no certificate', options()), ('a stranger', options('stranger')),
                       ('a server we do not trust', options('client', 'stranger-ca.crt'))):
        try:
            connect(**more)
            claim(name, False, 'was served')
        except (px.AMQPConnectionError, ssl.SSLError):
            claim(name, True)


{'basic': basic, 'store': store, 'check': check, 'recover': recover, 'tls': tls}[SCENARIO]()
sys.exit(1 if FAILED else 0)
