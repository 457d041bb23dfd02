#include "core/message/dead_letter.hpp"

#include <catch2/catch.hpp>

#include "core/message/properties.hpp"
#include "core/metadata/records.hpp"

using namespace warren;

namespace {

constexpr time_ms now = 1795330216123;
field_value text(std::string s) { return field_value::long_string(std::move(s)); }
field_table fields(std::vector<std::pair<std::string, field_value>> list) {
  field_table t;
  t.fields = std::move(list);
  return t;
}
field_value keys(std::vector<std::string> list) {
  field_array a;
  for (auto& key : list) a.push_back(text(std::move(key)));
  return field_value::array(std::move(a));
}

message_ref make(block_builder& blocks, std::string exchange, std::string key, const basic_properties& p) {
  std::string raw;
  encode_properties(p, raw);
  message_parts parts;
  parts.exchange = exchange;
  parts.routing_key = key;
  parts.properties = raw;
  parts.body = "x";
  parts.flags = message::persistent;
  if (p.headers) parts.flags |= message::has_headers;
  if (p.expiration) {
    parts.flags |= message::has_expiration;
    parts.expiration_ms = 60000;
  }
  return blocks.append(parts);
}

basic_properties properties_of(const message_ref& m) {
  auto decoded = decode_properties(m->properties());
  REQUIRE(decoded.ok());
  return *decoded;
}
field_array deaths_of(const message_ref& m) {
  const basic_properties p = properties_of(m);
  REQUIRE(p.headers);
  REQUIRE(p.headers->find("x-death") != nullptr);
  return *p.headers->find("x-death")->array();
}
std::vector<std::string> names(const field_table& t) {
  std::vector<std::string> out;
  for (const auto& [name, value] : t.fields) out.push_back(name);
  return out;
}

/// Dies in `queue` and is dead-lettered to the default exchange under the name of the next queue.
message_ref hop(block_builder& blocks, const message_ref& m, death_reason reason, std::string queue, std::string next) {
  return make_dead_letter(*m, reason, queue, "", next, now, blocks);
}

std::vector<std::string> without_cycles(const message_ref& m, death_reason reason, std::vector<std::string> queues) {
  std::vector<queue_record> records(queues.size());
  std::vector<const queue_record*> pointers;
  for (std::size_t i = 0; i < queues.size(); ++i) {
    records[i].name = queues[i];
    pointers.push_back(&records[i]);
  }
  remove_cycles(*m, reason, pointers);
  std::vector<std::string> left;
  for (const queue_record* q : pointers) left.push_back(q->name);
  return left;
}

}  // namespace

TEST_CASE("a rejected message carries the captured x-death, keeps its key and CC, loses its expiration",
          "[dead_letter]") {
  block_builder blocks;
  basic_properties p;
  p.headers = fields({{"h", field_value::int32(1)}, {"CC", keys({"cc1"})}});
  p.expiration = "60000";
  p.delivery_mode = 2;
  const message_ref dead = make(blocks, "amq.direct", "rk", p);
  const message_ref m =
      make_dead_letter(*dead, death_reason::rejected, "dlsrc-rejected", "dlx", std::nullopt, now, blocks);
  REQUIRE(m);
  CHECK(m->exchange() == "dlx");
  CHECK(m->routing_key() == "rk");
  CHECK(m->body() == "x");
  CHECK(m->is(message::persistent));
  CHECK(m->is(message::has_headers));
  CHECK_FALSE(m->is(message::has_expiration));
  CHECK(m->expiration_ms == message::no_expiration);
  const basic_properties out = properties_of(m);
  CHECK_FALSE(out.expiration);
  CHECK(out.delivery_mode == 2);
  const field_table event = fields({{"count", field_value::int64(1)},
                                    {"reason", text("rejected")},
                                    {"queue", text("dlsrc-rejected")},
                                    {"time", field_value::timestamp(1795330216)},
                                    {"exchange", text("amq.direct")},
                                    {"routing-keys", keys({"rk", "cc1"})},
                                    {"original-expiration", text("60000")}});
  CHECK(*out.headers == fields({{"CC", keys({"cc1"})},
                                {"h", field_value::int32(1)},
                                {"x-death", field_value::array({field_value::table(event)})},
                                {"x-first-death-exchange", text("amq.direct")},
                                {"x-first-death-queue", text("dlsrc-rejected")},
                                {"x-first-death-reason", text("rejected")}}));
}

TEST_CASE("with a dead letter routing key the CC header goes, the record of it stays", "[dead_letter]") {
  block_builder blocks;
  basic_properties p;
  p.headers = fields({{"CC", keys({"cc1"})}});
  const message_ref dead = make(blocks, "amq.direct", "rk", p);
  const message_ref m = make_dead_letter(*dead, death_reason::expired, "q", "dlx", "newrk", now, blocks);
  CHECK(m->routing_key() == "newrk");
  CHECK(properties_of(m).headers->find("CC") == nullptr);
  CHECK(*deaths_of(m)[0].table()->find("routing-keys") == keys({"rk", "cc1"}));
  CHECK(deaths_of(m)[0].table()->find("original-expiration") == nullptr);
}

