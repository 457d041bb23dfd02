"""Users, permissions, virtual hosts and limits through the tools: what RabbitMQ 3.10 prints."""
from testkit import test
from tool import BROKER, Tool, golden  # noqa: F401


@test
def users_come_and_go_with_rabbitmqs_words(kit):
    golden(Tool(kit.broker), '''
$ rabbitmqctl add_user alice s3cret
Adding user "alice" ...
Done. Don't forget to grant the user permissions to some virtual hosts! See 'rabbitmqctl help set_permissions' to learn more.
$ rabbitmqctl add_user alice s3cret
Adding user "alice" ...
[stderr]
Error:
User "alice" already exists
[exit 70]
$ rabbitmqctl authenticate_user alice s3cret
Authenticating user "alice" ...
Success
$ rabbitmqctl authenticate_user alice wrong
Authenticating user "alice" ...
[stderr]
Error:
Error: failed to authenticate user "alice"
user 'alice' - invalid credentials
[exit 65]
$ rabbitmqctl change_password alice n3w
Changing password for user "alice" ...
$ rabbitmqctl authenticate_user alice n3w
Authenticating user "alice" ...
Success
$ rabbitmqctl change_password nouser n3w
Changing password for user "nouser" ...
[stderr]
Error:
User "nouser" does not exist
[exit 67]
$ rabbitmqctl set_user_tags alice administrator policymaker
Setting tags for user "alice" to [administrator, policymaker] ...
$ rabbitmqctl list_users
Listing users ...
user	tags
alice	[administrator, policymaker]
guest	[administrator]
$ rabbitmqctl list_users --formatter json
[
{"user":"alice","tags":["administrator","policymaker"]}
,{"user":"guest","tags":["administrator"]}
]
$ rabbitmqctl set_user_limits alice '{"max-connections": 2, "max-channels": 5}'
Setting user limits to "{"max-connections": 2, "max-channels": 5}" for user "alice" ...
$ rabbitmqctl list_user_limits --user alice
Listing limits for user "alice" ...
{"max-channels":5,"max-connections":2}
$ rabbitmqctl clear_user_limits alice all
Clearing all limits for user "alice" ...
$ rabbitmqctl set_user_limits alice notjson
Setting user limits to "notjson" for user "alice" ...
[stderr]
Error:
JSON decoding error. Reason: badarg
[exit 69]
$ rabbitmqctl clear_password alice
Clearing password for user "alice" ...
$ rabbitmqctl delete_user alice
Deleting user "alice" ...
$ rabbitmqctl delete_user alice
Deleting user "alice" ...
[stderr]
Error:
User "alice" does not exist
[exit 67]
''')


@test
def a_password_may_come_from_standard_input(kit):
    tool = Tool(kit.broker)
    r = tool('add_user', 'bob', input='hunter2\n')
    assert r.code == 0 and 'Password: ' in r.out, str(r)
    assert tool('authenticate_user', 'bob', 'hunter2').code == 0
    tool.ok('delete_user', 'bob')


@test
def permissions_are_given_listed_and_taken(kit):
    golden(Tool(kit.broker), '''
$ rabbitmqctl -q add_user alice s3cret
$ rabbitmqctl add_vhost v1
Adding vhost "v1" ...
$ rabbitmqctl set_permissions -p v1 alice '^alice-.*' '.*' '.*'
Setting permissions for user "alice" in vhost "v1" ...
$ rabbitmqctl list_permissions -p v1
Listing permissions for vhost "v1" ...
user	configure	write	read
alice	^alice-.*	.*	.*
$ rabbitmqctl list_user_permissions alice
Listing permissions for user "alice" ...
vhost	configure	write	read
v1	^alice-.*	.*	.*
$ rabbitmqctl set_permissions -p nosuch alice '.*' '.*' '.*'
Setting permissions for user "alice" in vhost "nosuch" ...
[stderr]
Error:
Virtual host nosuch does not exist
[exit 69]
$ rabbitmqctl set_permissions -p v1 nouser '.*' '.*' '.*'
Setting permissions for user "nouser" in vhost "v1" ...
[stderr]
Error:
User nouser does not exist
[exit 67]
$ rabbitmqctl list_permissions -p nosuch
Listing permissions for vhost "nosuch" ...
[stderr]
Virtual host 'nosuch' does not exist
[exit 65]
$ rabbitmqctl list_user_permissions nouser
Listing permissions for user "nouser" ...
[stderr]
Error:
{:no_such_user, "nouser"}
[exit 69]
$ rabbitmqctl set_topic_permissions -p v1 alice amq.topic '^a' '.*'
Setting topic permissions on "amq.topic" for user "alice" in vhost "v1" ...
$ rabbitmqctl list_topic_permissions -p v1
Listing topic permissions for vhost "v1" ...
user	exchange	write	read
alice	amq.topic	^a	.*
$ rabbitmqctl list_user_topic_permissions alice
Listing topic permissions for user "alice" ...
v1	amq.topic	^a	.*
$ rabbitmqctl clear_topic_permissions -p v1 alice amq.topic
Clearing topic permissions on "amq.topic" for user "alice" in vhost "v1" ...
$ rabbitmqctl clear_permissions -p v1 alice
Clearing permissions for user "alice" in vhost "v1" ...
$ rabbitmqctl -q list_permissions -p v1
$ rabbitmqctl delete_vhost v1
Deleting vhost "v1" ...
$ rabbitmqctl -q delete_user alice
''')


@test
def virtual_hosts_have_tags_limits_and_tracing(kit):
    golden(Tool(kit.broker), '''
$ rabbitmqctl add_vhost v2 --description second --tags a,b
Adding vhost "v2" ...
$ rabbitmqctl add_vhost v2
Adding vhost "v2" ...
$ rabbitmqctl list_vhosts name description tags tracing default_queue_type
Listing vhosts ...
name	description	tags	tracing	default_queue_type
/	Default virtual host	[]	false	undefined
v2	second	[a, b]	false	undefined
$ rabbitmqctl set_vhost_tags v2 x y
Setting tags for virtual host "v2" to [x, y] ...
$ rabbitmqctl -s list_vhosts tags
[]
[x, y]
$ rabbitmqctl restart_vhost -p v2
Trying to restart vhost 'v2' on node '{node}' ...
Vhost 'v2' is already running on node '{node}'
$ rabbitmqctl set_vhost_limits -p v2 '{"max-connections": 64, "max-queues": 256}'
Setting vhost limits to "{"max-connections": 64, "max-queues": 256}" for vhost "v2" ...
$ rabbitmqctl list_vhost_limits -p v2
Listing limits for vhost "v2" ...
{"max-connections":64,"max-queues":256}
$ rabbitmqctl clear_vhost_limits -p v2
Clearing vhost "v2" limits ...
$ rabbitmqctl trace_on -p v2
Starting tracing for vhost "v2" ...
Trace enabled for vhost v2
$ rabbitmqctl trace_off -p v2
Stopping tracing for vhost "v2" ...
Trace disabled for vhost v2
$ rabbitmqctl delete_vhost v2
Deleting vhost "v2" ...
$ rabbitmqctl delete_vhost v2
Deleting vhost "v2" ...
[stderr]
Virtual host 'v2' does not exist
[exit 65]
''')
