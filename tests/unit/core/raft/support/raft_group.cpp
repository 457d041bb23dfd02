#include "tests/unit/core/raft/support/raft_group.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

namespace warren::raft::testing {

void write_to(durable_state& disk, const log_write& w) {
  if (w.vote) disk.vote = *w.vote;
  if (w.install) {
    disk.snapshot = *w.install;
    disk.entries.clear();
  }
  if (w.truncate_from != 0) std::erase_if(disk.entries, [&](const entry& e) { return e.at >= w.truncate_from; });
  disk.entries.insert(disk.entries.end(), w.entries.begin(), w.entries.end());
}

raft_group::raft_group(std::initializer_list<server_id> ids, liveness alive_by) {
  settings.alive_by = alive_by;
  for (const server_id id : ids) {
    add(id);
    machine(id).found(voters(ids), now, servers_[id].out);
  }
  settle();
}

void raft_group::add(server_id id) {
  servers_[id];
  start(id);
}

void raft_group::start(server_id id) {
  settings.self = id;
  test_server& s = servers_.at(id);
  s.machine = std::make_unique<raft_machine>(settings, s.disk, 42, now);
  s.out.clear();
  s.applied.clear();
  if (s.disk.snapshot.at != 0)
    for (std::size_t i = 0; i < s.blob.size(); i = s.blob.find('\n', i) + 1)
      s.applied.push_back(s.blob.substr(i, s.blob.find('\n', i) - i));
  for (auto& [other, o] : servers_) {
    if (other == id || !o.machine || !linked(id, other)) continue;
    s.machine->peer_up(other, now, s.out);
    o.machine->peer_up(id, now, o.out);
  }
}

bool raft_group::linked(server_id a, server_id b) const {
  const auto c = cut_.find(std::minmax(a, b));
  return c == cut_.end() || !c->second;
}

void raft_group::cut(server_id a, server_id b) {
  if (!linked(a, b)) return;
  cut_[std::minmax(a, b)] = true;
  if (servers_[a].machine) servers_[a].machine->peer_down(b, now, servers_[a].out);
  if (servers_[b].machine) servers_[b].machine->peer_down(a, now, servers_[b].out);
}

void raft_group::join(server_id a, server_id b) {
  if (linked(a, b)) return;
  cut_[std::minmax(a, b)] = false;
  if (!servers_[a].machine || !servers_[b].machine) return;
  servers_[a].machine->peer_up(b, now, servers_[a].out);
  servers_[b].machine->peer_up(a, now, servers_[b].out);
}

void raft_group::isolate(server_id id) {
  for (auto& [other, s] : servers_)
    if (other != id) cut(id, other);
  settle();
}

void raft_group::rejoin(server_id id) {
  for (auto& [other, s] : servers_)
    if (other != id) join(id, other);
  settle();
}

void raft_group::crash(server_id id) {
  test_server& s = servers_.at(id);
  s.machine.reset();
  s.unsynced.clear();
  s.out.clear();
  for (auto& [other, o] : servers_)
    if (o.machine) o.machine->peer_down(id, now, o.out);
}

void raft_group::restart(server_id id) {
  start(id);
  settle();
}

void raft_group::perform(server_id id) {
  test_server& s = servers_.at(id);
  raft_effects out = std::exchange(s.out, {});
  for (message& m : out.messages) network_.push_back(std::move(m));
  for (chunk_to_send& c : out.chunks) {
    auto& chunk = std::get<snapshot_chunk>(c.envelope.body);
    if (chunk.meta->id != s.disk.snapshot.id) continue;
    chunk.data = s.blob.substr(chunk.offset, c.bytes);
    network_.push_back(std::move(c.envelope));
  }
  for (const chunk_received& c : out.received) {
    if (c.offset == 0) s.incoming.clear();
    REQUIRE(s.incoming.size() == c.offset);
    s.incoming += c.data;
    ++s.chunks_received;
  }
  if (out.restore) {
    s.applied.clear();
    for (std::size_t i = 0; i < s.blob.size(); i = s.blob.find('\n', i) + 1)
      s.applied.push_back(s.blob.substr(i, s.blob.find('\n', i) - i));
  }
  for (const entry& e : out.committed)
    if (e.kind == entry_kind::command) s.applied.emplace_back(e.view());
  s.reads.insert(s.reads.end(), out.reads.begin(), out.reads.end());
  s.divergences.insert(s.divergences.end(), out.divergences.begin(), out.divergences.end());
  for (log_write& w : out.writes) s.unsynced.push_back(std::move(w));
  if (s.disk_works) sync(id);
}

void raft_group::sync(server_id id) {
  test_server& s = servers_.at(id);
  for (const log_write& w : std::exchange(s.unsynced, {})) {
    if (w.install) s.blob = std::exchange(s.incoming, {});
    write_to(s.disk, w);
    s.machine->persisted(w.number, now, s.out);
  }
}

void raft_group::settle() {
  for (int turns = 0;; ++turns) {
    REQUIRE(turns < 10000);
    bool quiet = true;
    for (auto& [id, s] : servers_) {
      if (!s.machine || s.out.empty()) continue;
      quiet = false;
      perform(id);
    }
    for (message& m : std::exchange(network_, {})) {
      quiet = false;
      test_server& to = servers_.at(m.to);
      if (!to.machine || !linked(m.from, m.to) || (drops && drops(m))) continue;
      std::string wire;  // through the codec, so that each test is one of it
      encode(m, wire);
      auto decoded = decode_message(wire);
      REQUIRE(decoded);
      ++delivered;
      to.machine->receive(std::move(*decoded), now, to.out);
    }
    if (quiet) return;
  }
}

void raft_group::wait(time_ms ms) {
  const time_ms until = now + ms;
  while (true) {
    settle();
    time_ms next = raft_machine::never_ms;
    for (auto& [id, s] : servers_)
      if (s.machine) next = std::min(next, s.machine->next_deadline());
    if (next > until) break;
    now = std::max(now, next);
    for (auto& [id, s] : servers_)
      if (s.machine && s.machine->next_deadline() <= now) {
        s.machine->tick(now, s.out);
        settle();
      }
  }
  now = until;
}

void raft_group::elect(server_id id) {
  now += 2 * settings.election_ms;
  servers_.at(id).machine->tick(now, servers_.at(id).out);
  settle();
  REQUIRE(leader() == id);
}

proposal raft_group::propose(server_id id, std::vector<std::string> commands) {
  std::vector<payload> payloads;
  for (std::string& c : commands) payloads.push_back(text(std::move(c)));
  const proposal p = machine(id).propose(payloads, now, servers_[id].out);
  settle();
  return p;
}

void raft_group::snapshot(server_id id) {
  test_server& s = servers_.at(id);
  snapshot_meta meta = s.machine->describe(s.machine->applied());
  s.blob.clear();
  for (const std::string& c : s.applied) s.blob += c + "\n";
  meta.bytes = s.blob.size();
  meta.id = std::hash<std::string>{}(s.blob);
  s.disk.snapshot = meta;
  std::erase_if(s.disk.entries, [&](const entry& e) { return e.at <= meta.at; });
  s.machine->snapshot_taken(meta);
}

server_id raft_group::leader() const {
  server_id found = 0;
  for (const auto& [id, s] : servers_)
    if (s.machine && s.machine->leads_safely()) found = id;
  return found;
}

}  // namespace warren::raft::testing
