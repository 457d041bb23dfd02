"""Policies, parameters and their mistakes through the tools."""
from testkit import test
from tool import BROKER, Tool, golden  # noqa: F401


@test
def policies_are_set_listed_and_cleared(kit):
    golden(Tool(kit.broker), '''
$ rabbitmqctl set_policy tmp '^tmp\\.' '{"max-length":5}' --priority 7 --apply-to queues
Setting policy "tmp" for pattern "^tmp\\." to "{"max-length":5}" with priority "7" for vhost "/" ...
$ rabbitmqctl list_policies
Listing policies for vhost "/" ...
vhost	name	pattern	apply-to	definition	priority
/	tmp	^tmp\\.	queues	{"max-length":5}	7
$ rabbitmqctl list_policies --formatter json
[
{"vhost":"/","name":"tmp","pattern":"^tmp\\\\.","apply-to":"queues","definition":"{\\"max-length\\":5}","priority":7}
]
$ rabbitmqctl clear_policy tmp
Clearing policy "tmp" on vhost "/" ...
$ rabbitmqctl clear_policy tmp
Clearing policy "tmp" on vhost "/" ...
[stderr]
Error:
Parameter does not exist
[exit 69]
$ rabbitmqctl set_policy bad '^x' '{"message-ttl":-1}'
Setting policy "bad" for pattern "^x" to "{"message-ttl":-1}" with priority "0" for vhost "/" ...
[stderr]
Error:
Validation failed

-1 is not a valid message TTL

[exit 69]
$ rabbitmqctl set_policy bad '^x' 'not json'
Setting policy "bad" for pattern "^x" to "not json" with priority "0" for vhost "/" ...
[stderr]
Error:
JSON decoding error. Reason: badarg
[exit 69]
$ rabbitmqctl set_policy -p nosuch bad '^x' '{"max-length":1}'
Setting policy "bad" for pattern "^x" to "{"max-length":1}" with priority "0" for vhost "nosuch" ...
[stderr]
Virtual host 'nosuch' does not exist
[exit 65]
$ rabbitmqctl set_operator_policy op '^op' '{"expires":60000}' --priority 2 --apply-to queues
Setting operator policy override "op" for pattern "^op" to "{"expires":60000}" with priority "2" for vhost "/" ...
$ rabbitmqctl list_operator_policies
Listing operator policy overrides for vhost "/" ...
vhost	name	pattern	apply-to	definition	priority
/	op	^op	queues	{"expires":60000}	2
$ rabbitmqctl clear_operator_policy op
Clearing operator policy "op" on vhost "/" ...
''')


@test
def global_parameters_and_the_name_of_the_cluster(kit):
    tool = Tool(kit.broker)
    golden(tool, '''
$ rabbitmqctl set_global_parameter my-global '{"a":1,"b":"x"}'
Setting global runtime parameter "my-global" to "{"a":1,"b":"x"}" ...
$ rabbitmqctl set_cluster_name cc-prod
Setting cluster name to cc-prod ...
$ rabbitmqctl eval 'rabbit_nodes:cluster_name().'
<<"cc-prod">>
$ rabbitmqctl clear_global_parameter nosuch
Clearing global runtime parameter "nosuch" ...
[stderr]
Error:
Parameter does not exist
[exit 69]
$ rabbitmqctl set_parameter nosuch tmp '{}'
Setting runtime parameter "tmp" for component "nosuch" to "{}" in vhost "/" ...
[stderr]
Error:
Validation failed

component nosuch not found

[exit 69]
''')
    rows = tool.ok('list_global_parameters').rows()
    assert {'name': 'my-global', 'value': '{"a":1,"b":"x"}'} in rows, rows
    assert {'name': 'cluster_name', 'value': '"cc-prod"'} in rows, rows
    tool.ok('clear_global_parameter', 'my-global')


@test
def definitions_leave_through_a_pipe_and_come_back(kit):
    tool = Tool(kit.broker)
    tool.ok('add_vhost', 'exported')
    text = tool.ok('export_definitions', '-').out
    assert '"exported"' in text and text.startswith('{'), text[:200]
    tool.ok('delete_vhost', 'exported')
    r = tool.ok('import_definitions', input=text)
    assert r.out == 'Importing definitions in JSON from standard input ...\n', str(r)
    assert 'exported' in tool.ok('-s', 'list_vhosts').out.split('\n')
    tool.ok('delete_vhost', 'exported')
    golden(tool, '''
$ rabbitmqctl import_definitions /nosuch.json
[stderr]
Error (argument validation): Bad argument: File /nosuch.json does not exist
Arguments given:
	import_definitions /nosuch.json

Usage

rabbitmqctl [--node <node>] [--longnames] [--quiet] import_definitions <file_path | "-"> [--format <json | erlang>] [--skip-if-unchanged] [--timeout <timeout>]
[exit 65]
''')
