#include <catch2/catch.hpp>

#include "tests/unit/core/raft/support/raft_group.hpp"

using namespace warren::raft;
using namespace warren::raft::testing;

namespace {

void force(raft_group& g, server_id at, branch_id branch, std::vector<server_id> survivors) {
  CHECK(g.machine(at).force(branch, std::move(survivors), g.now, g[at].out) == refusal::none);
  g.settle();
}
void add_again(raft_group& g, server_id at, server_id id) {
  CHECK(g.machine(at).change({membership_change::kind::add_learner, id, "n"}, g.now, g[at].out) == refusal::none);
  g.wait(1000);
}
bool reports(test_server& s, server_id peer, divergence::kind what) {
  for (const divergence& d : s.divergences)
    if (d.peer == peer && d.what == what) return true;
  return false;
}

}  // namespace

TEST_CASE(
    "raft: the survivor of two goes on by force; the other one follows when it is added again, without its loose end") {
  raft_group g({1, 2});
  g.elect(2);
  (void)g.propose(2, {"a"});
  g.isolate(2);
  (void)g.propose(2, {"never answered"});  // on 2 only
  g.crash(2);
  force(g, 1, 77, {1});
  REQUIRE(g.leader() == 1);
  CHECK(g.machine(1).branch() == 77);
  CHECK(g.machine(1).branches()[0].forced_by == 1);
  CHECK(g.machine(1).branches()[0].from == g[1].disk.entries.back().at - 1);
  (void)g.propose(1, {"b"});
  CHECK(g[1].applied == std::vector<std::string>{"a", "b"});
  g.restart(2);
  g.rejoin(2);
  g.wait(3000);
  CHECK(g.machine(2).branch() == 0);
  CHECK(reports(g[2], 1, divergence::kind::ahead));
  add_again(g, 1, 2);
  CHECK(g.machine(2).branch() == 77);
  CHECK(g[2].applied == std::vector<std::string>{"a", "b"});
  CHECK(g.machine(1).change({membership_change::kind::promote, 2, ""}, g.now, g[1].out) == refusal::none);
  g.settle();
  CHECK(g.machine(2).members().voters() == 2);
}

TEST_CASE("raft: two of five survivors go on together, with everything that either of them had committed") {
  raft_group g({1, 2, 3, 4, 5});
  g.elect(5);
  (void)g.propose(5, {"a"});
  g.isolate(1);
  (void)g.propose(5, {"b"});  // 2 has it, 1 has not
  for (const server_id id : {3, 4, 5}) g.crash(id);
  g.rejoin(1);
  CHECK(g.machine(1).force(7, {1, 2}, g.now, g[1].out) == refusal::none);
  g.settle();
  CHECK(g.leader() == 0);  // 2 does not vote for an older log
  CHECK(g.machine(2).force(7, {1, 2}, g.now, g[2].out) == refusal::none);
  g.settle();
  CHECK(g.leader() == 2);
  (void)g.propose(2, {"c"});
  CHECK(g[1].applied == std::vector<std::string>{"a", "b", "c"});
  CHECK(g.machine(1).branch() == 7);
}

TEST_CASE("raft: force is not used when a majority answers after all") {
  raft_group g({1, 2, 3});
  force(g, 1, 7, {1, 2});
  CHECK(g.leader() == 1);
  CHECK(g.machine(1).branch() == 0);
  CHECK(g.machine(1).members().voters() == 3);
  CHECK(g.machine(1).force(7, {1}, g.now, g[1].out) == refusal::already_so);
  CHECK(g.machine(2).force(7, {1}, g.now, g[2].out) == refusal::not_a_survivor);
}

TEST_CASE("raft: where both sides have committed, nothing is merged and both say so") {
  raft_group g({1, 2, 3});
  g.elect(1);
  (void)g.propose(1, {"a"});
  g.isolate(3);
  (void)g.propose(1, {"majority"});
  g.wait(3000);
  force(g, 3, 9, {3});
  REQUIRE(g.machine(3).leads_safely());
  (void)g.propose(3, {"minority"});
  g.rejoin(3);
  g.wait(5000);
  add_again(g, 3, 1);
  g.wait(5000);
  CHECK(g[1].applied == std::vector<std::string>{"a", "majority"});
  CHECK(g[2].applied == std::vector<std::string>{"a", "majority"});
  CHECK(g[3].applied == std::vector<std::string>{"a", "minority"});
  CHECK(reports(g[1], 3, divergence::kind::forked));
  CHECK(reports(g[3], 1, divergence::kind::forked));
  CHECK(g.leader() != 0);
}

TEST_CASE(
    "raft: a server that may hold something committed which the branch lacks does not follow, though it was "
    "restarted") {
  raft_group g({1, 2, 3});
  g.elect(1);
  g.isolate(3);
  (void)g.propose(1, {"answered"});  // by 1 and 2
  g.crash(1);
  g.crash(2);
  force(g, 3, 9, {3});
  g.rejoin(3);
  g.restart(1);
  add_again(g, 3, 1);
  CHECK(g.machine(1).branch() == 0);
  CHECK(reports(g[1], 3, divergence::kind::forked));
}

TEST_CASE("raft: a server without the branch is brought onto it by a snapshot as well") {
  raft_group g({1, 2});
  g.settings.kept_entries = 0;
  for (const server_id id : {1, 2}) {
    g.crash(id);
    g.restart(id);
  }
  g.elect(1);
  (void)g.propose(1, {"a"});
  g.crash(2);
  force(g, 1, 5, {1});
  (void)g.propose(1, {"b"});
  g.snapshot(1);
  g.restart(2);
  add_again(g, 1, 2);
  CHECK(g.machine(2).branch() == 5);
  CHECK(g[2].applied == std::vector<std::string>{"a", "b"});
}
