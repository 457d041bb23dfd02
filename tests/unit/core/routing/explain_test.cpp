#include "core/routing/explain.hpp"

#include <rapidcheck.h>

#include <catch2/catch.hpp>

#include "core/metadata/metadata_machine.hpp"
#include "core/routing/topic_trie.hpp"

using namespace warren;

namespace {

struct broker {
  metadata_machine machine;
  broker() { run(put_vhost{"/", "", {}, "", false}); }
  void run(const command& c) {
    const auto done = machine.apply(c);
    if (!done.result) FAIL(done.result.failure().text);
  }
  void queue(const std::string& name) {
    declare_queue c;
    c.vhost = "/";
    c.name = name;
    c.durable = true;
    run(c);
  }
  void exchange(const std::string& name, const std::string& type, field_table arguments = {}) {
    run(declare_exchange{"/", name, type, true, false, false, std::move(arguments), false, ""});
  }
  void bind_queue(const std::string& x, const std::string& q, const std::string& key) {
    run(warren::bind{"/", {x, destination_kind::queue, q, key, {}}});
  }
  explanation explain(const std::string& x, const std::string& key) const {
    const vhost_ptr v = machine.snapshot()->find_vhost("/");
    return explain_publish(*v, *v->find_exchange(x), key);
  }
};

}  // namespace

TEST_CASE("the explanation of a publish names the bindings that matched and the queues that they lead to") {
  broker b;
  b.queue("errors");
  b.queue("all");
  b.exchange("audit", "topic");
  b.exchange("archive", "fanout");
  b.bind_queue("audit", "errors", "audit.*.error");
  b.bind_queue("audit", "errors", "audit.#");
  b.bind_queue("archive", "all", "");
  b.run(warren::bind{"/", {"audit", destination_kind::exchange, "archive", "#", {}}});
  const explanation told = b.explain("audit", "audit.db.error");
  REQUIRE(told.exchanges.size() == 2);
  CHECK(told.exchanges[0].matched.size() == 3);
  CHECK(told.exchanges[1].how == "bound to exchange 'audit'");
  REQUIRE(told.queues.size() == 2);
  CHECK(told.queues[0].queue->name == "all");
  CHECK(told.queues[0].by == std::vector<std::string>{"archive"});
  CHECK(told.queues[1].by == std::vector<std::string>{"audit"});
  CHECK(b.explain("audit", "audit.db").exchanges[0].matched.size() == 2);
}

TEST_CASE("what matches nothing goes to the alternate exchange, and the explanation says whose it is") {
  broker b;
  b.queue("unrouted");
  b.exchange("ae", "fanout");
  field_table arguments;
  arguments.set("alternate-exchange", field_value::long_string("ae"));
  b.exchange("orders", "direct", arguments);
  b.exchange("other", "direct");
  b.bind_queue("ae", "unrouted", "");
  const explanation told = b.explain("orders", "k");
  REQUIRE(told.exchanges.size() == 2);
  CHECK(told.exchanges[1].how == "alternate exchange of 'orders' (argument alternate-exchange)");
  REQUIRE(told.queues.size() == 1);
  CHECK(b.explain("other", "k").exchanges[0].note == "no binding matches, and the exchange has no alternate exchange");
  field_table definition;
  definition.set("alternate-exchange", field_value::long_string("ae"));
  b.run(set_policy{"/", policy_kind::user, "p", "^other", "exchanges", 0, definition});
  CHECK(b.explain("other", "k").exchanges[1].how == "alternate exchange of 'other' (policy 'p')");
}

TEST_CASE("the default exchange leads to the queue of that name") {
  broker b;
  b.queue("q");
  CHECK(b.explain("", "q").queues.size() == 1);
  CHECK(b.explain("", "nobody").exchanges[0].note == "no queue has the name \"nobody\"");
}

TEST_CASE("a topic key matches in the explanation exactly when routing says so") {
  const bool held = rc::check([] {
    const auto key = [](const std::vector<std::string>& words) {
      std::string text;
      for (const std::string& w : words) text += (text.empty() ? "" : ".") + w;
      return text;
    };
    const auto pattern =
        key(*rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>("a", "b", "*", "#")));
    const auto routing =
        key(*rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>("a", "b", "c")));
    topic_trie trie;
    auto queue = std::make_shared<queue_record>();
    queue->name = "q";
    route_target target;
    target.queue = queue;
    trie.add(pattern, target);
    topic_trie::scratch scratch;
    bool matched = false;
    trie.match(routing, scratch, [&](const target_set&) { matched = true; });
    RC_ASSERT(topic_key_matches(pattern, routing) == matched);
  });
  CHECK(held);
}
