#include "tests/sim/raft/raft_world.hpp"

#include <cstdio>

namespace warren::sim {

using namespace raft;

sim_weather weather_of(sim_random& r) {
  sim_weather w;
  static constexpr std::size_t sizes[] = {1, 2, 3, 3, 3, 3, 4, 5, 5};
  w.founders = sizes[r.below(std::size(sizes))];
  w.settings.alive_by = r.chance(500) ? liveness::host : liveness::heartbeats;
  w.settings.election_ms = r.between(150, 400);
  w.settings.heartbeat_ms = w.settings.election_ms / 5;
  w.settings.message_bytes = static_cast<std::size_t>(r.between(600, 3000));
  w.settings.inflight_bytes = static_cast<std::size_t>(r.between(500, 6000));
  w.settings.inflight_messages = static_cast<std::uint32_t>(r.between(1, 8));
  w.settings.uncommitted_bytes = 20'000;
  w.settings.chunk_bytes = static_cast<std::size_t>(r.between(50, 300));
  w.settings.inflight_chunks = static_cast<std::uint32_t>(r.between(1, 4));
  w.settings.kept_entries = r.below(30);
  w.fault_ms = r.between(5'000, 15'000);
  w.delay_ms = r.chance(300) ? r.between(30, 200) : r.between(1, 20);
  w.disk_ms = r.chance(300) ? r.between(30, 150) : r.between(0, 20);
  w.drop = r.chance(500) ? static_cast<unsigned>(r.below(200)) : 0;
  w.duplicate = r.chance(500) ? static_cast<unsigned>(r.below(150)) : 0;
  w.crash = static_cast<unsigned>(r.below(10));
  w.cut = static_cast<unsigned>(r.below(10));
  w.members = r.chance(500) ? static_cast<unsigned>(r.below(15)) : 0;
  w.transfer = static_cast<unsigned>(r.below(5));
  w.snapshot = r.chance(700) ? static_cast<unsigned>(r.below(15)) : 0;
  w.through_codec = r.chance(200);
  return w;
}

raft_world::raft_world(std::uint64_t seed, bool trace)
    : random_(seed), trace_(trace), weather_(weather_of(random_)), checker_(servers_) {
  for (server_id id = 1; id <= weather_.founders; ++id) founders_.set({id, "n" + std::to_string(id), member_role::voter});
  for (server_id id = 1; id <= weather_.founders + weather_.spares; ++id) {
    servers_[id].id = id;
    servers_[id].disk_ms = random_.chance(100) ? weather_.disk_ms * 10 : weather_.disk_ms;
  }
  for (auto& [id, s] : servers_) start(s);
  say("founded by " + std::to_string(weather_.founders) + (hosted() ? ", links watched by the host" : ", heartbeats"));
}

void raft_world::say(const std::string& line) const {
  if (trace_) std::printf("%8lld  %s\n", static_cast<long long>(now_ - 1000), line.c_str());
}

std::string raft_world::summary() const {
  return std::to_string(checker_.committed()) + " entries committed, " + std::to_string(commands_) +
         " commands answered, " + std::to_string(reads_) + " reads, " + std::to_string(crashes_) + " crashes, " +
         std::to_string(installs_) + " snapshots installed, " + std::to_string(changes_) + " membership changes";
}

void raft_world::later(time_ms after, std::function<void()> what) {
  events_.push({now_ + after, ++order_, std::move(what)});
}

void raft_world::run() {
  later(0, [this] { mend_links(); });
  later(5, [this] { client_acts(); });
  later(100, [this] { something_happens(); });
  run_until(now_ + weather_.fault_ms, [] { return false; });

  peace_ = true;
  say("peace");
  heal();
  for (auto& [id, s] : servers_) {
    s.disk_ms = std::min(s.disk_ms, weather_.settings.election_ms / 8);  // nobody is elected by disks slower than an election
    if (!s.machine) start(s);
  }
  run_until(now_ + 60'000, [this] { return converged(); });
  if (!converged()) violated("convergence: a minute of peace, and " + missing_);
  for (auto& [id, s] : servers_)
    if (!s.reads.empty()) violated("a read was never answered by server " + std::to_string(id));
}

void raft_world::run_until(time_ms until, const std::function<bool()>& done) {
  std::uint64_t at_this_time = 0;
  for (std::uint64_t turn = 0;; ++turn) {
    if (turn % 32 == 0 && done()) return;
    sim_server* due = nullptr;
    time_ms deadline = raft_machine::never_ms;
    for (auto& [id, s] : servers_) {
      if (!s.machine) continue;
      const time_ms d = s.machine->next_deadline();
      if (d < deadline) {
        deadline = d;
        due = &s;
      }
    }
    const time_ms next = events_.empty() ? raft_machine::never_ms : events_.top().at;
    const time_ms at = std::max(now_, std::min(next, deadline));
    if (at > until) {
      now_ = until;
      return;
    }
    at_this_time = at == now_ ? at_this_time + 1 : 0;
    if (at_this_time > 20'000) violated("a server is never done");
    now_ = at;
    if (deadline < next) {
      step(*due, [&](raft_effects& out) { due->machine->tick(now_, out); });
    } else {
      auto what = std::move(const_cast<event&>(events_.top()).what);
      events_.pop();
      what();
    }
  }
}

void raft_world::step(sim_server& s, const std::function<void(raft_effects&)>& call) {
  ++steps_;
  call(s.out);
  if (trace_ && (s.was_role != s.machine->standing() || s.was_term != s.machine->term())) {
    static const char* const names[] = {"follower", "pre-candidate", "candidate", "leader"};
    say("server " + std::to_string(s.id) + " is " + names[static_cast<int>(s.machine->standing())] + " in term " +
        std::to_string(s.machine->term()) + ", last " + std::to_string(s.machine->log().last()) + ", commit " +
        std::to_string(s.machine->commit()));
  }
  checker_.after_step(s, s.out);
  perform(s);
}

void raft_world::perform(sim_server& s) {
  raft_effects out = std::move(s.out);
  s.out.clear();
  for (const chunk_received& c : out.received) {
    if (c.offset == 0) s.incoming.clear();
    if (c.offset != s.incoming.size()) violated("snapshot: a piece out of place at server " + std::to_string(s.id));
    s.incoming += c.data;
  }
  for (log_write& w : out.writes) {
    if (w.install) {
      if (s.incoming.size() != w.install->bytes || !sim_state::from(s.incoming))
        violated("snapshot: server " + std::to_string(s.id) + " received something else than was sent");
      s.disk.installs[w.number] = std::move(s.incoming);
      s.incoming.clear();
      ++installs_;
      say("server " + std::to_string(s.id) + " installs a snapshot up to " + std::to_string(w.install->at));
    }
    s.disk.queued.push_back(std::move(w));
  }
  begin_sync(s);
  for (message& m : out.messages) send(std::move(m));
  for (chunk_to_send& c : out.chunks) {
    auto& chunk = std::get<snapshot_chunk>(c.envelope.body);
    const auto file = s.files.find(chunk.meta->id);
    if (file == s.files.end())
      violated("snapshot: server " + std::to_string(s.id) + " sends a file that it was not told to keep");
    chunk.data = file->second.substr(chunk.offset, c.bytes);
    send(std::move(c.envelope));
  }
  if (out.restore) {
    const auto state = sim_state::from(s.disk.blob);
    if (!state) violated("snapshot: cannot be read by server " + std::to_string(s.id));
    s.state = *state;
    s.files[out.restore->id] = s.disk.blob;
    checker_.restored(s);
    // whether these were decided, or others in their places, is not to be seen any more
    s.proposals.erase(s.proposals.begin(), s.proposals.upper_bound(out.restore->at));
  }
  for (const entry& e : out.committed) {
    checker_.applied(s, e);
    const auto mine = s.proposals.find(e.at);
    if (mine == s.proposals.end()) continue;
    if (mine->second == e.term) {
      checker_.acknowledged(e.at);
      ++commands_;
    }
    s.proposals.erase(mine);
  }
  for (const read_answer& r : out.reads) {
    const auto asked = s.reads.find(r.id);
    if (asked == s.reads.end()) violated("a read was answered twice");
    if (r.at != 0) {
      checker_.read_answered(r.at, asked->second.after);
      ++reads_;
    }
    s.reads.erase(asked);
  }
  if (!out.divergences.empty()) violated("a branch, though nobody forced one");
}

void raft_world::begin_sync(sim_server& s) {
  if (s.syncing || s.disk.queued.empty()) return;
  s.syncing = true;
  const std::uint64_t upto = s.disk.queued.back().number;
  later(random_.between(0, s.disk_ms), [this, &s, upto, incarnation = s.incarnation] {
    if (!s.machine || s.incarnation != incarnation) return;
    while (!s.disk.queued.empty() && s.disk.queued.front().number <= upto) {
      s.disk.perform(s.disk.queued.front());
      s.disk.queued.pop_front();
    }
    s.syncing = false;
    step(s, [&](raft_effects& out) { s.machine->persisted(upto, now_, out); });
    begin_sync(s);
  });
}

/// Of the state as it is now; it is durable a moment later.
void raft_world::write_snapshot(sim_server& s) {
  if (s.snapshotting || s.state.at <= s.machine->snapshot().at || s.state.at != s.machine->applied()) return;
  s.snapshotting = true;
  snapshot_meta meta = s.machine->describe(s.state.at);
  std::string blob = s.state.blob();
  meta.bytes = blob.size();
  meta.id = s.state.chain ^ (meta.at << 40);
  later(random_.between(0, 3 * s.disk_ms + 1), [this, &s, meta, blob, incarnation = s.incarnation] {
    if (!s.machine || s.incarnation != incarnation) return;
    s.snapshotting = false;
    if (meta.at <= s.machine->snapshot().at) return;  // one that was received is newer
    s.disk.state.snapshot = meta;
    s.disk.blob = blob;
    std::erase_if(s.disk.state.entries, [&](const entry& e) { return e.at <= meta.at; });
    s.files[meta.id] = blob;
    s.machine->snapshot_taken(meta);
    std::erase_if(s.files, [&](const auto& f) { return !s.machine->snapshot_in_use(f.first); });
    say("server " + std::to_string(s.id) + " has a snapshot up to " + std::to_string(meta.at));
  });
}

sim_server* raft_world::pick(bool alive) {
  std::vector<sim_server*> those;
  for (auto& [id, s] : servers_)
    if ((s.machine != nullptr) == alive) those.push_back(&s);
  return those.empty() ? nullptr : those[random_.below(those.size())];
}

sim_server* raft_world::pick_leader() {
  std::vector<sim_server*> those;
  for (auto& [id, s] : servers_)
    if (s.machine && s.machine->standing() == role::leader) those.push_back(&s);
  return those.empty() ? nullptr : those[random_.below(those.size())];
}

}  // namespace warren::sim
