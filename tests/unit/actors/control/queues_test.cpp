#include "actors/control/json_values.hpp"
#include "actors/control/live_rows.hpp"
#include "tests/unit/actors/control/control_fixture.hpp"

using namespace control_test;

namespace {

field_table one_argument(const char* name, field_value value) {
  field_table t;
  t.set(name, std::move(value));
  return t;
}

}  // namespace

TEST_CASE("queues are listed with their own answers, purged and deleted") {
  node_fixture node;
  node.declare_queue_named("stuck", "/", true, one_argument("x-max-length", field_value::int64(100)));
  node.publish("stuck", 12);
  CHECK(node.result("list_queues") == json::array{json::object{{"name", "stuck"}, {"messages", 12}}});
  const json::value row =
      node.result("list_queues",
                  {"name", "durable", "auto_delete", "arguments", "policy", "pid", "owner_pid", "exclusive",
                   "messages_ready,messages_unacknowledged", "message_bytes", "consumers", "consumer_utilisation",
                   "memory", "slave_pids", "state", "type", "head_message_timestamp"})
          .at(0);
  CHECK(row.at("durable") == true);
  CHECK(row.at("arguments") == json::array{json::array{"x-max-length", "long", 100}});
  CHECK(row.at("pid").get_string().starts_with("<rabbit@box.1795329411."));
  CHECK(row.at("owner_pid") == "");
  CHECK(row.at("exclusive") == false);
  CHECK(row.at("messages_ready") == 12);
  CHECK(row.at("messages_unacknowledged") == 0);
  CHECK(row.at("message_bytes") == 60);
  CHECK(row.at("consumers") == 0);
  CHECK(row.at("consumer_utilisation") == 0);
  CHECK(row.at("memory").get_int64() > 60);
  CHECK(row.at("slave_pids") == "");
  CHECK(row.at("state") == "running");
  CHECK(row.at("type") == "classic");
  CHECK(row.at("head_message_timestamp") == "");
  std::vector<std::string> every;
  for (const auto& c : queue_columns()) every.emplace_back(c.name);
  CHECK(node.result("list_queues", every).at(0).get_object().size() == 36);

  CHECK(node.failure("list_queues", {"name", "operator_policy", "effective_policy_definition"}) ==
        "64 Info key(s) effective_policy_definition,operator_policy are not supported");
  CHECK(node.result("list_queues", {}, {{"vhost", "nosuch"}}) == json::array{});
  CHECK(node.result("list_queues", {"name"}, {{"offline", true}}) == json::array{});
  CHECK(node.result("list_queues", {"name"}, {{"local", true}}).get_array().size() == 1);
  CHECK(node.result("list_unresponsive_queues") == json::array{});

  CHECK(node.failure("delete_queue", {"stuck"}, {{"if-empty", true}}) == "64 Queue is not empty");
  CHECK(node.result("purge_queue", {"stuck"}).is_null());
  CHECK(node.result("list_queues").at(0).at("messages") == 0);
  node.publish("stuck", 3);
  CHECK(node.result("delete_queue", {"stuck"}, {{"if-unused", true}}) ==
        "Queue was successfully deleted with 3 ready messages");
  CHECK(node.failure("delete_queue", {"stuck"}) == "64 Queue not found");
  CHECK(node.failure("purge_queue", {"stuck"}) == "69 not_found");
}

TEST_CASE("consumers are listed with the channel that they belong to, and keep an exclusive queue in use") {
  node_fixture node;
  node.declare_queue_named("jobs");
  const auto queue =
      node.services->queues.find(node.services->metadata_now.get()->find_vhost("/")->find_queue("jobs")->record->id);
  // the test plays the channel
  const channel_id channel = node.services->new_channel_id();
  caf::scoped_actor client(*node.system);
  node.services->channels.put(channel, caf::actor_cast<caf::actor>(client->address()));
  consumer_spec spec;
  spec.id = node.services->new_consumer_id();
  spec.channel = channel;
  spec.tag = "ctag-1";
  spec.exclusive = true;
  spec.prefetch = 10;
  spec.window_bytes = 1 << 20;
  spec.arguments = one_argument("x-priority", field_value::int32(3));
  client->send(queue, queue_consume{spec, caf::actor_cast<caf::actor>(client->address())});
  client->receive([](const consume_answer& a) { CHECK_FALSE(a.failure.has_value()); });
  const json::value row = node.result("list_consumers").at(0);
  CHECK(row.at("queue_name") == "jobs");
  CHECK(row.at("channel_pid").get_string() == pid_name{"rabbit@box", 1795329411, client->id()}.text());
  CHECK(row.at("consumer_tag") == "ctag-1");
  CHECK(row.at("ack_required") == true);
  CHECK(row.at("prefetch_count") == 10);
  CHECK(row.at("active") == true);
  CHECK(row.at("arguments") == json::array{json::array{"x-priority", "signedint", 3}});
  CHECK(node.result("list_consumers", {"activity_status"}).at(0).at("activity_status") == "up");
  const json::value queue_row =
      node.result("list_queues", {"exclusive_consumer_tag", "exclusive_consumer_pid", "consumers"}).at(0);
  CHECK(queue_row.at("exclusive_consumer_tag") == "ctag-1");
  CHECK(queue_row.at("exclusive_consumer_pid") == row.at("channel_pid"));
  CHECK(queue_row.at("consumers") == 1);
  CHECK(node.failure("delete_queue", {"jobs"}, {{"if-unused", true}}) == "64 Queue is in use");
}

