#include "core/routing/route.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "core/routing/routing_headers.hpp"
#include "tests/unit/core/metadata/fixture.hpp"

using namespace warren;
using namespace warren::testing;

namespace {

using names = std::vector<std::string>;

std::string raw(const basic_properties& p) {
  std::string out;
  encode_properties(p, out);
  return out;
}
std::string with_headers(field_table headers) {
  basic_properties p;
  p.headers = std::move(headers);
  return raw(p);
}

/// Where a message goes, as sorted names; fails the test when a queue comes twice.
names routed(const broker& b, std::string_view exchange, std::string_view key,
             const std::vector<std::string>& extra = {}, std::string_view properties = raw({}),
             std::uint64_t random = 0) {
  route_scratch scratch;
  const auto& queues = route(b.topology(), *b.find_exchange(exchange), {key, extra, properties, random}, scratch);
  names found;
  for (const queue_record* q : queues) found.push_back(q->name);
  std::sort(found.begin(), found.end());
  CHECK(std::adjacent_find(found.begin(), found.end()) == found.end());
  return found;
}

broker with_queues(const names& queues) {
  broker b;
  for (const std::string& q : queues) b.must(b.queue(q));
  return b;
}

}  // namespace

TEST_CASE("the default exchange routes to the queue of that name", "[routing]") {
  const broker b = with_queues({"a", "b"});
  CHECK(routed(b, "", "a") == names{"a"});
  CHECK(routed(b, "", "none").empty());
  CHECK(routed(b, "", "a", {"b", "a", "none"}) == names{"a", "b"});
}

TEST_CASE("direct routes by equal keys, fanout to all, topic by pattern, each queue once", "[routing]") {
  broker b = with_queues({"a", "b", "c"});
  for (const std::string x : {"amq.direct", "amq.fanout", "amq.topic"}) {
    b.must(b.to_queue(x, "a", "one.x"));
    b.must(b.to_queue(x, "a", "two.x"));
    b.must(b.to_queue(x, "b", "one.x"));
  }
  b.must(b.to_queue("amq.topic", "a", "#"));
  b.must(b.to_queue("amq.topic", "c", "*.x"));
  CHECK(routed(b, "amq.direct", "one.x") == names{"a", "b"});
  CHECK(routed(b, "amq.direct", "two.x") == names{"a"});
  CHECK(routed(b, "amq.direct", "three.x").empty());
  CHECK(routed(b, "amq.direct", "one.x", {"two.x"}) == names{"a", "b"});
  CHECK(routed(b, "amq.fanout", "whatever") == names{"a", "b"});
  CHECK(routed(b, "amq.topic", "one.x") == names{"a", "b", "c"});
  CHECK(routed(b, "amq.topic", "y") == names{"a"});
  b.must(unbind{b.vhost, b.to_queue("amq.fanout", "a", "one.x").binding});
  CHECK(routed(b, "amq.fanout", "") == names{"a", "b"});  // the other binding is still there
  b.must(unbind{b.vhost, b.to_queue("amq.fanout", "a", "two.x").binding});
  CHECK(routed(b, "amq.fanout", "") == names{"b"});
}

TEST_CASE("a large fanout that meets itself again still delivers once to each queue", "[routing]") {
  broker b;
  b.must(b.exchange("x", "fanout"));
  names all;
  for (int i = 0; i < 40; ++i) {
    const std::string q = "q" + std::to_string(i);
    all.push_back(q);
    b.must(b.queue(q));
    b.must(b.to_queue("x", q, ""));
    b.must(b.to_queue("amq.fanout", q, ""));
  }
  b.must(b.to_exchange("x", "amq.fanout", ""));
  std::sort(all.begin(), all.end());
  CHECK(routed(b, "x", "") == all);
}

