#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>
#include <set>

#include "actors/auth/base64.hpp"
#include "actors/definitions/export_definitions.hpp"
#include "actors/definitions/import_definitions.hpp"
#include "core/metadata/metadata_machine.hpp"

using namespace warren;
using namespace warren::actors;
namespace json = boost::json;

namespace {

/// Every kind of entry that a definitions file of RabbitMQ 3.10.8 has.
constexpr const char* full_file = R"({
  "rabbit_version": "3.10.8", "rabbitmq_version": "3.10.8", "product_name": "RabbitMQ", "product_version": "3.10.8",
  "users": [
    {"name": "dev", "password_hash": "JimAcfyqpOPSdEwU/YeNGFZtFLUGW9IXFE6z1hE8Rm0UriAm",
     "hashing_algorithm": "rabbit_password_hashing_sha256", "tags": ["policymaker"], "limits": {"max-channels": 200, "max-connections": 20}},
    {"name": "guest", "password_hash": "IEMjz1StlBN2EhwzTYnsJno3gUDQ4MJZRVdcN/dJ5ooMq8Rq",
     "hashing_algorithm": "rabbit_password_hashing_sha256", "tags": ["administrator"], "limits": {}}],
  "vhosts": [{"name": "/"}, {"name": "prod"}],
  "permissions": [{"user": "guest", "vhost": "/", "configure": ".*", "write": ".*", "read": ".*"},
                  {"user": "dev", "vhost": "prod", "configure": "^dev-.*", "write": "", "read": ".*"}],
  "topic_permissions": [{"user": "dev", "vhost": "prod", "exchange": "amq.topic", "write": "^a", "read": ".*"}],
  "parameters": [
    {"value": {"dest-queue": "b", "src-queue": "a", "src-uri": "amqp://"}, "vhost": "prod", "component": "shovel", "name": "s"},
    {"value": [{"max-hops": 2, "upstream": "u"}], "vhost": "prod", "component": "federation-upstream-set", "name": "set"},
    {"value": {"max-connections": 50, "max-queues": 100}, "vhost": "prod", "component": "vhost-limits", "name": "limits"},
    {"value": {"pattern": "^two-", "definition": {"max-length": 10000}, "priority": 0, "apply-to": "queues"},
     "vhost": "prod", "component": "operator_policy", "name": "opmax"}],
  "global_parameters": [{"name": "cluster_name", "value": "prod"}, {"name": "mine", "value": {"a": 1, "b": "x"}}],
  "policies": [{"vhost": "prod", "name": "ttl", "pattern": "taxi\\.\\d+", "apply-to": "queues",
                "definition": {"dead-letter-exchange": "dlx", "message-ttl": 604800000}, "priority": 5}],
  "queues": [{"name": "plain", "vhost": "/", "durable": true, "auto_delete": false, "arguments": {}},
             {"name": "limited", "vhost": "prod", "durable": true, "auto_delete": false,
              "arguments": {"x-max-length": 10, "x-message-ttl": 60000, "x-overflow": "reject-publish", "x-single-active-consumer": true}}],
  "exchanges": [{"name": "dlx", "vhost": "prod", "type": "fanout", "durable": true, "auto_delete": false, "internal": false, "arguments": {}},
                {"name": "in", "vhost": "prod", "type": "topic", "durable": true, "auto_delete": false, "internal": true,
                 "arguments": {"alternate-exchange": "dlx"}}],
  "bindings": [{"source": "dlx", "vhost": "prod", "destination": "limited", "destination_type": "queue", "routing_key": "k", "arguments": {}},
               {"source": "in", "vhost": "prod", "destination": "dlx", "destination_type": "exchange", "routing_key": "#",
                "arguments": {"x-match": "any", "n": 1}}]
})";

struct broker {
  metadata_machine machine;
  std::vector<std::string> left_out;

  import_context context(std::string vhost = "") const { return {machine.snapshot(), "rabbit@box", std::move(vhost)}; }

  void import(std::string_view text, std::string vhost = "") {
    auto plan = plan_import(text, context(std::move(vhost)));
    if (!plan) FAIL(plan.failure().text);
    left_out = plan->left_out;
    for (const auto& step : plan->steps) {
      const auto done = machine.apply(step.what);
      if (!done.result) FAIL(step.where + ": " + done.result.failure().text);
    }
  }
  std::string refusal(std::string_view text, std::string vhost = "") const {
    const auto plan = plan_import(text, context(std::move(vhost)));
    REQUIRE_FALSE(plan.ok());
    return plan.failure().text;
  }
};