TEST_CASE("exchanges and bindings are listed, the implicit ones first") {
  node_fixture node;
  node.declare_queue_named("q");
  node.apply(declare_exchange{"/", "logs", "topic", true, false, false,
                              one_argument("alternate-exchange", field_value::long_string("amq.fanout")), false, ""});
  node.apply(warren::bind{"/", {"logs", destination_kind::queue, "q", "info.#", {}}});
  const json::value exchanges =
      node.result("list_exchanges", {"name", "type", "durable", "auto_delete", "internal", "arguments", "policy"});
  CHECK(exchanges.at(0).at("name") == "");
  bool found = false;
  for (const json::value& x : exchanges.get_array())
    if (x.at("name") == "logs") {
      found = true;
      CHECK(x.at("arguments") == json::array{json::array{"alternate-exchange", "longstr", "amq.fanout"}});
    }
  CHECK(found);
  CHECK(node.result("list_exchanges").at(0).get_object().size() == 2);
  CHECK(node.result("list_bindings") == json::array{json::object{{"source_name", ""},
                                                                 {"source_kind", "exchange"},
                                                                 {"destination_name", "q"},
                                                                 {"destination_kind", "queue"},
                                                                 {"routing_key", "q"},
                                                                 {"arguments", json::array{}}},
                                                    json::object{{"source_name", "logs"},
                                                                 {"source_kind", "exchange"},
                                                                 {"destination_name", "q"},
                                                                 {"destination_kind", "queue"},
                                                                 {"routing_key", "info.#"},
                                                                 {"arguments", json::array{}}}});
  CHECK(node.failure("list_bindings", {"nope"}) == "64 Info key(s) nope are not supported");
  CHECK(node.failure("list_exchanges", {"nope"}) == "64 Info key(s) nope are not supported");
}

TEST_CASE("commands about replicas answer for classic queues as RabbitMQ does") {
  node_fixture node;
  node.declare_queue_named("classic");
  CHECK(node.failure("sync_queue", {"classic"}) == "69 not_mirrored");
  CHECK(node.failure("sync_queue", {"nosuch"}) == "69 not_found");
  CHECK(node.result("cancel_sync_queue", {"classic"}) == "not_syncing");
  CHECK(node.failure("quorum_status", {"classic"}) == "69 Cannot get quorum status of a classic queue");
  CHECK(node.failure("quorum_status", {"nosuch"}) == "69 not_found");
  CHECK(node.failure("add_member", {"classic", "rabbit@box"}) == "69 Cannot add members to a classic queue");
  CHECK(node.failure("delete_member", {"classic", "rabbit@box"}) == "69 Cannot delete members from a classic queue");
  CHECK(node.failure("peek", {"classic", "1"}) == "69 Cannot peek into a classic queue");
  CHECK(node.result("grow", {"rabbit@box", "all"}) == json::array{});
  CHECK(node.failure("grow", {"rabbit@box", "sometimes"}) == "64 \"strategy 'sometimes' is not recognised.\"");
  CHECK(node.result("shrink", {"rabbit@box"}) == json::array{});
  CHECK(node.failure("rebalance", {"nosuch"}) == "69 type nosuch is not supported. Try one of all, classic, quorum.");
  CHECK(node.result("rebalance", {"all"}).at(0).at("Node name") == "rabbit@box");
  CHECK(node.result("check_if_node_is_quorum_critical") ==
        "Node rabbit@box reported no quorum queues with minimum quorum");
}
