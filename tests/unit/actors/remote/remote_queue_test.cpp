#include <catch2/catch.hpp>

#include "actors/queue/queue_admin_messages.hpp"
#include "actors/remote/wire/stream_end.hpp"
#include "supervision/test_crash.hpp"
#include "tests/unit/actors/remote/support/client.hpp"
#include "tests/unit/actors/remote/support/cluster.hpp"

// Clients of node A with queues whose home is node B: what they see is what they would see at B.

namespace warren::testing {
namespace {

std::vector<std::string> numbered(int first, int count, const std::string& tail = "") {
  std::vector<std::string> out;
  for (int i = first; i < first + count; ++i) out.push_back(std::to_string(i) + tail);
  return out;
}

amqp::basic_get get_from(const std::string& queue, bool no_ack) {
  amqp::basic_get g;
  g.queue = queue;
  g.no_ack = no_ack;
  return g;
}

field_value longstr(std::string text) { return field_value::long_string(std::move(text)); }

actors::queue_status status_of(two_nodes& cluster, const test_node& home, const std::string& queue) {
  actors::queue_status status;
  caf::scoped_actor self(cluster.system);
  self->request(cluster.queue_actor(home, queue), std::chrono::seconds(20), actors::queue_ask_status{})
      .receive([&](actors::queue_status& s) { status = std::move(s); }, [](const caf::error&) { FAIL("no status"); });
  return status;
}

const std::string down_text = "NOT_FOUND - home node 'rabbit@b' of durable queue 'q' in vhost 'v' is down or inaccessible";

}  // namespace

TEST_CASE("Publish, get, counts, purge and delete work with a queue of another node") {
  two_nodes cluster;
  cluster.queue_on(*cluster.b, "q");
  client c(*cluster.a->services);
  CHECK(c.declare("q").message_count == 0);
  c.publish("q", numbered(1, 5));
  c.send(get_from("q", true));
  const auto got = c.next<amqp::basic_get_ok>();
  CHECK(got.body == "1");
  CHECK(std::get<amqp::basic_get_ok>(got.what).message_count == 4);
  CHECK(c.declare("q", true).message_count == 4);
  amqp::queue_purge purge;
  purge.queue = "q";
  c.send(purge);
  CHECK(c.expect<amqp::queue_purge_ok>().message_count == 4);
  c.send(get_from("q", true));
  (void)c.expect<amqp::basic_get_empty>();
  c.publish("q", {"last"});
  amqp::queue_delete gone;
  gone.queue = "q";
  gone.if_empty = true;
  c.send(gone);
  CHECK(c.expect<amqp::channel_close>().reply_text == "PRECONDITION_FAILED - queue 'q' in vhost 'v' not empty");
  client d(*cluster.a->services);
  gone.if_empty = false;
  d.send(gone);
  CHECK(d.expect<amqp::queue_delete_ok>().message_count == 1);
  eventually("its actor has ended", [&] { return cluster.b->services->queues.size() == 0; });
}

TEST_CASE("A hundred thousand messages cross to the queue and back in order, every one confirmed") {
  two_nodes cluster;
  cluster.queue_on(*cluster.b, "q");
  client publisher(*cluster.a->services), consumer(*cluster.a->services);
  publisher.confirms();
  consumer.consume("q");
  constexpr int total = 100'000, batch = 1000;
  for (int i = 0; i < total; i += batch) publisher.publish("q", numbered(i, batch));
  std::uint64_t last_tag = 0;
  for (int i = 0; i < total; ++i) {
    const auto d = consumer.next<amqp::basic_deliver>();
    if (d.body != std::to_string(i)) FAIL("message " << i << " is " << d.body);
    const auto& m = std::get<amqp::basic_deliver>(d.what);
    if (m.redelivered) FAIL("redelivered");
    last_tag = m.delivery_tag;
    if (i % batch == batch - 1) consumer.send(amqp::basic_ack{last_tag, true});
  }
  CHECK(publisher.confirmed_upto(total) == 0);
  eventually("all are acknowledged", [&] { return status_of(cluster, *cluster.b, "q").ledger.acked == total; });
  CHECK(last_tag == total);
}

TEST_CASE("Bodies of many megabytes arrive as they were sent, between small ones") {
  two_nodes cluster;
  cluster.queue_on(*cluster.b, "q");
  client c(*cluster.a->services);
  c.confirms();
  std::string large(20u << 20, 'x');
  for (std::size_t i = 0; i < large.size(); i += 1009) large[i] = static_cast<char>(i >> 10);
  c.publish("q", {"before", large, "between", large.substr(5), "after"});
  CHECK(c.confirmed_upto(5) == 0);
  c.consume("q", true);
  CHECK(c.deliveries(5) == std::vector<std::string>{"before", large, "between", large.substr(5), "after"});
}

TEST_CASE("Prefetch holds across nodes, per consumer and for the whole channel") {
  two_nodes cluster;
  cluster.queue_on(*cluster.b, "q");
  const bool global = GENERATE(false, true);
  client c(*cluster.a->services);
  amqp::basic_qos qos;
  qos.prefetch_count = 10;
  qos.global = global;
  c.send(qos);
  (void)c.expect<amqp::basic_qos_ok>();
  c.publish("q", numbered(0, 100));
  c.consume("q");
  CHECK(c.deliveries(10) == numbered(0, 10));
  CHECK(status_of(cluster, *cluster.b, "q").counts.ready == 90);
  CHECK(c.count<amqp::basic_deliver>() == 0);
  c.send(amqp::basic_ack{10, true});
  CHECK(c.deliveries(10) == numbered(10, 10));
  eventually("ten are out", [&] { return status_of(cluster, *cluster.b, "q").counts.unacked == 10; });
  CHECK(c.count<amqp::basic_deliver>() == 0);
}

TEST_CASE("A limit for the whole channel that comes, changes and goes while it consumes holds across nodes") {
  two_nodes cluster;
  cluster.queue_on(*cluster.b, "q");
  client c(*cluster.a->services);
  const auto limit = [&c](std::uint16_t messages) {
    amqp::basic_qos qos;
    qos.prefetch_count = messages;
    qos.global = true;
    c.send(qos);
    (void)c.expect<amqp::basic_qos_ok>();
  };
  const auto out = [&](std::uint64_t messages) {
    eventually("as many are out", [&] { return status_of(cluster, *cluster.b, "q").counts.unacked == messages; });
  };
  c.consume("q");
  limit(5);
  c.publish("q", numbered(0, 100));
  CHECK(c.deliveries(5) == numbered(0, 5));
  out(5);
  limit(8);
  CHECK(c.deliveries(3) == numbered(5, 3));
  out(8);
  CHECK(c.count<amqp::basic_deliver>() == 0);
  limit(0);
  CHECK(c.deliveries(92) == numbered(8, 92));
}

TEST_CASE("What a channel leaves unsettled comes back redelivered, whether it closes or dies") {
  two_nodes cluster;
  cluster.queue_on(*cluster.b, "q");
  const bool dies = GENERATE(false, true);
  {
    client c(*cluster.a->services);
    c.publish("q", {"m"});
    c.consume("q");
    CHECK(c.deliveries(1) == std::vector<std::string>{"m"});
    if (dies) c.crash();
  }
  eventually("it is ready again", [&] {
    const auto s = status_of(cluster, *cluster.b, "q").counts;
    return s.ready == 1 && s.consumers == 0;
  });
  client other(*cluster.b->services);
  other.send(get_from("q", true));
  CHECK(other.expect<amqp::basic_get_ok>().redelivered);
}

TEST_CASE("Rejected and returned messages, cancel and transactions reach the queue in their order") {
  two_nodes cluster;
  cluster.queue_on(*cluster.b, "q");
  client c(*cluster.a->services);
  c.send(amqp::tx_select{});
  (void)c.expect<amqp::tx_select_ok>();
  c.publish("q", numbered(1, 3));
  CHECK(c.declare("q", true).message_count == 0);
  c.send(amqp::tx_commit{});
  (void)c.expect<amqp::tx_commit_ok>();
  CHECK(c.declare("q", true).message_count == 3);
  client d(*cluster.a->services);
  const std::string tag = d.consume("q");
  CHECK(d.deliveries(3) == numbered(1, 3));
  d.send(amqp::basic_cancel{tag, false});
  (void)d.expect<amqp::basic_cancel_ok>();
  d.send(amqp::basic_nack{1, false, true});
  d.send(amqp::basic_reject{2, false});
  CHECK(d.declare("q", true).message_count == 1);
  d.send(get_from("q", false));
  const auto got = d.next<amqp::basic_get_ok>();
  CHECK(got.body == "1");
  CHECK(std::get<amqp::basic_get_ok>(got.what).redelivered);
  CHECK(status_of(cluster, *cluster.b, "q").counts.unacked == 2);
}

TEST_CASE("When the link is lost, consumers are cancelled, unconfirmed publishes refused, and nothing hangs") {
  two_nodes cluster;
  cluster.queue_on(*cluster.b, "q");
  client consumer(*cluster.a->services), publisher(*cluster.a->services), getter(*cluster.a->services), declarer(*cluster.a->services);
  const std::string tag = consumer.consume("q");
  publisher.confirms();
  publisher.publish("q", {"safe"});
  CHECK(publisher.confirmed_upto(1) == 0);
  CHECK(consumer.deliveries(1) == std::vector<std::string>{"safe"});
  cluster.net.hold();
  publisher.publish("q", {"lost", "lost too"});
  getter.send(get_from("q", true));
  amqp::queue_declare passive;
  passive.queue = "q";
  passive.passive = true;
  declarer.send(passive);
  eventually("they are on their way", [&] { return cluster.net.held_bytes() > 2 * actors::wire::packet_header::bytes; });
  cluster.cut();
  CHECK(consumer.expect<amqp::basic_cancel>().consumer_tag == tag);
  CHECK(publisher.confirmed_upto(3) == 2);
  CHECK(getter.expect<amqp::channel_close>().reply_text == down_text);
  CHECK(declarer.expect<amqp::channel_close>().reply_text == down_text);
  // and while it is down
  for (amqp::method m :
       {amqp::method(passive), amqp::method(get_from("q", true)), amqp::method(amqp::basic_consume{0, "q"}),
        amqp::method(amqp::queue_purge{0, "q"}), amqp::method(amqp::queue_delete{0, "q"}),
        amqp::method(amqp::queue_bind{0, "q", "amq.topic", "k"}), amqp::method(amqp::queue_declare{0, "q", false, true})}) {
    INFO(amqp::method_name(amqp::id_of(m)));
    client c(*cluster.a->services);
    c.send(m);
    CHECK(c.expect<amqp::channel_close>().reply_text == down_text);
  }
  publisher.publish("q", {"nobody"}, "", true);
  CHECK(publisher.expect<amqp::basic_return>().reply_text == "NO_ROUTE");
  CHECK(publisher.confirmed_upto(4) == 1);
  // what was delivered and not settled is there again
  eventually("it is requeued", [&] { return status_of(cluster, *cluster.b, "q").counts.ready == 1; });
  CHECK(status_of(cluster, *cluster.b, "q").counts.consumers == 0);
  cluster.net.go_on();
  cluster.connect();
  publisher.publish("q", {"again"});
  CHECK(publisher.confirmed_upto(5) == 0);
  consumer.consume("q", true);
  CHECK(consumer.deliveries(2) == std::vector<std::string>{"safe", "again"});
}

TEST_CASE("Who finds the link gone before the node is told gets the same answers") {
  two_nodes cluster;
  cluster.queue_on(*cluster.b, "q");
  client getter(*cluster.a->services), publisher(*cluster.a->services);
  publisher.confirms();
  publisher.publish("q", {"safe"});
  CHECK(publisher.confirmed_upto(1) == 0);
  const std::uint64_t link = cluster.net.break_off("rabbit@a", "rabbit@b");
  getter.send(get_from("q", true));
  publisher.publish("q", {"lost"});
  publisher.send(amqp::basic_qos{});  // the publish has left the channel when this is answered
  (void)publisher.expect<amqp::basic_qos_ok>();
  cluster.net.report("rabbit@a", "rabbit@b", link);
  CHECK(getter.expect<amqp::channel_close>().reply_text == down_text);
  CHECK(publisher.confirmed_upto(2) == 1);
}

TEST_CASE("An acknowledgement from before a lost link settles nobody else's delivery") {
  two_nodes cluster;
  cluster.queue_on(*cluster.b, "q");
  client early(*cluster.a->services), late(*cluster.b->services);
  early.confirms();
  early.publish("q", {"m"});
  CHECK(early.confirmed_upto(1) == 0);
  early.consume("q");
  CHECK(early.deliveries(1) == std::vector<std::string>{"m"});
  cluster.cut();
  cluster.connect();
  late.consume("q");
  CHECK(late.deliveries(1) == std::vector<std::string>{"m"});
  early.publish("q", {"n"});  // a new link to the same queue
  CHECK(early.confirmed_upto(2) == 0);
  early.send(amqp::basic_ack{1, false});
  CHECK(early.declare("q", true).consumer_count == 1);  // the acknowledgement has been taken in
  CHECK(late.deliveries(1) == std::vector<std::string>{"n"});
  CHECK(status_of(cluster, *cluster.b, "q").counts.unacked == 2);
  CHECK(status_of(cluster, *cluster.b, "q").ledger.acked == 0);
}

TEST_CASE("A publisher is stopped and the link's share stays small while nothing gets through") {
  two_nodes cluster;
  cluster.queue_on(*cluster.b, "q");
  client publisher(*cluster.a->services);
  publisher.confirms();
  cluster.net.hold();
  for (int i = 0; i < 320; ++i) publisher.publish("q", std::vector<std::string>(20, std::string(5000, 'x')));
  eventually("the connection is told to stop reading", [&] { return publisher.throttled(); });
  CHECK(cluster.net.held_bytes() <= actors::wire::stream_end::window_bytes + 2 * actors::wire::stream_end::packet_bytes);
  cluster.net.go_on();
  CHECK(publisher.confirmed_upto(6400) == 0);
  eventually("it may read again", [&] { return !publisher.throttled(); });
  CHECK(cluster.net.held_bytes() == 0);
}

TEST_CASE("A consumer that does not read holds its window and no more; others get the rest") {
  two_nodes cluster;
  cluster.queue_on(*cluster.b, "q");
  client slow(*cluster.a->services), publisher(*cluster.b->services);
  slow.stop_reading();
  slow.consume("q");
  publisher.confirms();
  for (int i = 0; i < 40; ++i) publisher.publish("q", std::vector<std::string>(100, std::string(10'000, 'x')));
  CHECK(publisher.confirmed_upto(4000) == 0);
  const auto held = [&] { return status_of(cluster, *cluster.b, "q").counts.unacked_bytes; };
  eventually("the window is full", [&] { return held() > 900'000; });
  CHECK(held() <= 1024 * 1024 + 10'100);
  client quick(*cluster.a->services);
  quick.consume("q", true);
  (void)quick.deliveries(3800);
  CHECK(held() <= 1024 * 1024 + 10'100);
  slow.read_on();
  eventually("the slow one gets what is left",
             [&] { return slow.count<amqp::basic_deliver>() + quick.count<amqp::basic_deliver>() == 200; });
}

TEST_CASE("A deleted queue cancels its consumers elsewhere and is not found by those who come") {
  two_nodes cluster;
  cluster.queue_on(*cluster.b, "q");
  client consumer(*cluster.a->services), other(*cluster.a->services);
  const std::string tag = consumer.consume("q");
  other.send(amqp::queue_delete{0, "q"});
  (void)other.expect<amqp::queue_delete_ok>();
  CHECK(consumer.expect<amqp::basic_cancel>().consumer_tag == tag);
  other.send(amqp::basic_consume{0, "q"});
  CHECK(other.expect<amqp::channel_close>().reply_text == "NOT_FOUND - no queue 'q' in vhost 'v'");
  eventually("no proxy is left", [&] { return cluster.a->services->remote.all().empty(); });
}

TEST_CASE("A queue that crashes cancels its consumers elsewhere and is back with what was confirmed") {
  two_nodes cluster;
  cluster.queue_on(*cluster.b, "q");
  client c(*cluster.a->services);
  c.confirms();
  c.publish("q", numbered(1, 3));
  CHECK(c.confirmed_upto(3) == 0);
  const std::string tag = c.consume("q");
  CHECK(c.deliveries(3) == numbered(1, 3));
  supervision::enable_test_crashes(true);
  caf::anon_send(cluster.queue_actor(*cluster.b, "q"), supervision::test_crash{"a test"});
  CHECK(c.expect<amqp::basic_cancel>().consumer_tag == tag);
  supervision::enable_test_crashes(false);
  client d(*cluster.a->services);
  d.consume("q", true);
  CHECK(d.deliveries(3) == numbered(1, 3));
}

TEST_CASE("A gateway that crashes is a lost link for a moment, at either end") {
  two_nodes cluster;
  cluster.queue_on(*cluster.b, "q");
  auto& crashing = GENERATE(true, false) ? cluster.a : cluster.b;
  client c(*cluster.a->services);
  c.confirms();
  c.publish("q", {"m"});
  CHECK(c.confirmed_upto(1) == 0);
  const std::string tag = c.consume("q");
  CHECK(c.deliveries(1) == std::vector<std::string>{"m"});
  supervision::enable_test_crashes(true);
  caf::anon_send(cluster.net.subscriber(crashing->name(), distribution::service::queues), supervision::test_crash{"a test"});
  CHECK(c.expect<amqp::basic_cancel>().consumer_tag == tag);
  supervision::enable_test_crashes(false);
  eventually("both know each other again",
             [&] { return cluster.a->services->remote.is_up("rabbit@b") && cluster.b->services->remote.is_up("rabbit@a"); });
  eventually("the message is ready again", [&] { return status_of(cluster, *cluster.b, "q").counts.ready == 1; });
  c.consume("q", true);
  CHECK(c.deliveries(1) == std::vector<std::string>{"m"});
}

TEST_CASE("A direct reply finds its channel on another node, and its address can be asked for") {
  two_nodes cluster;
  cluster.queue_on(*cluster.b, "requests");
  client asker(*cluster.a->services), server(*cluster.b->services);
  asker.send(amqp::basic_consume{0, "amq.rabbitmq.reply-to", "replies", false, true});
  (void)asker.expect<amqp::basic_consume_ok>();
  asker.publish("requests", {"how are you?"}, "", false, "amq.rabbitmq.reply-to");
  server.consume("requests", true);
  const auto request = server.next<amqp::basic_deliver>();
  const std::string address = decode_properties(request.properties)->reply_to.value();
  CHECK(server.declare(address, true).consumer_count == 1);
  const std::string large(3u << 20, 'y');
  server.publish(address, {"fine", large}, "", true);
  CHECK(asker.deliveries(2) == std::vector<std::string>{"fine", large});
  asker.stop();
  server.send(amqp::queue_declare{0, address, true});
  CHECK(server.expect<amqp::channel_close>().reply_text == "NOT_FOUND - no queue '" + address + "' in vhost 'v'");
}

TEST_CASE("Dead letters go to a queue of another node, and a fanout to queues of both") {
  two_nodes cluster;
  field_table arguments;
  arguments.set("x-dead-letter-exchange", longstr(""));
  arguments.set("x-dead-letter-routing-key", longstr("dead"));
  cluster.queue_on(*cluster.a, "q", arguments);
  cluster.queue_on(*cluster.b, "dead");
  client c(*cluster.a->services);
  c.publish("q", {"m"});
  c.send(get_from("q", false));
  (void)c.expect<amqp::basic_get_ok>();
  c.send(amqp::basic_reject{1, false});
  eventually("it is there", [&] { return status_of(cluster, *cluster.b, "dead").counts.ready == 1; });
  for (const char* queue : {"q", "dead"}) {
    c.send(amqp::queue_bind{0, queue, "amq.fanout", ""});
    (void)c.expect<amqp::queue_bind_ok>();
  }
  c.confirms();
  c.publish("", {"both"}, "amq.fanout");
  CHECK(c.confirmed_upto(1) == 0);
  CHECK(status_of(cluster, *cluster.a, "q").counts.ready == 1);
  CHECK(status_of(cluster, *cluster.b, "dead").counts.ready == 2);
}

TEST_CASE("min-masters places a queue on the other node, by argument and by policy, and it works at once") {
  two_nodes cluster;
  cluster.queue_on(*cluster.a, "one");
  cluster.queue_on(*cluster.a, "two");
  client c(*cluster.a->services);
  field_table arguments;
  arguments.set("x-queue-master-locator", longstr("min-masters"));
  c.declare("three", false, arguments);
  field_table definition;
  definition.set("queue-master-locator", longstr("min-masters"));
  cluster.apply(set_policy{"v", policy_kind::user, "p", "^four$", "queues", 0, definition});
  c.declare("four");
  c.declare("five");
  const auto home = [&](const char* name) {
    return cluster.a->services->metadata_now.get()->find_vhost("v")->find_queue(name)->record->node;
  };
  CHECK(home("three") == "rabbit@b");
  CHECK(home("four") == "rabbit@b");
  CHECK(home("five") == "rabbit@a");
  CHECK(cluster.a->services->queues.size() == 3);
  CHECK(cluster.b->services->queues.size() == 2);
  c.publish("three", {"m"});
  c.consume("three", true);
  CHECK(c.deliveries(1) == std::vector<std::string>{"m"});
}

TEST_CASE("An auto-delete queue goes with its last consumer on another node, also when that node is lost") {
  two_nodes cluster;
  declare_queue d;
  d.vhost = "v";
  d.name = "q";
  d.auto_delete = true;
  d.node = "rabbit@b";
  cluster.apply(d);
  const bool lost = GENERATE(false, true);
  client c(*cluster.a->services);
  c.consume("q");
  if (lost) {
    cluster.cut();
  } else {
    c.stop();
  }
  eventually("the queue is gone", [&] {
    return cluster.b->services->queues.size() == 0 && cluster.a->services->metadata_now.get()->find_vhost("v")->find_queue("q") == nullptr;
  });
}

}  // namespace warren::testing
