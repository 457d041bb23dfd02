#include <algorithm>

#include "core/metadata/metadata_machine.hpp"
#include "tests/unit/core/metadata/fixture.hpp"

using namespace warren;
using namespace warren::testing;

namespace {

/// Everything that a full export says, in an order of its own.
std::vector<std::string> described(const broker_state& state) {
  std::vector<std::string> lines;
  for (const command& c : export_all(state)) {
    std::string line(command_name(c));
    if (const auto* q = std::get_if<declare_queue>(&c))
      line += " " + q->vhost + "/" + q->name + " " + std::to_string(q->id.value);
    if (const auto* x = std::get_if<declare_exchange>(&c)) line += " " + x->vhost + "/" + x->name + " " + x->type;
    if (const auto* b = std::get_if<bind>(&c)) {
      line += " " + b->binding.source + ">" + b->binding.destination + " " + b->binding.routing_key;
    }
    if (const auto* p = std::get_if<set_policy>(&c)) line += " " + p->name + " " + std::to_string(p->priority);
    if (const auto* u = std::get_if<put_user>(&c)) line += " " + u->name;
    if (const auto* r = std::get_if<set_permission>(&c)) line += " " + r->user + " " + r->configure;
    lines.push_back(std::move(line));
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

broker furnished() {
  broker b;
  b.must(put_user{"u", "hash", "rabbit_password_hashing_sha256", {"management"}, true});
  b.must(set_user_limits{"u", {3, 4}});
  b.must(set_permission{"u", b.vhost, "^a", "", ".*"});
  b.must(set_topic_permission{"u", b.vhost, "amq.topic", "^{username}", ".*"});
  b.must(set_policy{b.vhost, policy_kind::user, "older", "^q", "all", 3, table({{"max-length", number(1)}})});
  b.must(set_policy{b.vhost, policy_kind::user, "newer", "^q", "all", 3, table({{"max-length", number(2)}})});
  b.must(set_policy{b.vhost, policy_kind::operator_, "op", "", "queues", 0, table({{"expires", number(9000)}})});
  b.must(set_parameter{b.vhost, "federation-upstream", "up", "{\"uri\":\"amqp://\"}"});
  b.must(set_global_parameter{"cluster_name", "\"one\""});
  b.must(b.exchange("x", "topic"));
  b.must(b.exchange("xt", "fanout", false));
  b.must(b.queue("q1"));
  b.must(b.queue("transient", false));
  b.must(b.queue("q2", true, table({{"x-message-ttl", integer(7)}})));
  b.must(b.to_queue("x", "q1", "a.#"));
  b.must(b.to_queue("x", "transient", "b.#"));
  b.must(b.to_queue("xt", "q1", ""));
  b.must(b.to_exchange("amq.direct", "x", "k"));
  b.must(set_vhost_limits{b.vhost, {10, 2}});  // below what exists: an import must not stumble over it
  return b;
}

}  // namespace

TEST_CASE("a new virtual host has the predeclared exchanges", "[metadata]") {
  const broker b;
  const std::pair<std::string, exchange_type> expected[] = {{"", exchange_type::direct},
                                                            {"amq.direct", exchange_type::direct},
                                                            {"amq.fanout", exchange_type::fanout},
                                                            {"amq.topic", exchange_type::topic},
                                                            {"amq.headers", exchange_type::headers},
                                                            {"amq.match", exchange_type::headers},
                                                            {"amq.rabbitmq.trace", exchange_type::topic}};
  CHECK(b.topology().exchanges.size() == std::size(expected));
  for (const auto& [name, type] : expected) {
    INFO(name);
    REQUIRE(b.find_exchange(name) != nullptr);
    const exchange_record& x = *b.find_exchange(name)->record;
    CHECK(x.type == type);
    CHECK(x.durable);
    CHECK(x.internal == (name == "amq.rabbitmq.trace"));
  }
}

TEST_CASE("a snapshot stays as it was whatever is applied later", "[metadata]") {
  broker b;
  b.must(b.queue("q"));
  b.must(b.to_queue("amq.direct", "q", "k"));
  const broker_snapshot before = b.machine.snapshot();
  b.must(delete_queue{b.vhost, "q", {}});
  b.must(delete_vhost{b.vhost});
  CHECK(b.machine.snapshot()->find_vhost(b.vhost) == nullptr);
  const vhost_ptr old = before->find_vhost("amqp-ref");
  CHECK(old->find_queue("q") != nullptr);
  CHECK(old->find_exchange("amq.direct")->bindings.size() == 1);
  CHECK(b.machine.snapshot()->version == before->version + 2);
}

TEST_CASE("deleting a virtual host reports everything in it", "[metadata]") {
  broker b = furnished();
  const applied done = b.must(delete_vhost{b.vhost});
  CHECK(count<queue_deleted>(done.events) == 3);
  CHECK(count<exchange_deleted>(done.events) == 9);
  CHECK(count<permission_changed>(done.events) == 1);
  CHECK(std::holds_alternative<vhost_deleted>(done.events.back()));
  CHECK(b.refused(delete_vhost{b.vhost}) == "NOT_FOUND - Virtual host 'amqp-ref' does not exist");
}

TEST_CASE("changing a virtual host keeps its contents and limits", "[metadata]") {
  broker b = furnished();
  b.must(put_vhost{b.vhost, "described", {"t"}, "classic", true});
  CHECK(b.topology().record->description == "described");
  CHECK(b.topology().record->limits == vhost_limits{10, 2});
  CHECK(b.find_queue("q1") != nullptr);
  CHECK_FALSE(b.must(set_vhost_tracing{b.vhost, true}).changed);
}

TEST_CASE("only what survives a restart is to be logged", "[metadata]") {
  broker b;
  const auto logged = [&b](const command& c) {
    const bool predicted = is_durable(c, *b.machine.snapshot());
    const applied done = b.must(c);
    CHECK(predicted == !done.to_log.empty());
    return done.to_log.size() == 1;
  };
  CHECK(logged(b.queue("d")));
  CHECK_FALSE(logged(b.queue("t", false)));
  CHECK(logged(b.exchange("xd", "direct")));
  CHECK_FALSE(logged(b.exchange("xt", "direct", false)));
  CHECK(logged(b.to_queue("xd", "d", "k")));
  CHECK_FALSE(logged(b.to_queue("xt", "d", "k")));
  CHECK_FALSE(logged(b.to_queue("xd", "t", "k")));
  CHECK(logged(b.to_exchange("xd", "amq.fanout", "k")));
  CHECK_FALSE(logged(b.to_exchange("xd", "xt", "k")));
  CHECK(logged(unbind{b.vhost, b.to_queue("xd", "d", "k").binding}));
  CHECK_FALSE(logged(delete_queue{b.vhost, "t", {}}));
  CHECK(logged(delete_queue{b.vhost, "d", {}}));
  CHECK_FALSE(logged(delete_exchange{b.vhost, "xt"}));
  CHECK(logged(put_user{"u", "", "", {}, true}));
  CHECK(logged(set_permission{"u", b.vhost, "", "", ""}));
}

TEST_CASE("the logged declaration carries the id that was chosen", "[metadata]") {
  broker b;
  b.must(b.queue("t", false));
  const applied done = b.must(b.queue("d"));
  REQUIRE(done.to_log.size() == 1);
  CHECK(std::get<declare_queue>(done.to_log[0]).id == done.queue->id);
  metadata_machine replayed;
  CHECK(replayed.apply(put_vhost{b.vhost, "", {}, "", false}).result.ok());
  CHECK(replayed.apply(done.to_log[0]).queue->id == done.queue->id);
  CHECK(replayed.snapshot()->next_queue_id == done.queue->id.value + 1);
}

TEST_CASE("a transient queue that takes a durable auto-delete exchange with it leaves that in the log", "[metadata]") {
  broker b;
  declare_exchange x = b.exchange("x", "fanout");
  x.auto_delete = true;
  b.must(x);
  b.must(b.queue("t", false));
  b.must(b.to_queue("x", "t", ""));
  const applied done = b.must(delete_queue{b.vhost, "t", {}});
  REQUIRE(done.to_log.size() == 1);
  CHECK(std::get<delete_exchange>(done.to_log[0]).name == "x");
}

TEST_CASE("a replay gives the durable state also where transient bindings kept an exchange alive", "[metadata]") {
  broker b;
  metadata_machine replayed;
  const auto logged = [&](const command& c) {
    for (const command& l : b.must(c).to_log) REQUIRE(replayed.replay(l).result.ok());
  };
  REQUIRE(replayed.replay(put_vhost{b.vhost, "", {}, "", false}).result.ok());
  declare_exchange x = b.exchange("x", "fanout"), y = b.exchange("y", "fanout");
  x.auto_delete = y.auto_delete = true;
  logged(x);
  logged(y);
  logged(b.queue("d"));
  logged(b.queue("t", false));
  logged(b.to_queue("x", "d", ""));
  logged(b.to_queue("x", "t", ""));
  logged(unbind{b.vhost, b.to_queue("x", "d", "").binding});  // the transient binding keeps it
  logged(b.to_queue("x", "d", ""));
  logged(b.to_exchange("y", "x", ""));
  const auto same = [&] {
    std::vector<std::string> lines[2];
    for (const metadata_machine* m :
         {static_cast<const metadata_machine*>(&b.machine), static_cast<const metadata_machine*>(&replayed)}) {
      metadata_machine durable;
      for (const command& c : export_durable(*m->snapshot())) REQUIRE(durable.apply(c).result.ok());
      lines[m == &replayed] = described(*durable.snapshot());
    }
    std::erase_if(lines[0], [](const std::string& l) { return l.starts_with("reserve"); });
    std::erase_if(lines[1], [](const std::string& l) { return l.starts_with("reserve"); });
    return lines[0] == lines[1];
  };
  CHECK(same());
  logged(delete_queue{b.vhost, "d", {}});
  CHECK(same());
  CHECK(replayed.snapshot()->find_vhost(b.vhost)->find_exchange("x") != nullptr);
  logged(delete_queue{b.vhost, "t", {}});  // now the last binding goes, and y's with it
  CHECK(same());
  CHECK(replayed.snapshot()->find_vhost(b.vhost)->find_exchange("x") == nullptr);
  CHECK(replayed.snapshot()->find_vhost(b.vhost)->find_exchange("y") == nullptr);
}

TEST_CASE("a log replayed over a newer snapshot comes to the same state", "[metadata]") {
  broker b;
  std::vector<command> log;
  const auto logged = [&](const command& c) {
    for (const command& l : b.must(c).to_log) log.push_back(l);
  };
  logged(b.queue("q", true, table({{"x-message-ttl", integer(1)}})));
  logged(delete_queue{b.vhost, "q", {}});
  logged(b.queue("q", true, table({{"x-message-ttl", integer(2)}})));
  logged(put_user{"u", "h1", "a", {}, true});
  logged(set_permission{"u", b.vhost, "a", "", ""});
  logged(delete_user{"u"});
  logged(put_user{"u", "h2", "a", {}, true});
  const auto before = described(*b.machine.snapshot());
  for (const command& c : log) (void)b.machine.replay(c);
  CHECK(described(*b.machine.snapshot()) == before);
  CHECK(b.machine.snapshot()->find_user("u")->password_hash == "h2");
}

TEST_CASE("a full export makes an equal broker, a durable one leaves the transient out", "[metadata]") {
  const broker b = furnished();
  metadata_machine all, durable;
  for (const command& c : export_all(*b.machine.snapshot())) REQUIRE(all.apply(c).result.ok());
  CHECK(described(*all.snapshot()) == described(*b.machine.snapshot()));
  for (const command& c : export_durable(*b.machine.snapshot())) REQUIRE(durable.apply(c).result.ok());
  const vhost_ptr v = durable.snapshot()->find_vhost(b.vhost);
  CHECK(v->find_queue("transient") == nullptr);
  CHECK(v->find_exchange("xt") == nullptr);
  CHECK(v->find_exchange("x")->bindings.size() == 1);
  CHECK(v->find_queue("q1")->bindings.size() == 1);
  CHECK(v->find_queue("q1")->in_force->policy == "newer");
  CHECK(v->find_queue("q2")->record->id == b.find_queue("q2")->record->id);
  CHECK(v->record->limits == vhost_limits{10, 2});
  CHECK(durable.snapshot()->next_queue_id == b.machine.snapshot()->next_queue_id);
  CHECK(durable.snapshot()->find_user("u")->limits == user_limits{3, 4});
  CHECK(access_scope(*v, "u").can_topic(access_right::write, *v->find_exchange("amq.topic")->record, "u.x"));
  CHECK_FALSE(access_scope(*v, "u").can(access_right::write, "anything"));  // the empty expression stayed empty
  CHECK(*durable.snapshot()->global_parameters.get("cluster_name") == "\"one\"");
}

TEST_CASE("parameters: known components only, missing ones cannot be cleared", "[metadata]") {
  broker b = furnished();
  CHECK(b.refused(set_parameter{b.vhost, "nosuch", "n", "{}"}) ==
        "PRECONDITION_FAILED - Validation failed\n\ncomponent nosuch not found\n");
  CHECK(b.must(clear_parameter{b.vhost, "federation-upstream", "up"}).changed);
  CHECK(b.refused(clear_parameter{b.vhost, "federation-upstream", "up"}) == "NOT_FOUND - Parameter does not exist");
  CHECK(b.refused(clear_global_parameter{"nosuch"}) == "NOT_FOUND - Parameter does not exist");
}

TEST_CASE("commands about a virtual host that does not exist are refused", "[metadata]") {
  broker b;
  declare_queue c = b.queue("q");
  c.vhost = "nosuch";
  CHECK(b.refused(c) == "NOT_FOUND - Virtual host 'nosuch' does not exist");
}
