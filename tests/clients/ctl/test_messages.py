"""Queues, exchanges, bindings, connections, channels and consumers through the tools."""
from testkit import poll, test
from tool import BROKER, Tool, golden  # noqa: F401


def declare(kit):
    c = kit.connect()
    ch = c.channel()
    ch.declare('q1', {'x-max-length': 10}, durable=True)
    ch.declare('q2')
    ch.bind('q1', 'amq.topic', 'a.#')
    return c, ch


@test
def queues_are_listed_with_the_columns_that_are_asked_for(kit):
    c, ch = declare(kit)
    ch.publish('', 'q1', b'one')
    ch.sync()
    tool = Tool(kit.broker)
    golden(tool, '''
$ rabbitmqctl list_queues name messages durable state
Timeout: 60.0 seconds ...
Listing queues for vhost / ...
name	messages	durable	state
q1	1	true	running
q2	0	false	running
$ rabbitmqctl list_queues name,arguments -q
name	arguments
q1	[{"x-max-length",10}]
q2	[]
$ rabbitmqctl list_queues -s name
q1
q2
$ rabbitmqctl list_queues --formatter csv name messages
"name","messages"
"q1","1"
"q2","0"
$ rabbitmqctl -p nosuch list_queues
Timeout: 60.0 seconds ...
Listing queues for vhost nosuch ...
$ rabbitmqctl -p nosuch list_queues --formatter json
[
]
$ rabbitmqctl list_queues --offline name
Timeout: 60.0 seconds ...
Listing queues for vhost / ...
$ rabbitmqctl list_unresponsive_queues
Listing unresponsive queues for vhost / ...
$ rabbitmqctl list_bindings source_name destination_name routing_key
Listing bindings for vhost /...
source_name	destination_name	routing_key
	q1	q1
	q2	q2
amq.topic	q1	a.#
$ rabbitmqctl purge_queue q1
Purging queue 'q1' in vhost '/' ...
$ rabbitmqctl delete_queue q1 --if-unused
Deleting queue 'q1' on vhost '/' if queue is unused ...
Queue was successfully deleted with 0 ready messages
$ rabbitmqctl delete_queue q1
Deleting queue 'q1' on vhost '/' ...
[stderr]
Error:
Queue not found
[exit 64]
$ rabbitmqctl purge_queue q1
Purging queue 'q1' in vhost '/' ...
[stderr]
Error:
not_found
[exit 69]
$ rabbitmqctl sync_queue q2
Synchronising queue 'q2' in vhost '/' ...
[stderr]
Error:
not_mirrored
[exit 69]
$ rabbitmqctl delete_queue q2
Deleting queue 'q2' on vhost '/' ...
Queue was successfully deleted with 0 ready messages
''')
    names = [r['name'] for r in tool.ok('list_exchanges').rows()]
    assert {'', 'amq.direct', 'amq.topic', 'amq.rabbitmq.trace'} <= set(names), names


@test
def connections_channels_and_consumers_are_listed_and_closed(kit):
    c, ch = declare(kit)
    ch.consume('q1', 'tag-1', arguments={'x-priority': 3})
    tool = Tool(kit.broker)
    mine = tool.ok('list_connections', 'pid', 'user', 'vhost', 'state', 'protocol', 'channels').rows()
    assert [(r['user'], r['vhost'], r['state'], r['protocol']) for r in mine] == [('guest', '/', 'running', '{0, 9, 1}')], mine
    assert mine[0]['pid'].startswith('<%s.' % tool.node), mine
    channels = tool.ok('list_channels', 'connection', 'number', 'consumer_count').rows()
    assert channels == [{'connection': mine[0]['pid'], 'number': '1', 'consumer_count': '1'}], channels
    consumers = tool.ok('list_consumers').rows()
    assert [(r['queue_name'], r['consumer_tag'], r['active'], r['arguments']) for r in consumers] == \
        [('q1', 'tag-1', 'true', '[{"x-priority",3}]')], consumers
    as_json = tool.ok('list_consumers', '--formatter', 'json').out
    assert '"channel_pid":"#PID<' in as_json and '"arguments":[["x-priority","' in as_json, as_json
    golden(tool, '''
$ rabbitmqctl close_connection notapid bye
Closing connection notapid, reason: bye...
[stderr]
Error:
Error:
{:invalid_pid_syntax, "notapid"}
[exit 69]
$ rabbitmqctl close_all_connections -p nosuch bye
Closing all connections in vhost nosuch, reason: bye...
Closed 0 connections
$ rabbitmqctl close_all_user_connections nouser bye
Closing connections of user nouser, reason: bye...
''')
    r = tool.ok('close_connection', mine[0]['pid'], 'maintenance')
    assert r.out == 'Closing connection %s, reason: maintenance...\n' % mine[0]['pid'], str(r)
    c.abort()
    poll('closed', lambda: mine[0]['pid'] not in tool.ok('list_connections', 'pid').out)
    other, _ = declare(kit)
    left = len(tool.ok('list_connections', 'pid').rows()) or tool.ok('-s', 'list_connections', 'pid').out.count('\n')
    r = tool.ok('close_all_connections', 'maintenance')
    assert r.out == 'Closing all connections in vhost /, reason: maintenance...\nClosed %d connections\n' % left, str(r)
    tool.ok('delete_queue', 'q1')
    tool('delete_queue', 'q2')


@test
def explain_tells_where_a_message_goes_and_why(kit):
    c, ch = declare(kit)
    tool = Tool(kit.broker)
    r = tool.ok('explain', 'publish', 'amq.topic', 'a.b.c')
    assert r.out.startswith("Explaining a publish to exchange 'amq.topic' with routing key 'a.b.c' in vhost '/' ...\n"), str(r)
    assert "Exchange 'amq.topic' (topic)" in r.out and "queue 'q1'" in r.out, str(r)
    assert '\nQueues\n\n * \'q1\' (classic, durable) on %s, running\n' % tool.node in r.out, str(r)
    nothing = tool.ok('explain', 'publish', 'amq.topic', 'b')
    assert 'No binding matches' in nothing.out and '\nQueues\n\n(none)\n' in nothing.out, str(nothing)
    assert tool('explain', 'publish', 'nosuch', 'k').code == 69
    assert tool('explain', 'consume', 'x', 'k').code == 64
    tool.ok('delete_queue', 'q1')
    tool.ok('delete_queue', 'q2')
