#include <catch2/catch.hpp>

#include "tests/unit/core/raft/support/raft_group.hpp"

using namespace warren::raft;
using namespace warren::raft::testing;

namespace {
raft_group small_chunks() {
  raft_group g({1, 2, 3});
  g.settings.chunk_bytes = 64;
  g.settings.inflight_chunks = 2;
  g.settings.kept_entries = 0;
  for (const server_id id : {1, 2, 3}) {
    g.crash(id);
    g.restart(id);
  }
  g.elect(1);
  return g;
}
}  // namespace

TEST_CASE("raft: a follower whose log ends before the leader's begins is sent the snapshot in pieces, then the rest") {
  raft_group g = small_chunks();
  g.isolate(3);
  for (int i = 0; i < 50; ++i) (void)g.propose(1, {"command " + std::to_string(i)});
  g.snapshot(1);
  CHECK(g.machine(1).log().base() == g.machine(1).applied());
  (void)g.propose(1, {"after"});
  g.rejoin(3);
  g.wait(1000);
  CHECK(g[3].chunks_received > 5);
  CHECK(g[3].applied == g[1].applied);
  CHECK(g[3].applied.size() == 51);
  g.crash(3);
  g.restart(3);
  g.wait(1000);
  CHECK(g[3].applied == g[1].applied);
  CHECK(g.machine(3).members().voters() == 3);
}

TEST_CASE("raft: an interrupted transfer goes on where it was") {
  raft_group g = small_chunks();
  g.isolate(3);
  for (int i = 0; i < 50; ++i) (void)g.propose(1, {"command " + std::to_string(i)});
  g.snapshot(1);
  const std::size_t pieces = (g[1].blob.size() + 63) / 64;
  int passed = 0;
  g.drops = [&](const message& m) {
    return m.to == 3 && std::holds_alternative<snapshot_chunk>(m.body) && ++passed > 5;
  };
  g.rejoin(3);
  g.isolate(3);
  CHECK(g[3].chunks_received == 5);
  g.drops = {};
  g.rejoin(3);
  g.wait(1000);
  CHECK(g[3].chunks_received == pieces);
  CHECK(g[3].applied == g[1].applied);
}

TEST_CASE("raft: a crash before an installed snapshot is durable leaves the state of before") {
  raft_group g = small_chunks();
  (void)g.propose(1, {"first"});
  g.isolate(3);
  for (int i = 0; i < 20; ++i) (void)g.propose(1, {"command " + std::to_string(i)});
  g.snapshot(1);
  g[3].disk_works = false;
  g.rejoin(3);
  g.wait(300);
  CHECK(g[3].applied == std::vector<std::string>{"first"});
  g.crash(3);
  g[3].disk_works = true;
  g.restart(3);
  g.wait(1000);
  CHECK(g[3].applied == g[1].applied);
}

TEST_CASE("raft: a snapshot says who the members were when it was taken") {
  raft_group g = small_chunks();
  (void)g.propose(1, {"a"});
  const log_index before = g.machine(1).applied();
  CHECK(g.machine(1).change({membership_change::kind::remove, 3, ""}, g.now, g[1].out) == refusal::none);
  g.settle();
  CHECK(g.machine(1).describe(before).members.voters() == 3);
  CHECK(g.machine(1).describe(g.machine(1).applied()).members.voters() == 2);
}
