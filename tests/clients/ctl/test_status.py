"""What a node says about itself: status, health checks, diagnostics; and what happens without a node."""
import json
import threading

from testkit import test
from tool import BROKER, Tool, golden  # noqa: F401


@test
def health_checks_of_a_healthy_node(kit):
    b = kit.broker
    tool = Tool(b)
    golden(tool, '''
$ rabbitmqctl ping
Will ping {node}. This only checks if the OS process is running and registered with epmd. Timeout: 60000 ms.
Ping succeeded
$ rabbitmq-diagnostics -q check_running
RabbitMQ on node {node} is fully booted and running
$ rabbitmq-diagnostics check_local_alarms
Asking node {node} to report any local resource alarms ...
Node {node} reported no local alarms
$ rabbitmq-diagnostics check_alarms
Asking node {node} to report any local resource alarms ...
Node {node} reported no alarms, local or clusterwide
$ rabbitmq-diagnostics alarms
Asking node {node} to report any known resource alarms ...
Node {node} reported no alarms, local or clusterwide
$ rabbitmq-diagnostics check_virtual_hosts
Checking if all vhosts are running on node {node} ...
Node {node} reported all vhosts as running
$ rabbitmq-diagnostics check_protocol_listener amqp
Asking node {node} if there's an active listener for protocol amqp ...
A listener for protocol amqp is running on node {node}.
$ rabbitmq-diagnostics check_protocol_listener mqtt
Asking node {node} if there's an active listener for protocol mqtt ...
[stderr]
Error:
No listener for protocol mqtt is active on node {node}. Found listeners for the following protocols: amqp, clustering
[exit 69]
$ rabbitmq-queues check_if_node_is_quorum_critical
Checking if node {node} is critical for quorum of any quorum queues ...
Node {node} reported no quorum queues with minimum quorum
$ rabbitmq-diagnostics is_booting
Asking node {node} for its boot status ...
RabbitMQ on node {node} is fully booted (check with is_running), stopped or has not started booting yet
$ rabbitmq-diagnostics server_version
Asking node {node} for its RabbitMQ version...
3.10.8
$ rabbitmqctl await_startup
$ rabbitmqctl await_online_nodes 1
Will wait for at least 1 nodes to join the cluster of {node}. Timeout: 300 seconds.
$ rabbitmqctl rotate_logs
[stderr]
Error:
This command does not rotate logs anymore [deprecated]
[exit 69]
$ rabbitmqctl -t 0 list_queues
[stderr]
Error: operation list_queues on node {node} timed out. Timeout value used: 0
[exit 75]
''')
    assert tool('check_port_listener', b.port, name='rabbitmq-diagnostics').code == 0
    assert tool('check_port_listener', 1, name='rabbitmq-diagnostics').code == 69
    r = tool.ok('check_port_connectivity', name='rabbitmq-diagnostics')
    assert 'Successfully connected to ports' in r.out, str(r)


@test
def alarms_are_raised_shown_and_cleared(kit):
    golden(Tool(kit.broker), '''
$ rabbitmqctl set_vm_memory_high_watermark 0.00001
Setting memory threshold on {node} to 0.00001 ...
$ rabbitmq-diagnostics check_local_alarms
Asking node {node} to report any local resource alarms ...
[stderr]
Error:
Memory alarm on node {node}
[exit 69]
$ rabbitmq-diagnostics check_alarms
Asking node {node} to report any local resource alarms ...
[stderr]
Memory alarm on node {node}
[exit 69]
$ rabbitmqctl set_vm_memory_high_watermark 0.4
Setting memory threshold on {node} to 0.4 ...
$ rabbitmq-diagnostics -q check_local_alarms
Node {node} reported no local alarms
$ rabbitmqctl set_disk_free_limit 900000GB
Setting disk free limit on {node} to 900000GB bytes ...
$ rabbitmq-diagnostics -q alarms
Free disk space alarm on node {node}
$ rabbitmqctl set_disk_free_limit 50MB
Setting disk free limit on {node} to 50MB bytes ...
$ rabbitmq-diagnostics -q alarms
Node {node} reported no alarms, local or clusterwide
''')


