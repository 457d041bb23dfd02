# bunny against a broker: bunny_client.rb SCENARIO HOST PORT; see README.md.
require 'bunny'
require 'timeout'
$stdout.sync = true
SCENARIO, HOST, PORT = ARGV[0], ARGV[1], ARGV[2].to_i
$failed = false

def claim(name, condition, why = nil)
  $failed ||= !condition
  puts condition ? "ok #{name}" : "not ok #{name}: #{why.inspect}"
end

def connect(**more)
  Bunny.new({ host: HOST, port: PORT, log_level: 5, automatically_recover: false, continuation_timeout: 20_000 }.merge(more)).start
end

def wait_until(seconds = 30)
  deadline = Time.now + seconds
  until (value = yield)
    return nil if Time.now > deadline
    Thread.pass
    IO.select(nil, nil, nil, 0.01)
  end
  value
end

def channel_error(name, kind, code, text)
  c = connect
  begin
    yield c.create_channel
    claim(name, false, 'no error')
  rescue kind => e
    close = e.channel_close
    claim(name, [close.reply_code, close.reply_text] == [code, text], [close.reply_code, close.reply_text])
  end
  claim("#{name}, connection stays", c.open?)
  c.close
end

def basic
  c = connect
  ch = c.create_channel
  ch.confirm_select
  q = ch.queue('', exclusive: true)
  claim('server-named queue', q.name.start_with?('amq.gen-'), q.name)
  100.times { |n| q.publish(n.to_s, persistent: true) }
  claim('confirms', ch.wait_for_confirms && ch.nacked_set.empty?)
  claim('counts', wait_until { q.message_count == 100 }, q.message_count)
  got = Queue.new
  consumer = q.subscribe(manual_ack: true) { |info, _, body| got << body; ch.ack(info.delivery_tag) }
  bodies = Timeout.timeout(20) { Array.new(100) { got.pop } }
  claim('consumed in order', bodies == (0..99).map(&:to_s), bodies.first(5))
  consumer.cancel
  returned = Queue.new
  x = ch.direct('amq.direct')
  x.on_return { |info, _, body| returned << [info.reply_code, info.reply_text, body] }
  x.publish('back', routing_key: 'nobody', mandatory: true)
  back = Timeout.timeout(20) { returned.pop }
  claim('returned', back == [312, 'NO_ROUTE', 'back'], back)
  full = ch.queue('', exclusive: true, arguments: { 'x-max-length' => 1, 'x-overflow' => 'reject-publish' })
  full.publish('1')
  ch.wait_for_confirms
  full.publish('2')
  claim('nacked', !ch.wait_for_confirms && ch.nacked_set.size == 1, ch.nacked_set)
  headers = { 's' => 'x', 'i' => 5, 'list' => [1, 'a'], 'table' => { 'k' => true }, 'big' => 2**40 }
  q.publish('props', headers: headers, content_type: 'text/plain', message_id: 'm', priority: 3)
  _info, props, = wait_until { r = q.pop; r[0] && r }
  claim('properties', props[:headers] == headers && props[:message_id] == 'm', props)
  big = Random.new(1).bytes(2 << 20)
  q.publish(big)
  claim('2 MiB', wait_until { q.pop[2] } == big)
  topic = ch.topic('bunny-topic', auto_delete: true)
  q.bind(topic, routing_key: 'a.#')
  topic.publish('t', routing_key: 'a.b.c')
  claim('topic', wait_until { q.pop[2] } == 't')
  reply = ch.queue('amq.rabbitmq.reply-to', passive: true)
  claim('reply-to exists', reply.name == 'amq.rabbitmq.reply-to')
  c.close

  channel_error('404', Bunny::NotFound, 404, "NOT_FOUND - no queue 'bunny-none' in vhost '/'") do |k|
    k.queue('bunny-none', passive: true)
  end
  channel_error('403', Bunny::AccessRefused, 403, "ACCESS_REFUSED - exchange name 'amq.x' contains reserved prefix 'amq.*'") do |k|
    k.direct('amq.x')
  end
  channel_error('406', Bunny::PreconditionFailed, 406,
                "PRECONDITION_FAILED - queue 'bunny-full' in vhost '/' not empty") do |k|
    k.confirm_select
    k.queue('bunny-full', exclusive: true).publish('x')
    k.wait_for_confirms
    k.queue_delete('bunny-full', if_empty: true)
  end
  owner = connect
  owner.create_channel.queue('bunny-locked', exclusive: true)
  channel_error('405', Bunny::ResourceLocked, 405,
                "RESOURCE_LOCKED - cannot obtain exclusive access to locked queue 'bunny-locked' in vhost '/'. It could be originally declared on another connection or the exclusive property value does not match that of the original declaration.") do |k|
    k.queue('bunny-locked', passive: true)
  end
  owner.close
  begin
    connect(pass: 'wrong')
    claim('login refused', false)
  rescue Bunny::AuthenticationFailureError
    claim('login refused', true)
  end
  begin
    connect(vhost: 'bunny-none')
    claim('no vhost', false)
  rescue Bunny::NotAllowedError, Bunny::Exception => e
    claim('no vhost', e.message.include?('vhost bunny-none not found'), e.message)
  end