/// The same whatever the order of members.
std::string normal_text(const json::value& v) {
  if (const auto* list = v.if_array()) {
    std::string out = "[";
    for (const auto& item : *list) out += normal_text(item) + ",";
    return out + "]";
  }
  const auto* object = v.if_object();
  if (!object) return json::serialize(v);
  std::map<std::string, std::string> members;
  for (const auto& [key, value] : *object) members[std::string(key)] = normal_text(value);
  std::string out = "{";
  for (const auto& [key, value] : members) out += key + ":" + value + ",";
  return out + "}";
}

/// The entries of a section, whatever their order.
std::multiset<std::string> section(const json::object& file, const char* name) {
  std::multiset<std::string> out;
  for (const auto& item : file.at(name).as_array()) out.insert(normal_text(item));
  return out;
}

}  // namespace

TEST_CASE_METHOD(broker, "An export of what was imported equals the file, entry by entry") {
  import(full_file);
  const auto original = json::parse(full_file).as_object();
  const auto exported = export_definitions(*machine.snapshot());
  for (const char* name : {"users", "vhosts", "permissions", "topic_permissions", "parameters", "global_parameters",
                           "policies", "queues", "exchanges", "bindings"}) {
    INFO(name);
    CHECK(section(exported, name) == section(original, name));
  }
  CHECK(exported.at("rabbit_version") == "3.10.8");
  CHECK(left_out.empty());
}

TEST_CASE_METHOD(broker, "Export, import into a blank broker, export again: nothing has changed") {
  import(full_file);
  const auto first = json::serialize(export_definitions(*machine.snapshot()));
  broker other;
  other.import(first);
  CHECK(json::serialize(export_definitions(*other.machine.snapshot())) == first);
}

TEST_CASE_METHOD(broker, "A second import of the same file changes nothing") {
  import(full_file);
  const auto first = json::serialize(export_definitions(*machine.snapshot()));
  import(full_file);
  CHECK(json::serialize(export_definitions(*machine.snapshot())) == first);
}

TEST_CASE_METHOD(broker, "Imported objects are what the file says") {
  import(full_file);
  const auto state = machine.snapshot();
  const auto* dev = state->find_user("dev");
  REQUIRE(dev);
  CHECK(dev->limits.max_channels == 200);
  CHECK(to_base64(dev->password_hash) == "JimAcfyqpOPSdEwU/YeNGFZtFLUGW9IXFE6z1hE8Rm0UriAm");
  const auto prod = state->find_vhost("prod");
  REQUIRE(prod);
  CHECK(prod->record->limits.max_queues == 100);
  CHECK(prod->operator_policies->size() == 1);
  const auto* queue = prod->find_queue("limited");
  REQUIRE(queue);
  CHECK(queue->record->node == "rabbit@box");
  CHECK(*queue->record->arguments.find("x-max-length")->integer() == 10);
  CHECK(*queue->record->arguments.find("x-single-active-consumer")->boolean());
  CHECK(queue->bindings.size() == 1);
  CHECK(prod->find_exchange("in")->record->internal);
}

TEST_CASE_METHOD(broker, "Queues and exchanges that exist already stay as they are, even when the file differs") {
  import(full_file);
  import(
      R"({"queues": [{"name": "plain", "vhost": "/", "durable": false, "auto_delete": true, "arguments": {"x-max-length": 1}}],
             "exchanges": [{"name": "dlx", "vhost": "prod", "type": "direct", "durable": true, "auto_delete": false, "internal": false}]})");
  CHECK(machine.snapshot()->find_vhost("/")->find_queue("plain")->record->durable);
  CHECK(machine.snapshot()->find_vhost("prod")->find_exchange("dlx")->record->type == exchange_type::fanout);
}

TEST_CASE_METHOD(broker, "Commands come in RabbitMQ's order") {
  const auto plan = plan_import(full_file, context());
  REQUIRE(plan.ok());
  std::vector<std::string> order;
  for (const auto& step : plan->steps)
    if (order.empty() || order.back() != command_name(step.what)) order.emplace_back(command_name(step.what));
  CHECK(order == std::vector<std::string>{"put_user", "set_user_limits", "put_user", "set_user_limits", "put_vhost",
                                          "set_permission", "set_topic_permission", "declare_exchange",
                                          "set_global_parameter", "set_policy", "set_parameter", "set_vhost_limits",
                                          "set_policy", "declare_queue", "bind"});
}

TEST_CASE_METHOD(broker, "A virtual host's own file names no virtual host") {
  import(full_file);
  const auto file = export_vhost_definitions(*machine.snapshot(), "prod");
  CHECK_FALSE(file.contains("users"));
  CHECK_FALSE(file.at("queues").as_array()[0].as_object().contains("vhost"));
  CHECK(machine.apply(put_vhost{"copy", "", {}, "", false}).result.ok());
  import(json::serialize(file), "copy");
  const auto copy = export_vhost_definitions(*machine.snapshot(), "copy");
  for (const char* name : {"queues", "exchanges", "bindings"}) CHECK(section(copy, name) == section(file, name));
  CHECK(copy.at("policies").as_array().size() == 1);
  CHECK(refusal(full_file, "copy") == "these are the definitions of a whole broker, not of one virtual host");
}