@test
def sectioned_commands_have_their_sections(kit):
    tool = Tool(kit.broker)
    cluster = tool.ok('cluster_status').out
    at = 0
    for title in ('Basics', 'Disk Nodes', 'Running Nodes', 'Versions', 'Maintenance status', 'Alarms', 'Network Partitions', 'Listeners',
                  'Feature flags'):
        at = cluster.index('\n' + title + '\n\n', at)
    assert '\nDisk Nodes\n\n%s\n' % tool.node in cluster and '\x1b' not in cluster, cluster
    status = tool.ok('status').out
    at = 0
    for title in ('Runtime', 'Plugins', 'Data directory', 'Config files', 'Log file(s)', 'Alarms', 'Memory', 'File Descriptors',
                  'Free Disk Space', 'Totals', 'Listeners'):
        at = status.index('\n' + title + '\n\n', at)
    told = json.loads(tool.ok('status', '--formatter', 'json').out)
    assert 'OS PID: %d\n' % told['pid'] in status, status
    assert json.loads(tool.ok('cluster_status', '--formatter', 'json').out)['running_nodes'] == [tool.node]
    for words in (['environment'], ['report'], ['supervision_tree'], ['list_feature_flags'], ['force_gc']):
        tool.ok(*words)
    for words in (['listeners'], ['memory_breakdown', '--unit', 'MB'], ['erlang_version'], ['erlang_cookie_hash'], ['certificates'],
                  ['os_env'], ['resolver_info'], ['tls_versions'], ['cipher_suites'], ['discover_peers'], ['command_line_arguments'],
                  ['list_network_interfaces'], ['resolve_hostname', 'localhost'], ['erlang_cookie_sources'], ['log_location']):
        r = tool.ok(*words, name='rabbitmq-diagnostics')
        assert r.out.count('\n') > 1, str(r)


@test
def the_application_is_stopped_and_started_under_the_tool(kit):
    b = kit.start(environment=dict(BROKER['environment']))
    tool = Tool(b)
    golden(tool, '''
$ rabbitmqctl reset
[stderr]
Error: this command requires the 'rabbit' app to be stopped on the target node. Stop it with 'rabbitmqctl stop_app'.
Arguments given:
	reset

Usage

rabbitmqctl [--node <node>] [--longnames] [--quiet] reset
[exit 64]
$ rabbitmqctl stop_app
Stopping rabbit application on node {node} ...
$ rabbitmqctl stop_app
Stopping rabbit application on node {node} ...
$ rabbitmqctl list_queues
[stderr]
Error: this command requires the 'rabbit' app to be running on the target node. Start it with 'rabbitmqctl start_app'.
Arguments given:
	list_queues

Usage

rabbitmqctl [--node <node>] [--longnames] [--quiet] list_queues [--vhost <vhost>] [--online] [--offline] [--local] [--no-table-headers] [<column>, ...] [--timeout <timeout>]
[exit 64]
$ rabbitmq-diagnostics check_running
Checking if RabbitMQ is running on node {node} ...
[stderr]
Error:
RabbitMQ on node {node} is not running or has not fully booted yet (check with is_booting)
[exit 69]
$ rabbitmqctl await_startup -t 1
[stderr]
Error: operation await_startup on node {node} timed out. Timeout value used: 1000
[exit 75]
$ rabbitmqctl start_app
Starting node {node} ...
$ rabbitmqctl list_users
Listing users ...
user	tags
guest	[administrator]
''')


@test
def shutdown_waits_for_the_process(kit):
    b = kit.start(environment=dict(BROKER['environment']))
    tool = Tool(b)
    b.told = True
    threading.Thread(target=b.process.wait, daemon=True).start()  # the tool waits until nothing of the process is left
    r = tool.ok('shutdown')
    assert r.out == ('Shutting down RabbitMQ node %s running at PID %d\nWaiting for PID %d to terminate\n'
                     'RabbitMQ node %s running at PID %d successfully shut down\n' % (tool.node, b.pid, b.pid, tool.node, b.pid)) \
        or b.process.poll() is not None, str(r)


@test
def a_node_that_is_not_there_is_diagnosed(kit):
    tool = Tool(kit.broker)
    name = 'nope@localhost'
    r = tool('-n', name, 'list_users')
    assert r.code == 69 and not r.out, str(r)
    assert r.err.startswith("Error: unable to perform an operation on node '%s'." % name), str(r)
    assert "  * epmd reports: node 'nope' not running at all\n                  other nodes on localhost: [" in r.err, str(r)
    assert ' * Erlang cookie hash: ' in r.err, str(r)
    wrong = tool('--erlang-cookie', 'WRONGCOOKIE', 'list_users')
    assert wrong.code == 69 and '  * TCP connection succeeded but Erlang distribution failed \n' in wrong.err, str(wrong)
    golden(tool, '''
$ rabbitmqctl -n nope@localhost ping
Will ping nope@localhost. This only checks if the OS process is running and registered with epmd. Timeout: 60000 ms.
[stderr]
Error:
Failed to connect and authenticate to nope@localhost in 60000 ms
[exit 69]
$ rabbitmqctl -n ref1@nohost.invalid status
[stderr]
Error: operation status failed due to invalid node name (node: ref1@nohost.invalid, reason: short).
If using FQDN node names, use the -l / --longnames argument
[exit 65]
''')


@test
def the_log_is_shown(kit):
    tool = Tool(kit.broker)
    golden(tool, '''
$ rabbitmqctl set_log_level debug
Setting log level to "debug" ...
$ rabbitmqctl set_log_level loud
[stderr]
Error:
level loud is not supported. Try one of debug, info, warning, error, critical, none
[exit 69]
$ rabbitmqctl set_log_level info
Setting log level to "info" ...
''')
