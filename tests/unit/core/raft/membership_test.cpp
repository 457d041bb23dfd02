#include <catch2/catch.hpp>

#include "tests/unit/core/raft/support/raft_group.hpp"

using namespace warren::raft;
using namespace warren::raft::testing;
using kind = membership_change::kind;

namespace {
refusal change(raft_group& g, server_id at, kind what, server_id id) {
  const refusal r = g.machine(at).change({what, id, "node" + std::to_string(id)}, g.now, g[at].out);
  g.settle();
  return r;
}
}  // namespace

TEST_CASE("raft: a server joins as a learner, catches up, and becomes a voter; one is removed again") {
  raft_group g({1});
  g.elect(1);
  (void)g.propose(1, {"a", "b"});
  g.add(2);
  CHECK(change(g, 1, kind::add_learner, 2) == refusal::none);
  CHECK(change(g, 1, kind::add_learner, 2) == refusal::already_so);
  CHECK(g[2].applied == std::vector<std::string>{"a", "b"});
  CHECK(g.machine(2).members().members[1].name == "node2");
  CHECK(g.machine(2).next_deadline() == raft_machine::never_ms);  // a learner never stands
  CHECK(change(g, 1, kind::promote, 2) == refusal::none);
  CHECK(g.machine(2).members().voters() == 2);
  g.isolate(2);
  const proposal p = g.propose(1, {"c"});
  CHECK(g.machine(1).commit() < p.first);  // now it counts
  g.rejoin(2);
  g.wait(500);
  CHECK(g.machine(1).commit() >= p.first);
  CHECK(change(g, 1, kind::remove, 2) == refusal::none);
  CHECK(g.machine(1).members().voters() == 1);
  CHECK(change(g, 1, kind::remove, 1) == refusal::last_voter);
  CHECK(change(g, 1, kind::remove, 9) == refusal::no_such_member);
}

TEST_CASE("raft: a learner that lags does not become a voter") {
  raft_group g({1});
  g.elect(1);
  g.add(2);
  (void)change(g, 1, kind::add_learner, 2);
  g.isolate(2);
  (void)g.propose(1, {"a"});
  CHECK(change(g, 1, kind::promote, 2) == refusal::not_caught_up);
}

TEST_CASE("raft: one membership change at a time, and none before the leader has committed something of its term") {
  raft_group g({1, 2, 3});
  g.drops = [](const message& m) {
    const auto* a = std::get_if<append_request>(&m.body);
    return a != nullptr && !a->entries.empty();
  };
  g.now += 5000;
  g.machine(1).tick(g.now, g[1].out);
  g.settle();
  REQUIRE(g.machine(1).standing() == role::leader);
  CHECK(change(g, 1, kind::add_learner, 4) == refusal::not_yet);
  g.drops = {};
  g.wait(500);
  CHECK(change(g, 1, kind::remove, 3) == refusal::none);
  g.isolate(1);
  CHECK(change(g, 1, kind::add_learner, 4) == refusal::none);
  CHECK(change(g, 1, kind::add_learner, 5) == refusal::not_yet);
}

TEST_CASE("raft: a leader that removes itself goes when that is committed, and another one leads") {
  raft_group g({1, 2, 3});
  g.elect(1);
  CHECK(change(g, 1, kind::remove, 1) == refusal::none);
  CHECK(g.machine(1).standing() == role::follower);
  CHECK((g.leader() == 2 || g.leader() == 3));
  CHECK(g.machine(g.leader()).members().voters() == 2);
  const term_number term = g.machine(g.leader()).term();
  g.wait(60'000);
  CHECK(g.machine(g.leader()).term() == term);
}

TEST_CASE("raft: a configuration that is cut off again counts no longer") {
  raft_group g({1, 2, 3});
  g.elect(1);
  g.isolate(1);
  CHECK(change(g, 1, kind::remove, 3) == refusal::none);
  CHECK(g.machine(1).members().voters() == 2);
  g.wait(5000);
  (void)g.propose(g.leader(), {"a"});
  g.rejoin(1);
  g.wait(1000);
  CHECK(g.machine(1).members().voters() == 3);
  CHECK(g[1].applied == std::vector<std::string>{"a"});
}
