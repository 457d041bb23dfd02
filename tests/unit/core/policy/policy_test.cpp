#include "core/policy/policy.hpp"

#include "tests/unit/core/metadata/fixture.hpp"

using namespace warren;
using namespace warren::testing;

namespace {
std::string validated(policy_kind kind, const field_table& definition) {
  const status s = validate_policy(kind, definition);
  if (s.ok()) return "ok";
  CHECK(s.failure().code == reply_code::precondition_failed);
  const std::string& text = s.failure().text;
  const std::string prefix = "Validation failed\n\n";
  REQUIRE(text.starts_with(prefix));
  REQUIRE(text.ends_with("\n"));
  return text.substr(prefix.size(), text.size() - prefix.size() - 1);
}
field_table one(std::string key, field_value value) { return table({{std::move(key), std::move(value)}}); }
const auto user = policy_kind::user, oper = policy_kind::operator_;
}  // namespace

TEST_CASE("policy definitions are accepted and refused in the words captured from RabbitMQ", "[policy]") {
  struct row {
    policy_kind kind;
    field_table definition;
    std::string text;
  };
  const field_value all = longstr("all");
  const auto [kind, definition, text] = GENERATE_COPY(values<row>({
      {user, one("nosuch-key", number(1)), "[{<<\"nosuch-key\">>,1}] are not recognised policy settings"},
      {user, one("ha-mode", longstr("exactly")), "ha-mode=\"exactly\" takes an integer, none given"},
      {user, one("ha-mode", longstr("sometimes")), "<<\"sometimes\">> is not a valid ha-mode value"},
      {user, one("ha-params", number(2)),
       "ha-mode must be specified to specify ha-params, ha-sync-mode or ha-promote-on-shutdown"},
      {user, table({{"ha-mode", all}, {"ha-sync-mode", longstr("sometimes")}}),
       "ha-sync-mode must be \"manual\" or \"automatic\", got <<\"sometimes\">>"},
      {user, one("message-ttl", number(-1)), "-1 is not a valid message TTL"},
      {user, one("max-length", longstr("a")), "<<\"a\">> is not a valid maximum length"},
      {user, one("expires", number(0)), "0 is not a valid queue expiry"},
      {user, {}, "no policy provided"},
      {user, table({{"federation-upstream", longstr("a")}, {"federation-upstream-set", all}}),
       "cannot specify federation-upstream, federation-upstream-set or federation-upstream-pattern together"},
      {user, one("queue-mode", longstr("eager")), "<<\"eager\">> is not a valid queue-mode value"},
      {user, one("overflow", longstr("explode")), "<<\"explode\">> is not a valid overflow value"},
      {user, one("dead-letter-exchange", number(5)), "5 is not a valid dead letter exchange name"},
      {user, one("delivery-limit", number(-1)), "-1 is not a valid delivery limit"},
      {user, one("max-age", longstr("7X")), "<<\"7X\">> is not a valid max age"},
      {user, table({{"ha-mode", longstr("nodes")}, {"ha-params", field_value::array({})}}),
       "ha-mode=\"nodes\" list must be non-empty"},
      {user, table({{"ha-mode", all}, {"ha-params", number(2)}}), "ha-mode=\"all\" does not take parameters"},
      {oper, one("ha-mode", all), "[{<<\"ha-mode\">>,<<\"all\">>}] are not recognised policy settings"},
      {oper, one("overflow", longstr("drop-head")),
       "[{<<\"overflow\">>,<<\"drop-head\">>}] are not recognised policy settings"},
      {oper, one("expires", number(60000)), "ok"},
      {oper, table({{"max-length", number(1)}, {"max-in-memory-bytes", number(1)}, {"delivery-limit", number(3)}}),
       "ok"},
      {user,
       table({{"max-length", number(5)},
              {"ha-mode", longstr("nodes")},
              {"ha-params", field_value::array({longstr("ref1@localhost"), longstr("ref2@localhost")})}}),
       "ok"},
      {user,
       table({{"ha-mode", longstr("exactly")},
              {"ha-params", number(2)},
              {"ha-sync-mode", longstr("automatic")},
              {"ha-sync-batch-size", number(100)},
              {"ha-promote-on-shutdown", longstr("always")},
              {"ha-promote-on-failure", longstr("when-synced")}}),
       "ok"},
      {user,
       table({{"queue-master-locator", longstr("min-masters")},
              {"queue-version", number(2)},
              {"max-age", longstr("7D")},
              {"dead-letter-strategy", longstr("at-least-once")},
              {"federation-upstream-pattern", longstr("^up")},
              {"alternate-exchange", longstr("ae")}}),
       "ok"},
  }));
  CHECK(validated(kind, definition) == text);
}

TEST_CASE("a policy with a bad pattern or apply-to is refused", "[policy]") {
  const field_table definition = one("max-length", number(1));
  const auto bad = make_policy(user, "bad", "(", "all", 0, definition);
  REQUIRE_FALSE(bad.ok());
  CHECK(bad.failure().text ==
        "Validation failed\n\npattern should be regular expression but is invalid: {\"missing )\",1}\n");
  const auto wombats = make_policy(user, "bad", "^x", "wombats", 0, definition);
  REQUIRE_FALSE(wombats.ok());
  CHECK(wombats.failure().text ==
        "Validation failed\n\napply-to 'wombats' unrecognised; should be 'queues', 'exchanges' or 'all'\n");
}

