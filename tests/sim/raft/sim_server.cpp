#include "tests/sim/raft/sim_server.hpp"

#include <cstdio>

namespace warren::sim {
namespace {

std::uint64_t mix(std::uint64_t h, std::uint64_t v) {
  h = (h ^ v) * 0xBF58476D1CE4E5B9ull;
  return h ^ (h >> 29);
}

}  // namespace

std::uint64_t hash_of(const raft::entry& e) {
  std::uint64_t h = mix(0x51ab, static_cast<std::uint64_t>(e.kind));
  for (const char c : e.view()) h = (h ^ static_cast<std::uint8_t>(c)) * 0x100000001B3ull;
  return mix(h, e.size());
}

void sim_state::apply(const raft::entry& e) {
  at = e.at;
  if (e.kind != raft::entry_kind::command) return;
  ++commands;
  chain = mix(chain, hash_of(e)) | 1;
}

std::string sim_state::blob() const {
  char head[80];
  std::snprintf(head, sizeof head, "%llu %llu %llu ", static_cast<unsigned long long>(at),
                static_cast<unsigned long long>(chain), static_cast<unsigned long long>(commands));
  std::string out = head;
  out.append(chain % 700, 'p');
  return out;
}

std::optional<sim_state> sim_state::from(const std::string& blob) {
  unsigned long long at = 0, chain = 0, commands = 0;
  if (std::sscanf(blob.c_str(), "%llu %llu %llu ", &at, &chain, &commands) != 3) return std::nullopt;
  sim_state s{at, chain, commands};
  if (s.blob() != blob) return std::nullopt;  // a piece is missing, or twice there
  return s;
}

void sim_disk::perform(const raft::log_write& w) {
  if (w.vote) state.vote = *w.vote;
  if (w.install) {
    state.snapshot = *w.install;
    state.entries.clear();
    blob = std::move(installs[w.number]);
    installs.erase(w.number);
  }
  if (w.truncate_from != 0)
    while (!state.entries.empty() && state.entries.back().at >= w.truncate_from) state.entries.pop_back();
  state.entries.insert(state.entries.end(), w.entries.begin(), w.entries.end());
}

bool sim_disk::holds(raft::log_index at, raft::term_number term) const {
  if (at <= state.snapshot.at) return true;
  if (state.entries.empty() || at < state.entries.front().at || at > state.entries.back().at) return false;
  return state.entries[at - state.entries.front().at].term == term;
}

void sim_server::start(const raft::raft_settings& settings, std::uint64_t seed, time_ms now) {
  ++incarnation;
  raft::raft_settings mine = settings;
  mine.self = id;
  machine = std::make_unique<raft::raft_machine>(mine, disk.state, seed, now);
  out.clear();
  syncing = snapshotting = false;
  incoming.clear();
  files.clear();
  state = {};
  if (disk.state.snapshot.at != 0) {
    files[disk.state.snapshot.id] = disk.blob;
    if (const auto s = sim_state::from(disk.blob)) state = *s;
  }
  was_role = machine->standing();
  was_term = machine->term();
  was_commit = machine->commit();
}

void sim_server::crash(sim_random& random) {
  machine.reset();
  out.clear();
  for (std::uint64_t left = random.below(disk.queued.size() + 1); left > 0; --left) {
    disk.perform(disk.queued.front());
    disk.queued.pop_front();
  }
  disk.queued.clear();
  disk.installs.clear();
  reads.clear();
  proposals.clear();
}

}  // namespace warren::sim
