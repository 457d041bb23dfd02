#include "core/metadata/cluster_metadata.hpp"

#include <deque>
#include <map>

#include "tests/unit/core/metadata/random_commands.hpp"

using namespace warren;
using namespace warren::testing;

namespace {

std::vector<std::string> described(const std::vector<command>& all) {
  std::vector<std::string> lines;
  for (const command& c : all) {
    std::string line(command_name(c));
    if (const auto* q = std::get_if<declare_queue>(&c))
      line += " " + q->name + " " + std::to_string(q->id.value) + " " + q->node;
    if (const auto* x = std::get_if<declare_exchange>(&c))
      line += " " + x->name + " " + x->type + " " + x->node + (x->durable ? " durable" : "");
    if (const auto* b = std::get_if<bind>(&c))
      line += " " + b->binding.source + ">" + b->binding.destination + " " + b->binding.routing_key +
              (b->binding.arguments.empty() ? "" : " args") +
              (b->binding.kind == destination_kind::queue ? " q" : " x");
    lines.push_back(std::move(line));
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

/// Members of a cluster with one log and a stream of announcements for every ordered pair, each as late as the test
/// likes.
struct cluster {
  struct announcement {
    std::size_t after;  ///< entries of the log that the sender had applied
    command what;
  };
  struct entry {
    command what;
    std::size_t from;
  };
  std::vector<cluster_metadata> members;
  std::vector<entry> log;
  std::vector<std::size_t> applied_entries;
  std::map<std::pair<std::size_t, std::size_t>, std::deque<announcement>> streams;
  std::uint64_t ids = 0;

  explicit cluster(std::size_t n) : applied_entries(n) {
    metadata_machine blank;
    (void)blank.apply(put_vhost{vhost, "", {}, "", false});
    for (std::size_t i = 0; i < n; ++i) members.emplace_back("rabbit@" + std::to_string(i), blank.snapshot());
  }

  void take(std::size_t at, cluster_metadata::outcome out) {
    for (const command& c : out.announce)
      for (std::size_t to = 0; to < members.size(); ++to)
        if (to != at) streams[{at, to}].push_back({applied_entries[at], c});
    for (command& c : out.propose) log.push_back({std::move(c), at});
  }
  void ask(std::size_t at, command c) {
    if (auto* q = std::get_if<declare_queue>(&c)) {
      q->node = members[at].self();
      if (q->exclusive_owner) q->exclusive_owner = {at + 1};  // ids of connections differ between nodes
      if (!q->durable || q->exclusive_owner) q->id = {((at + 1) << 32) + ++ids};
    }
    if (auto* gone = std::get_if<delete_exclusive_queues>(&c)) gone->owner = {at + 1};
    if (auto* x = std::get_if<declare_exchange>(&c)) x->node = members[at].self();
    const auto first = members[at].route_of(c);
    if (first.which == cluster_metadata::way::elsewhere) at = static_cast<std::size_t>(first.node.back() - '0');
    const auto route = members[at].route_of(c);  // the home node may know better
    if (auto* q = std::get_if<declare_queue>(&c); q != nullptr && route.which == cluster_metadata::way::here) q->node = members[at].self();
    if (route.which == cluster_metadata::way::agreed) log.push_back({std::move(c), at});
    if (route.which == cluster_metadata::way::here) take(at, members[at].here(c));
  }
  bool apply_next(std::size_t at) {
    if (applied_entries[at] == log.size()) return false;
    const entry e = log[applied_entries[at]++];
    take(at, members[at].agreed(e.what, e.from == at));
    return true;
  }
  bool receive_next(std::size_t from, std::size_t to) {
    auto& stream = streams[{from, to}];
    if (stream.empty() || stream.front().after > applied_entries[to]) return false;
    const command c = stream.front().what;
    stream.pop_front();
    take(to, members[to].announced(members[from].self(), c));
    return true;
  }
  void settle() {
    for (bool busy = true; busy;) {
      busy = false;
      for (std::size_t i = 0; i < members.size(); ++i) {
        while (apply_next(i)) busy = true;
        for (std::size_t j = 0; j < members.size(); ++j)
          while (i != j && receive_next(j, i)) busy = true;
      }
    }
  }
};

}  // namespace

TEST_CASE("members agree on everything once they have heard everything", "[metadata][cluster]") {
  CHECK(rc::check([] {
    cluster c(3);
    const int steps = *rc::gen::inRange(1, 120);
    for (int i = 0; i < steps; ++i) {
      const std::size_t at = *rc::gen::inRange<std::size_t>(0, 3);
      switch (*rc::gen::inRange(0, 4)) {
        case 0: c.ask(at, any_command()); break;
        case 1: c.ask(at, any_command()); break;
        case 2: (void)c.apply_next(at); break;
        default: {
          const std::size_t from = *rc::gen::inRange<std::size_t>(0, 3);
          if (from != at) (void)c.receive_next(from, at);
        }
      }
    }
    c.settle();
    for (std::size_t i = 1; i < 3; ++i) {
      RC_ASSERT(described(export_durable(*c.members[0].snapshot())) ==
                described(export_durable(*c.members[i].snapshot())));
      RC_ASSERT(described(export_all(*c.members[0].snapshot())) == described(export_all(*c.members[i].snapshot())));
    }
  }));
}

TEST_CASE("the outcome of an agreed command does not depend on anybody's transient objects", "[metadata][cluster]") {
  cluster c(2);
  declare_queue transient;
  transient.vhost = vhost;
  transient.name = "q";
  c.ask(0, transient);
  declare_queue durable = transient;
  durable.durable = true;
  c.log.push_back({durable, 1});
  REQUIRE(c.apply_next(1));
  CHECK(c.members[1].snapshot()->find_vhost(vhost)->find_queue("q")->record->durable);
  const auto done = c.members[0].agreed(durable, false);
  CHECK(done.done.result.ok());
  CHECK(count<queue_deleted>(done.done.events) == 1);
  CHECK(c.members[0].snapshot()->find_vhost(vhost)->find_queue("q")->record->durable);
}

TEST_CASE("of two transient queues of one name that of the node with the smaller name stays", "[metadata][cluster]") {
  cluster c(2);
  declare_queue q;
  q.vhost = vhost;
  q.name = "q";
  c.ask(0, q);
  c.ask(1, q);
  c.settle();
  for (const auto& member : c.members)
    CHECK(member.snapshot()->find_vhost(vhost)->find_queue("q")->record->node == "rabbit@0");
}

TEST_CASE("what belonged to a node is gone everywhere when the node is", "[metadata][cluster]") {
  cluster c(2);
  declare_queue q;
  q.vhost = vhost;
  q.name = "q";
  c.ask(1, q);
  c.ask(1, bind{vhost, {"amq.direct", destination_kind::queue, "q", "k", {}}});
  c.settle();
  REQUIRE(c.members[0].snapshot()->find_vhost(vhost)->find_queue("q") != nullptr);
  REQUIRE(c.members[0].snapshot()->find_vhost(vhost)->find_exchange("amq.direct")->bindings.size() == 1);
  const auto gone = c.members[0].forget_node("rabbit@1");
  CHECK(gone.announce.empty());
  CHECK(c.members[0].snapshot()->find_vhost(vhost)->find_queue("q") == nullptr);
  CHECK(c.members[0].snapshot()->find_vhost(vhost)->find_exchange("amq.direct")->bindings.empty());
}

TEST_CASE("a member that comes back says everything anew", "[metadata][cluster]") {
  cluster c(2);
  declare_queue q;
  q.vhost = vhost;
  q.name = "q";
  c.ask(1, q);
  c.ask(1, bind{vhost, {"amq.direct", destination_kind::queue, "q", "k", {}}});
  (void)c.members[0].announced_anew("rabbit@1", c.members[1].transients());
  (void)c.members[0].announced_anew("rabbit@1", c.members[1].transients());
  CHECK(described(export_all(*c.members[0].snapshot())) == described(export_all(*c.members[1].snapshot())));
}

TEST_CASE(
    "a durable auto-delete exchange goes by the cluster's decision, proposed by the member where its last binding went",
    "[metadata][cluster]") {
  cluster c(2);
  declare_exchange x;
  x.vhost = vhost;
  x.name = "x";
  x.type = "direct";
  x.durable = x.auto_delete = true;
  c.ask(0, x);
  c.settle();
  declare_queue q;
  q.vhost = vhost;
  q.name = "q";
  c.ask(0, q);
  c.ask(0, bind{vhost, {"x", destination_kind::queue, "q", "k", {}}});
  c.settle();
  c.ask(1, unbind{vhost, {"x", destination_kind::queue, "q", "k", {}}});
  CHECK(c.log.size() == 2);
  c.settle();
  for (const auto& member : c.members) CHECK(member.snapshot()->find_vhost(vhost)->find_exchange("x") == nullptr);
}

TEST_CASE("a snapshot from the leader leaves the members' transient objects in place", "[metadata][cluster]") {
  cluster c(2);
  declare_queue q;
  q.vhost = vhost;
  q.name = "mine";
  c.ask(0, q);
  metadata_machine leader;
  (void)leader.apply(put_vhost{vhost, "", {}, "", false});
  declare_queue durable = q;
  durable.name = "agreed";
  durable.durable = true;
  (void)leader.apply(durable);
  (void)c.members[0].install(leader.snapshot());
  CHECK(c.members[0].snapshot()->find_vhost(vhost)->find_queue("mine") != nullptr);
  CHECK(c.members[0].snapshot()->find_vhost(vhost)->find_queue("agreed") != nullptr);
}