TEST_CASE("exchanges bound to exchanges pass messages on, circles end", "[routing]") {
  broker b = with_queues({"a", "b"});
  b.must(b.exchange("x", "topic"));
  b.must(b.to_exchange("amq.direct", "x", "k.1"));
  b.must(b.to_exchange("x", "amq.direct", "#"));
  b.must(b.to_queue("x", "a", "k.*"));
  b.must(b.to_queue("amq.direct", "b", "k.1"));
  CHECK(routed(b, "amq.direct", "k.1") == names{"a", "b"});
  CHECK(routed(b, "x", "k.1") == names{"a", "b"});
  CHECK(routed(b, "x", "k.2") == names{"a"});
}

TEST_CASE("the alternate exchange gets what was routed nowhere, each exchange once", "[routing]") {
  broker b = with_queues({"a", "lost"});
  b.must(b.exchange("ae2", "fanout"));
  b.must(b.exchange("ae1", "direct", true, table({{"alternate-exchange", longstr("ae2")}})));
  b.must(b.exchange("x", "direct", true, table({{"alternate-exchange", longstr("ae1")}})));
  b.must(b.to_queue("x", "a", "k"));
  b.must(b.to_queue("ae2", "lost", ""));
  CHECK(routed(b, "x", "k") == names{"a"});
  CHECK(routed(b, "x", "other") == names{"lost"});
  b.must(b.exchange("loop", "direct", true, table({{"alternate-exchange", longstr("loop")}})));
  CHECK(routed(b, "loop", "k").empty());
  b.must(b.exchange("dangling", "direct", true, table({{"alternate-exchange", longstr("nowhere")}})));
  CHECK(routed(b, "dangling", "k").empty());
}

TEST_CASE("a binding to an exchange that leads nowhere counts as routed there: its own alternate is not asked",
          "[routing]") {
  broker b = with_queues({"lost"});
  b.must(b.exchange("x", "direct", true, table({{"alternate-exchange", longstr("amq.fanout")}})));
  b.must(b.exchange("dead-end", "direct"));
  b.must(b.to_exchange("x", "dead-end", "k"));
  b.must(b.to_queue("amq.fanout", "lost", ""));
  CHECK(routed(b, "x", "k").empty());
  CHECK(routed(b, "x", "other") == names{"lost"});
}

TEST_CASE("an alternate exchange may come from a policy; the argument wins", "[routing]") {
  broker b = with_queues({"by-policy", "by-argument"});
  b.must(b.to_queue("amq.fanout", "by-policy", ""));
  b.must(b.exchange("other", "fanout"));
  b.must(b.to_queue("other", "by-argument", ""));
  b.must(b.exchange("x", "direct"));
  b.must(b.exchange("x-own", "direct", true, table({{"alternate-exchange", longstr("other")}})));
  b.must(set_policy{b.vhost, policy_kind::user, "ae", "^x", "exchanges", 0,
                    table({{"alternate-exchange", longstr("amq.fanout")}})});
  CHECK(routed(b, "x", "k") == names{"by-policy"});
  CHECK(routed(b, "x-own", "k") == names{"by-argument"});
  b.must(clear_policy{b.vhost, policy_kind::user, "ae"});
  CHECK(routed(b, "x", "k").empty());
}

