"""What the conformance modules share: the vhost of the captures, its users, and short cuts."""
from broker import definitions, permission, user

VHOST = 'amqp-ref'

DEFINITIONS = definitions(
    vhosts=[VHOST, 'amqp-other', 'limited-queues', 'closed-vhost'],
    users=[user('limited'), user('no-connections', limits={'max-connections': 0}),
           user('one-channel', limits={'max-channels': 1}), user('nobody')],
    permissions=[permission('limited', VHOST, '^own-', '^own-|amq.topic', '^own-|amq.topic'),
                 permission('one-channel'), permission('no-connections')],
    topic_permissions=[{'user': 'limited', 'vhost': VHOST, 'exchange': 'amq.topic', 'write': '^a\\.', 'read': '^a\\.'}],
    parameters=[{'component': 'vhost-limits', 'name': 'limits', 'vhost': 'limited-queues', 'value': {'max-queues': 1}},
                {'component': 'vhost-limits', 'name': 'limits', 'vhost': 'closed-vhost',
                 'value': {'max-connections': 0}}])

BROKER = {'definitions': DEFINITIONS}


def channel(t, number=1, **handshake):
    return t.channel(number=number, **({'vhost': VHOST} | handshake))


def ok(_answer):
    return 'ok'


def refused_with(code, class_method):
    """A predicate: a channel error of that code and method, whatever its text."""
    def check(got):
        return (isinstance(got, dict) and got.get('channel.close') == code and got['class_method'] == list(class_method)
                and len(got['text']) > len('PRECONDITION_FAILED - '))
    return check
