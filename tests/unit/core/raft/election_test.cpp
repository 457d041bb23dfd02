#include <catch2/catch.hpp>

#include "tests/unit/core/raft/support/raft_group.hpp"

using namespace warren::raft;
using namespace warren::raft::testing;

TEST_CASE("raft: a group of one leads as soon as its vote is durable, and commits as soon as its entry is") {
  raft_group g({1});
  g[1].disk_works = false;
  g.machine(1).tick(g.now, g[1].out);
  g.settle();
  CHECK(g.machine(1).standing() == role::candidate);
  g.sync(1);
  g.settle();
  CHECK(g.machine(1).standing() == role::leader);
  g.sync(1);
  g.settle();
  CHECK(g.machine(1).leads_safely());
  g.propose(1, {"a", "b"});
  CHECK(g[1].applied.empty());
  g.sync(1);
  g.settle();
  CHECK(g[1].applied == std::vector<std::string>{"a", "b"});
  CHECK(g.machine(1).next_deadline() == raft_machine::never_ms);
}

TEST_CASE("raft: a group that has nothing to do has no deadline") {
  raft_group g({1, 2, 3});
  g.elect(2);
  g.propose(2, {"a"});
  g.wait(200);
  for (const server_id id : {1, 2, 3}) CHECK(g.machine(id).next_deadline() == raft_machine::never_ms);
  const std::size_t before = g.delivered;
  g.wait(3'600'000);
  CHECK(g.delivered == before);
  CHECK(g.leader() == 2);
}

TEST_CASE("raft: a vote is not told to anybody before it is durable, and is given once in a term, across restarts") {
  raft_group g({1, 2, 3});
  g[2].disk_works = false;
  g.cut(1, 3);
  g.now += 5000;
  g.machine(1).tick(g.now, g[1].out);
  g.settle();
  CHECK(g.machine(1).standing() == role::candidate);  // 2 has not answered
  g.sync(2);
  g.settle();
  CHECK(g.machine(1).standing() == role::leader);
  g[2].disk_works = true;
  g.crash(2);
  g.crash(1);
  g.restart(2);
  CHECK(g[2].disk.vote == hard_state{2, 1});
  raft_effects out;
  g.machine(2).receive({3, 2, 2, 0, vote_request{9, 9, false, false}}, g.now, out);
  REQUIRE(out.messages.size() == 1);
  CHECK_FALSE(std::get<vote_reply>(out.messages[0].body).granted);
}

TEST_CASE("raft: a server that was cut off does not raise terms, and does not disturb when it returns (pre-vote)") {
  for (const liveness how : {liveness::host, liveness::heartbeats}) {
    raft_group g({1, 2, 3}, how);
    g.elect(1);
    const term_number term = g.machine(1).term();
    g.isolate(3);
    g.wait(20'000);
    CHECK(g.machine(3).term() == term);
    g.rejoin(3);
    g.wait(2000);
    CHECK(g.leader() == 1);
    CHECK(g.machine(1).term() == term);
    CHECK(g.machine(3).leader() == 1);
  }
}

TEST_CASE("raft: a leader that has lost its majority steps down, the others elect one of theirs") {
  for (const liveness how : {liveness::host, liveness::heartbeats}) {
    raft_group g({1, 2, 3}, how);
    g.elect(1);
    g.isolate(1);
    g.wait(10'000);
    CHECK(g.machine(1).standing() != role::leader);
    CHECK(g.machine(1).leader() == 0);
    CHECK((g.leader() == 2 || g.leader() == 3));
  }
}

TEST_CASE("raft: a server with an older log is not elected") {
  raft_group g({1, 2, 3});
  g.elect(1);
  g.isolate(3);
  g.propose(1, {"a"});
  g.crash(1);
  g.rejoin(3);
  g.now += 5000;
  g.machine(3).tick(g.now, g[3].out);
  g.settle();
  CHECK(g.leader() == 0);
  g.wait(5000);
  CHECK(g.leader() == 2);
  CHECK(g[3].applied == std::vector<std::string>{"a"});
}

TEST_CASE("raft: followers protect a living leader from a candidate, but not from one that it chose itself") {
  raft_group g({1, 2, 3});
  g.elect(1);
  raft_effects out;
  g.machine(2).receive({3, 2, 99, 0, vote_request{99, 99, false, false}}, g.now, out);
  CHECK(out.empty());
  CHECK(g.machine(2).term() == 2);
  CHECK(g.machine(1).transfer(3, g.now, g[1].out) == refusal::none);
  g.settle();
  CHECK(g.leader() == 3);
  CHECK(g.propose(1, {"x"}).refused == refusal::not_leader);
  CHECK(g.propose(3, {"x"}).refused == refusal::none);
}

TEST_CASE(
    "raft: leadership goes over only to a member with the whole log; when it does not take over, the leader serves "
    "on") {
  raft_group g({1, 2, 3});
  g.elect(1);
  g[3].disk_works = false;
  g.propose(1, {"a"});
  CHECK(g.machine(1).transfer(3, g.now, g[1].out) == refusal::none);
  g.settle();
  CHECK(g.leader() == 1);
  CHECK(g.propose(1, {"b"}).refused == refusal::handing_over);
  g.wait(1500);
  CHECK(g.propose(1, {"b"}).refused == refusal::none);
  g[3].disk_works = true;
  g.sync(3);
  g.wait(500);
  CHECK(g.machine(1).transfer(3, g.now, g[1].out) == refusal::none);
  g.settle();
  CHECK(g.leader() == 3);
  CHECK(g[3].applied == std::vector<std::string>{"a", "b"});
}