end

def store
  c = connect
  ch = c.create_channel
  ch.confirm_select
  q = ch.queue('bunny-store', durable: true)
  200.times { |n| q.publish(n.to_s, persistent: true) }
  claim('stored', ch.wait_for_confirms)
  c.close
end

def check
  c = connect
  q = c.create_channel.queue('bunny-store', durable: true)
  got = []
  while (body = q.pop[2])
    got << body
  end
  claim('all there in order', got == (0..199).map(&:to_s), got.size)
  c.close
end

# bunny's own recovery: connection, channel, topology, consumers, confirms, without the program doing anything.
def recover
  done = Queue.new
  c = connect(automatically_recover: true, network_recovery_interval: 0.2, recover_from_connection_close: true,
              recovery_completed: -> { done << true })
  ch = c.create_channel
  ch.prefetch(10)
  ch.confirm_select
  got = Queue.new
  durable = ch.queue('bunny-recover', durable: true)
  named = ch.queue('', exclusive: true)
  first_name = named.name
  fan = ch.fanout('bunny-fan', durable: true)
  named.bind(fan)
  durable.subscribe(manual_ack: true) { |info, _, body| got << [:durable, body]; info.channel.ack(info.delivery_tag) }
  named.subscribe { |_, _, body| got << [:named, body] }
  durable.publish('before', persistent: true)
  claim('before', ch.wait_for_confirms && Timeout.timeout(20) { got.pop } == [:durable, 'before'])
  puts 'ready'
  claim('told stopped', $stdin.gets == "stopped\n")
  claim('told started', $stdin.gets == "started\n")
  # Watched over a connection of its own: the recovering one belongs to bunny until it says that it is done.
  watch = wait_until do
    connect
  rescue Bunny::Exception
    nil
  end
  consumed = lambda do |name|
    k = watch.create_channel
    count = k.queue_declare(name, passive: true).consumer_count
    k.close
    count
  rescue Bunny::Exception
    0
  end
  back = wait_until(60) { done.size == 1 && consumed.call('bunny-recover') == 1 }
  claim('recovered', back, done.size)
  if back
    durable.publish('after', persistent: true)
    fan.publish('fan')
    claim('confirms go on', ch.wait_for_confirms)
    seen = Timeout.timeout(20) { [got.pop, got.pop] }
    claim('consumers go on', seen.sort == [[:durable, 'after'], [:named, 'fan']], seen)
    claim('server-named queue is another one', named.name != first_name, named.name)
  end
  c.close
end

send(SCENARIO)
exit($failed ? 1 : 0)