TEST_CASE("headers exchanges match all, any, and the x- headers only when asked", "[routing]") {
  struct row {
    std::string what;
    field_table binding, message;
    bool matches;
  };
  const field_table h = table({{"h", integer(1)}, {"k", longstr("v")}, {"x-a", longstr("x")}});
  const auto [what, binding, message, expected] = GENERATE_COPY(values<row>({
      {"all is the default", table({{"h", integer(1)}, {"k", longstr("v")}}), h, true},
      {"one differs", table({{"h", integer(1)}, {"k", longstr("w")}}), h, false},
      {"one is missing", table({{"h", integer(1)}, {"z", longstr("w")}}), h, false},
      {"any: one fits", table({{"x-match", longstr("any")}, {"h", integer(2)}, {"k", longstr("v")}}), h, true},
      {"any: none fits", table({{"x-match", longstr("any")}, {"h", integer(2)}}), h, false},
      {"all without headers matches everything", table({{"x-match", longstr("all")}}), h, true},
      {"nothing at all matches everything", {}, {}, true},
      {"any without headers matches nothing", table({{"x-match", longstr("any")}}), h, false},
      {"void asks for presence", table({{"h", field_value{}}}), h, true},
      {"void of something absent", table({{"z", field_value{}}}), h, false},
      {"x- is ignored by all", table({{"h", integer(1)}, {"x-a", longstr("different")}}), h, true},
      {"x- is ignored by any", table({{"x-match", longstr("any")}, {"x-a", longstr("x")}}), h, false},
      {"all-with-x looks at x-", table({{"x-match", longstr("all-with-x")}, {"x-a", longstr("different")}}), h, false},
      {"any-with-x looks at x-", table({{"x-match", longstr("any-with-x")}, {"x-a", longstr("x")}}), h, true},
      {"the width of an integer does not count", table({{"h", number(1)}}), h, true},
      {"a text is no number", table({{"h", longstr("1")}}), h, false},
      {"no headers in the message", table({{"h", integer(1)}}), {}, false},
  }));
  INFO(what);
  broker b = with_queues({"q"});
  b.must(b.to_queue("amq.headers", "q", "", binding));
  CHECK(routed(b, "amq.headers", "", {}, with_headers(message)) == (expected ? names{"q"} : names{}));
}

TEST_CASE("a headers exchange treats a message without any headers as one with none", "[routing]") {
  broker b = with_queues({"q"});
  b.must(b.to_queue("amq.match", "q", "", table({{"x-match", longstr("all")}})));
  CHECK(routed(b, "amq.match", "") == names{"q"});
}

TEST_CASE("x-consistent-hash spreads by weight, always the same way, and moves little when a queue comes",
          "[routing]") {
  broker b = with_queues({"a", "b", "c"});
  b.must(b.exchange("h", "x-consistent-hash"));
  CHECK(routed(b, "h", "k").empty());
  b.must(b.to_queue("h", "a", "1"));
  b.must(b.to_queue("h", "b", "3"));
  std::map<std::string, std::string> before;
  std::map<std::string, int> counts;
  constexpr int keys = 8000;
  for (int i = 0; i < keys; ++i) {
    const std::string key = "key-" + std::to_string(i);
    const names got = routed(b, "h", key);
    REQUIRE(got.size() == 1);
    before[key] = got[0];
    ++counts[got[0]];
  }
  CHECK(counts["a"] == Approx(keys / 4).epsilon(0.06));
  CHECK(counts["b"] == Approx(keys * 3 / 4).epsilon(0.03));
  b.must(b.to_queue("h", "c", "4"));
  int moved = 0;
  for (const auto& [key, queue] : before) {
    const names got = routed(b, "h", key);
    if (got[0] == queue) continue;
    ++moved;
    CHECK(got[0] == "c");  // nothing moves between those that were there
  }
  CHECK(moved == Approx(keys / 2).epsilon(0.05));
  b.must(unbind{b.vhost, b.to_queue("h", "c", "4").binding});
  for (const auto& [key, queue] : before) CHECK(routed(b, "h", key) == names{queue});
}

TEST_CASE("x-consistent-hash can look at a header or a property instead of the key", "[routing]") {
  broker b = with_queues({"a", "b", "c", "d"});
  b.must(b.exchange("by-header", "x-consistent-hash", true, table({{"hash-header", longstr("user")}})));
  b.must(b.exchange("by-id", "x-consistent-hash", true, table({{"hash-property", longstr("message_id")}})));
  for (const std::string q : {"a", "b", "c", "d"}) {
    b.must(b.to_queue("by-header", q, "1"));
    b.must(b.to_queue("by-id", q, "1"));
  }
  std::set<names> seen_header, seen_id;
  for (int i = 0; i < 50; ++i) {
    const std::string value = "u" + std::to_string(i);
    basic_properties id;
    id.message_id = value;
    const std::string headers = with_headers(table({{"user", longstr(value)}}));
    CHECK(routed(b, "by-header", "k1", {}, headers) == routed(b, "by-header", "k2", {}, headers));
    CHECK(routed(b, "by-id", "k1", {}, raw(id)) == routed(b, "by-id", "k2", {}, raw(id)));
    seen_header.insert(routed(b, "by-header", "k", {}, headers));
    seen_id.insert(routed(b, "by-id", "k", {}, raw(id)));
    CHECK(routed(b, "by-header", value) == routed(b, "by-header", ""));  // without the header all go one way
  }
  CHECK(seen_header.size() == 4);
  CHECK(seen_id.size() == 4);
}

