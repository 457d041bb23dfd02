#include <catch2/catch.hpp>

#include "tests/unit/core/raft/support/raft_group.hpp"

using namespace warren::raft;
using namespace warren::raft::testing;

TEST_CASE("raft: what is proposed is applied everywhere, in order, when a majority has it on the disk") {
  raft_group g({1, 2, 3});
  g.elect(1);
  g[1].disk_works = g[2].disk_works = false;
  const proposal p = g.propose(1, {"a", "b", "c"});
  CHECK(p.refused == refusal::none);
  CHECK(g.machine(1).commit() < p.first);  // 3 has it, which is not a majority
  g.sync(2);
  g.settle();
  CHECK(g.machine(1).commit() == p.first + 2);  // 2 and 3: the leader's own disk is not waited for
  CHECK(g[1].applied.empty());                  // but it applies only what its own log has
  g.sync(1);
  g.sync(2);
  g.settle();
  for (const server_id id : {1, 2, 3}) CHECK(g[id].applied == std::vector<std::string>{"a", "b", "c"});
}

TEST_CASE("raft: a follower answers only when its log is durable; a crash before loses nothing that was answered") {
  raft_group g({1, 2, 3});
  g.elect(1);
  g.isolate(3);
  g[2].disk_works = false;
  const proposal p = g.propose(1, {"a"});
  CHECK(g.machine(1).commit() < p.first);
  g.crash(2);
  g[2].disk_works = true;
  g.restart(2);
  g.wait(1000);
  CHECK(g.machine(1).commit() >= p.first);
  CHECK(g[2].applied == std::vector<std::string>{"a"});
}

TEST_CASE("raft: an entry of an older term is not committed by counting (paper, figure 8)") {
  raft_group g({1, 2, 3});
  g.elect(1);
  g.isolate(1);
  const proposal old = g.propose(1, {"old"});
  g.crash(1);
  g.restart(1);
  g.rejoin(1);
  g.elect(1);  // its log is the longest
  CHECK(g.machine(1).commit() > old.first);
  // and with the no-op of its term held back, nothing is
  raft_group h({1, 2, 3});
  h.elect(1);
  h.isolate(1);
  const proposal late = h.propose(1, {"late"});
  h.crash(1);
  h.restart(1);
  h.rejoin(1);
  h.drops = [&](const message& m) {
    const auto* a = std::get_if<append_request>(&m.body);
    return a != nullptr && !a->entries.empty() && a->entries.back().at > late.first;
  };
  h.now += 5000;
  h.machine(1).tick(h.now, h[1].out);
  h.settle();
  CHECK(h.machine(1).standing() == role::leader);
  CHECK(h.machine(1).commit() < late.first);
}

TEST_CASE("raft: a follower's conflicting entries are replaced; the leader finds the place in few steps") {
  raft_group g({1, 2, 3});
  g.elect(1);
  g.isolate(1);
  for (int i = 0; i < 500; ++i) (void)g.propose(1, {"lost" + std::to_string(i)});
  g.wait(5000);
  REQUIRE((g.leader() == 2 || g.leader() == 3));
  for (int i = 0; i < 300; ++i) (void)g.propose(g.leader(), {"kept" + std::to_string(i)});
  const std::size_t before = g.delivered;
  g.rejoin(1);
  g.wait(1000);
  CHECK(g.delivered - before < 30);
  CHECK(g[1].applied.size() == 300);
  CHECK(g[1].applied == g[2].applied);
}

TEST_CASE("raft: what is sent ahead is bounded by bytes and by messages, and a message by its size") {
  raft_group g({1, 2});
  g.settings.message_bytes = 10'000;
  g.settings.inflight_bytes = 25'000;
  g.crash(1);
  g.crash(2);
  g.restart(1);
  g.restart(2);
  g.elect(1);
  g[2].disk_works = false;  // no answers
  std::size_t largest = 0, bytes = 0;
  g.drops = [&](const message& m) {
    std::string wire;
    encode(m, wire);
    largest = std::max(largest, wire.size());
    if (m.from == 1) bytes += wire.size();
    return false;
  };
  for (int i = 0; i < 100; ++i) CHECK(g.propose(1, {std::string(1000, 'x')}).refused == refusal::none);
  CHECK(largest <= 10'000);
  CHECK(bytes < 40'000);
  g[2].disk_works = true;
  g.sync(2);
  g.wait(1000);
  CHECK(g[2].applied.size() == 100);
  CHECK(largest <= 10'000);
  CHECK(g.propose(1, {std::string(10'000, 'x')}).refused == refusal::too_large);
}

TEST_CASE("raft: proposals are refused while too many bytes are not committed") {
  raft_group g({1, 2});
  g.settings.uncommitted_bytes = 5000;
  g.crash(1);
  g.restart(1);
  g.elect(1);
  g[2].disk_works = false;
  int taken = 0;
  while (g.propose(1, {std::string(1000, 'x')}).refused == refusal::none) ++taken;
  CHECK(taken == 5);
  CHECK(g.propose(1, {"y"}).refused == refusal::backlog);
  g[2].disk_works = true;
  g.sync(2);
  g.wait(100);
  CHECK(g.propose(1, {"y"}).refused == refusal::none);
}

TEST_CASE("raft: a late duplicate of an append cuts nothing off") {
  raft_group g({1, 2, 3});
  g.elect(1);
  message first;
  g.drops = [&](const message& m) {
    const auto* a = std::get_if<append_request>(&m.body);
    if (m.to == 2 && a != nullptr && !a->entries.empty() && first.to == 0) first = m;
    return false;
  };
  (void)g.propose(1, {"a"});
  (void)g.propose(1, {"b"});
  const log_index last = g.machine(2).log().last();
  g.machine(2).receive(first, g.now, g[2].out);
  g.settle();
  CHECK(g.machine(2).log().last() == last);
}

TEST_CASE(
    "raft: a read is answered after a majority has confirmed the leader, with an index that has all that was "
    "answered") {
  raft_group g({1, 2, 3});
  g.elect(1);
  const proposal p = g.propose(1, {"a"});
  g.machine(1).read(7, g.now, g[1].out);
  g.machine(2).read(8, g.now, g[2].out);
  g.settle();
  REQUIRE(g[1].reads.size() == 1);
  CHECK(g[1].reads[0].at >= p.first);
  REQUIRE(g[2].reads.size() == 1);
  CHECK(g[2].reads[0].at >= p.first);
  // a leader that was deposed without knowing it
  g.drops = [](const message& m) { return m.from == 1 || m.to == 1; };
  g.machine(1).read(9, g.now, g[1].out);
  g.settle();
  CHECK(g[1].reads.size() == 1);
  g.wait(3000);
  REQUIRE(g[1].reads.size() == 2);
  CHECK(g[1].reads[1].at == 0);
}

TEST_CASE("raft: reads that come while a round is open share the next one") {
  raft_group g({1, 2, 3});
  g.elect(1);
  g.wait(500);
  const std::size_t before = g.delivered;
  for (std::uint64_t i = 0; i < 1000; ++i) g.machine(1).read(i, g.now, g[1].out);
  g.settle();
  CHECK(g[1].reads.size() == 1000);
  CHECK(g.delivered - before <= 8);
}