TEST_CASE("limits take the smaller of policy and operator policy, everything else is the user's", "[policy]") {
  const auto mine =
      make_policy(user, "u", "", "all", 0,
                  table({{"max-length", number(10)}, {"expires", number(5)}, {"queue-mode", longstr("lazy")}}));
  const auto theirs = make_policy(
      oper, "o", "", "all", 0, table({{"max-length", number(7)}, {"expires", number(50)}, {"message-ttl", number(9)}}));
  const field_table merged = merge_definitions(mine->get(), theirs->get());
  CHECK(*merged.find("max-length")->integer() == 7);
  CHECK(*merged.find("expires")->integer() == 5);
  CHECK(*merged.find("message-ttl")->integer() == 9);
  CHECK(*merged.find("queue-mode")->string() == "lazy");
  CHECK(merged.size() == 4);
  CHECK(merge_definitions(nullptr, nullptr).empty());
}

TEST_CASE("settings in force: arguments win for texts, the minimum counts for limits", "[policy]") {
  queue_record q;
  q.durable = true;
  q.arguments = table({{"x-message-ttl", integer(1000)},
                       {"x-max-length", integer(5)},
                       {"x-overflow", longstr("reject-publish")},
                       {"x-max-priority", integer(9)},
                       {"x-single-active-consumer", field_value::boolean(true)}});
  const auto policy = make_policy(user, "u", "", "all", 0,
                                  table({{"message-ttl", number(500)},
                                         {"max-length", number(50)},
                                         {"max-length-bytes", number(4096)},
                                         {"expires", number(60000)},
                                         {"overflow", longstr("drop-head")},
                                         {"dead-letter-exchange", longstr("dlx")},
                                         {"dead-letter-routing-key", longstr("dead")},
                                         {"queue-mode", longstr("lazy")}}));
  const queue_in_force made = queue_in_force_for(q, policy->get(), nullptr);
  CHECK(made.policy == "u");
  CHECK(made.operator_policy.empty());
  queue_settings expected;
  expected.durable = true;
  expected.message_ttl_ms = 500;
  expected.expires_ms = 60000;
  expected.max_length = 5;
  expected.max_length_bytes = 4096;
  expected.overflow = overflow_mode::reject_publish;
  expected.dead_letter_exchange = "dlx";
  expected.dead_letter_routing_key = "dead";
  expected.max_priority = 9;
  expected.single_active_consumer = true;
  expected.lazy = true;
  CHECK(made.settings == expected);
}

TEST_CASE("exactly one policy applies: the highest priority, among equals the newest", "[policy]") {
  broker b;
  b.must(b.queue("two-a"));
  const auto set = [&b](std::string name, std::int64_t priority, std::int64_t length, std::string apply_to = "all") {
    return b.must(set_policy{b.vhost, user, std::move(name), "^two-", std::move(apply_to), priority,
                             one("max-length", number(length))});
  };
  const auto in_force = [&b] { return *b.find_queue("two-a")->in_force; };
  set("low", 1, 10);
  CHECK(in_force().policy == "low");
  set("high", 5, 99);
  CHECK(in_force().policy == "high");
  CHECK(in_force().settings.max_length == 99);
  set("newer", 5, 98);
  CHECK(in_force().policy == "newer");
  set("exchanges-only", 9, 1, "exchanges");
  CHECK(in_force().policy == "newer");
  b.must(clear_policy{b.vhost, user, "newer"});
  CHECK(in_force().policy == "high");
  b.must(set_policy{b.vhost, oper, "op", "", "queues", 0, one("max-length", number(3))});
  CHECK(in_force().settings.max_length == 3);
  CHECK(in_force().operator_policy == "op");
}

TEST_CASE("setting and clearing a policy acts on existing queues at once, and tells which changed", "[policy]") {
  broker b;
  b.must(b.queue("a"));
  b.must(b.queue("b"));
  const applied set = b.must(set_policy{b.vhost, user, "p", "^a$", "queues", 0, one("message-ttl", number(5))});
  REQUIRE(count<queue_settings_changed>(set.events) == 1);
  for (const metadata_event& e : set.events) {
    if (const auto* changed = std::get_if<queue_settings_changed>(&e)) {
      CHECK(changed->queue->name == "a");
      CHECK_FALSE(changed->before->settings.message_ttl_ms.has_value());
      CHECK(changed->now->settings.message_ttl_ms == 5);
    }
  }
  CHECK(b.must(b.queue("a")).changed == false);  // policies never make a redeclaration inequivalent
  const applied again = b.must(set_policy{b.vhost, user, "p", "^a$", "queues", 0, one("message-ttl", number(5))});
  CHECK(count<queue_settings_changed>(again.events) == 0);
  CHECK(count<queue_settings_changed>(b.must(clear_policy{b.vhost, user, "p"}).events) == 1);
  CHECK(b.refused(clear_policy{b.vhost, user, "p"}) == "NOT_FOUND - Parameter does not exist");
  CHECK(b.must(b.queue("c")).in_force->policy.empty());
}

TEST_CASE("queues without policies or arguments share what is in force", "[policy]") {
  broker b;
  CHECK(b.must(b.queue("a")).in_force == b.must(b.queue("b")).in_force);
  CHECK(b.must(b.queue("t", false)).in_force->settings.durable == false);
}