TEST_CASE("every reason is named as RabbitMQ names it, a message without headers gets some", "[dead_letter]") {
  const auto [reason, name] =
      GENERATE(table<death_reason, std::string>({{death_reason::rejected, "rejected"},
                                                 {death_reason::expired, "expired"},
                                                 {death_reason::maxlen, "maxlen"},
                                                 {death_reason::delivery_limit, "delivery_limit"}}));
  block_builder blocks;
  const message_ref m = make_dead_letter(*make(blocks, "", "q", {}), reason, "q", "dlx", std::nullopt, now, blocks);
  CHECK(*deaths_of(m)[0].table()->find("reason")->string() == name);
  CHECK(*properties_of(m).headers->find("x-first-death-reason")->string() == name);
}

TEST_CASE("the second hop stands before the first, with sorted keys; the first death stays the first",
          "[dead_letter]") {
  block_builder blocks;
  const message_ref first = hop(blocks, make(blocks, "", "first", {}), death_reason::expired, "first", "mid");
  const message_ref second = hop(blocks, first, death_reason::expired, "mid", "end");
  const field_array deaths = deaths_of(second);
  REQUIRE(deaths.size() == 2);
  CHECK(*deaths[0].table()->find("queue")->string() == "mid");
  CHECK(names(*deaths[0].table()) ==
        std::vector<std::string>{"count", "exchange", "queue", "reason", "routing-keys", "time"});
  CHECK(*deaths[1].table()->find("queue")->string() == "first");
  CHECK(names(*deaths[1].table()) ==
        std::vector<std::string>{"count", "reason", "queue", "time", "exchange", "routing-keys"});
  CHECK(*properties_of(second).headers->find("x-first-death-queue")->string() == "first");
}

TEST_CASE("the same queue and reason again is counted and moves to the front", "[dead_letter]") {
  block_builder blocks;
  message_ref m = make(blocks, "", "cyc", {});
  m = hop(blocks, m, death_reason::rejected, "cyc", "other");
  m = hop(blocks, m, death_reason::expired, "other", "cyc");
  m = make_dead_letter(*m, death_reason::rejected, "cyc", "", "other", now + 5000, blocks);
  const field_array deaths = deaths_of(m);
  REQUIRE(deaths.size() == 2);
  CHECK(*deaths[0].table()->find("queue")->string() == "cyc");
  CHECK(*deaths[0].table()->find("count")->integer() == 2);
  CHECK(*deaths[0].table()->find("time") == field_value::timestamp(now / 1000));  // of the first time
  CHECK(names(*deaths[0].table()) ==
        std::vector<std::string>{"count", "exchange", "queue", "reason", "routing-keys", "time"});
  CHECK(*deaths[1].table()->find("count")->integer() == 1);
}

TEST_CASE("an x-death header that a client published is continued, or replaced when it is no list", "[dead_letter]") {
  block_builder blocks;
  basic_properties p;
  const field_table old =
      fields({{"reason", text("rejected")}, {"queue", text("q")}});  // without a count, as very old brokers
  p.headers =
      fields({{"x-death", field_value::array({field_value::table(old), text("odd"), field_value::table(old)})}});
  message_ref m =
      make_dead_letter(*make(blocks, "", "q", p), death_reason::rejected, "q", "", std::nullopt, now, blocks);
  field_array deaths = deaths_of(m);
  REQUIRE(deaths.size() == 2);
  CHECK(*deaths[0].table()->find("count")->integer() == 3);
  CHECK(deaths[1] == text("odd"));

  p.headers = fields({{"x-death", text("[{count: 1}]")}});
  m = make_dead_letter(*make(blocks, "", "q", p), death_reason::rejected, "q", "", std::nullopt, now, blocks);
  deaths = deaths_of(m);
  REQUIRE(deaths.size() == 1);
  CHECK(*deaths[0].table()->find("count")->integer() == 1);
  CHECK(properties_of(m).headers->find("x-first-death-queue") == nullptr);
}

TEST_CASE("a message that comes back to a queue without a reject on the way is dropped", "[dead_letter]") {
  block_builder blocks;
  const message_ref once = hop(blocks, make(blocks, "", "cyc", {}), death_reason::expired, "cyc", "cyc");
  CHECK(without_cycles(once, death_reason::expired, {"cyc", "other"}) == std::vector<std::string>{"other"});
  const message_ref twice = hop(blocks, hop(blocks, make(blocks, "", "a", {}), death_reason::expired, "a", "b"),
                                death_reason::maxlen, "b", "a");
  CHECK(without_cycles(twice, death_reason::maxlen, {"a"}).empty());
}

TEST_CASE("a reject anywhere in the circle allows it", "[dead_letter]") {
  block_builder blocks;
  const message_ref m = hop(blocks, make(blocks, "", "cyc2", {}), death_reason::rejected, "cyc2", "cyc2");
  CHECK(without_cycles(m, death_reason::rejected, {"cyc2"}) == std::vector<std::string>{"cyc2"});
  const message_ref two = hop(blocks, hop(blocks, make(blocks, "", "a", {}), death_reason::rejected, "a", "b"),
                              death_reason::expired, "b", "a");
  CHECK(without_cycles(two, death_reason::expired, {"a"}) == std::vector<std::string>{"a"});
  CHECK(without_cycles(two, death_reason::expired, {"b"}).empty());
}

TEST_CASE("damaged properties give no message instead of a wrong one", "[dead_letter]") {
  block_builder blocks;
  message_parts parts;
  parts.properties = std::string_view("\x20\x00\xff\xff\xff\xff", 6);  // headers, longer than there is
  CHECK_FALSE(make_dead_letter(*blocks.append(parts), death_reason::rejected, "q", "", std::nullopt, now, blocks));
}