TEST_CASE_METHOD(broker, "What Warren does not have yet is left out with its bindings and named") {
  import(R"({"vhosts": [{"name": "/"}],
    "exchanges": [{"name": "f", "vhost": "/", "type": "x-federation-upstream", "durable": true}, {"name": "x", "vhost": "/", "type": "fanout"}],
    "queues": [{"name": "q", "vhost": "/", "durable": true, "arguments": {"x-queue-type": "quorum"}}, {"name": "c", "vhost": "/"}],
    "bindings": [{"source": "x", "vhost": "/", "destination": "q", "destination_type": "queue", "routing_key": ""},
                 {"source": "f", "vhost": "/", "destination": "c", "destination_type": "queue", "routing_key": ""},
                 {"source": "x", "vhost": "/", "destination": "c", "destination_type": "queue", "routing_key": ""}]})");
  REQUIRE(left_out.size() == 4);
  CHECK(left_out[0] ==
        "exchanges[0] 'f' in vhost '/' is left out: Warren has no exchanges of type x-federation-upstream yet");
  CHECK(left_out[1] == "queues[0] 'q' in vhost '/' is left out: Warren has no queues of type quorum yet");
  CHECK(machine.snapshot()->find_vhost("/")->find_queue("c")->bindings.size() == 1);
}

TEST_CASE_METHOD(broker, "Older exports: tags as one text, no hashing algorithm") {
  import(
      R"({"rabbit_version": "3.5.7", "users": [{"name": "old", "password_hash": "AAAA", "tags": "administrator, monitoring"}]})");
  const auto* old = machine.snapshot()->find_user("old");
  CHECK(old->tags == std::vector<std::string>{"administrator", "monitoring"});
  CHECK(old->hashing_algorithm == "rabbit_password_hashing_md5");
  import(R"({"rabbit_version": "3.10.8", "users": [{"name": "new", "password": "secret", "tags": []}]})");
  const auto* made = machine.snapshot()->find_user("new");
  CHECK(made->hashing_algorithm == "rabbit_password_hashing_sha256");
  CHECK(password_matches(password_hashing::sha256, made->password_hash, "secret"));
}

TEST_CASE_METHOD(broker, "Mistakes are named by their path, or by line and column") {
  CHECK(refusal("{\"users\": [\n  oops]}").starts_with("not JSON: "));
  CHECK(refusal("{\"users\": [\n  oops]}").ends_with("at line 2, column 3"));
  CHECK(refusal("{} x").find("something follows the end") != std::string::npos);
  CHECK(refusal("").starts_with("not JSON: "));
  CHECK(refusal("[]") == "expected a JSON object");
  CHECK(refusal(R"({"queues": {}})") == "queues: expected a list");
  CHECK(refusal(R"({"queues": [1]})") == "queues[0]: expected an object, found 1");
  CHECK(refusal(R"({"queues": [{"vhost": "/"}]})") == "queues[0].name: is missing");
  CHECK(refusal(R"({"vhosts": [{"name": "a"}, {"name": 5}]})") == "vhosts[1].name: expected a text, found 5");
  CHECK(refusal(R"({"queues": [{"name": "q", "vhost": "/", "durable": "yes"}]})") ==
        "queues[0].durable: expected true or false, found \"yes\"");
  CHECK(refusal(R"({"queues": [{"name": "q", "vhost": "/", "arguments": {"a": [18446744073709551615]}}]})") ==
        "queues[0].arguments.a[0]: the number is too large");
  CHECK(refusal(R"({"users": [{"name": "u", "password_hash": "?"}]})") == "users[0].password_hash: is not base64");
  CHECK(refusal(R"({"bindings": [{"source": "x", "vhost": "/", "destination": "q", "destination_type": "topic"}]})") ==
        "bindings[0].destination_type: expected queue or exchange, found topic");
  CHECK(
      refusal(
          R"({"parameters": [{"vhost": "/", "component": "operator_policy", "name": "o", "value": {"pattern": "x"}}]})") ==
      "parameters[0].value.definition: is missing");
}

TEST_CASE_METHOD(broker, "Deeply nested JSON is refused, not followed") {
  std::string deep = R"({"queues": )";
  for (int i = 0; i < 100000; ++i) deep += "[";
  CHECK(refusal(deep).starts_with("not JSON: "));
}