TEST_CASE("x-random picks one destination by the caller's number", "[routing]") {
  broker b = with_queues({"a", "b", "c"});
  b.must(b.exchange("r", "x-random"));
  CHECK(routed(b, "r", "k", {}, raw({}), 5).empty());
  for (const std::string q : {"a", "b", "c"}) b.must(b.to_queue("r", q, "k"));
  std::set<names> seen;
  for (std::uint64_t random = 0; random < 3; ++random) seen.insert(routed(b, "r", "k", {}, raw({}), random));
  CHECK(seen == std::set<names>{{"a"}, {"b"}, {"c"}});
}

TEST_CASE("x-recent-history routes as a fanout and tells that it was passed", "[routing]") {
  broker b = with_queues({"a"});
  b.must(b.exchange("h", "x-recent-history", true, table({{"x-recent-history-length", integer(2)}})));
  b.must(b.to_queue("h", "a", ""));
  b.must(b.to_exchange("amq.direct", "h", "k"));
  route_scratch scratch;
  const std::string none = raw({});
  (void)route(b.topology(), *b.find_exchange("amq.direct"), route_input{"k", {}, none, 0}, scratch);
  REQUIRE(scratch.histories.size() == 1);
  CHECK(scratch.histories[0]->name == "h");
  CHECK(scratch.queues.size() == 1);
  CHECK(recent_history_length(*scratch.histories[0]) == 2);
  CHECK(recent_history_length(*b.find_exchange("amq.direct")->record) == 20);
  CHECK(recent_history_no_store(with_headers(table({{"x-recent-history-no-store", field_value::boolean(true)}}))));
  CHECK_FALSE(recent_history_no_store(with_headers({})));
}

TEST_CASE("CC and BCC are further routing keys, BCC is stripped", "[routing]") {
  const field_value cc = field_value::array({longstr("c1"), integer(5), longstr("c2")}),
                    bcc = field_value::array({longstr("b")});
  const std::string properties = with_headers(table({{"CC", cc}, {"BCC", bcc}, {"k", longstr("v")}}));
  std::vector<std::string> keys;
  const auto has_bcc = read_routing_headers(properties, keys);
  REQUIRE(has_bcc.ok());
  CHECK(*has_bcc);
  CHECK(keys == names{"c1", "c2", "b"});
  const std::string stripped = strip_bcc(properties);
  CHECK_FALSE(*read_routing_headers(stripped, keys));
  CHECK(keys == names{"c1", "c2"});
  CHECK(decode_properties(stripped)->headers->find("k") != nullptr);
  CHECK(reply(read_routing_headers(with_headers(table({{"CC", longstr("c")}})), keys)) ==
        "PRECONDITION_FAILED - invalid message: {unacceptable_type_in_header,\"CC\",longstr}");
  CHECK_FALSE(*read_routing_headers(raw({}), keys));
  CHECK(keys.empty());
}

TEST_CASE("a finished message routes by its key and its CC header", "[routing]") {
  broker b = with_queues({"a", "b"});
  block_builder blocks;
  message_parts parts;
  const std::string properties = with_headers(table({{"CC", field_value::array({longstr("b")})}}));
  parts.routing_key = "a";
  parts.properties = properties;
  parts.flags = message::has_headers;
  const message_ref m = blocks.append(parts);
  route_scratch scratch;
  CHECK(route(b.topology(), *b.find_exchange(""), *m, 0, scratch).size() == 2);
}
