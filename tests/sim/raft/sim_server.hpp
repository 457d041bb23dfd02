#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/raft/raft_machine.hpp"
#include "tests/sim/sim_random.hpp"

namespace warren::sim {

[[nodiscard]] std::uint64_t hash_of(const raft::entry& e);

/// A state machine that forgets nothing: a chain of hashes over all commands.
struct sim_state {
  raft::log_index at = 0;
  std::uint64_t chain = 1;
  std::uint64_t commands = 0;

  void apply(const raft::entry& e);
  [[nodiscard]] std::string blob() const;  ///< of a length that differs
  [[nodiscard]] static std::optional<sim_state> from(const std::string& blob);
};

/// What survives a crash, and the writes that may not.
struct sim_disk {
  raft::durable_state state;
  std::string blob;                               ///< of state.snapshot
  std::deque<raft::log_write> queued;             ///< written, not synced
  std::map<std::uint64_t, std::string> installs;  ///< by number of the write: the received file

  void perform(const raft::log_write& w);
  [[nodiscard]] bool holds(raft::log_index at, raft::term_number term) const;
};

struct sim_server {
  raft::server_id id = 0;
  std::unique_ptr<raft::raft_machine> machine;  ///< null: crashed
  std::uint64_t incarnation = 0;
  raft::raft_effects out;
  sim_disk disk;
  bool syncing = false;
  time_ms disk_ms = 0;  ///< a sync takes up to this long
  sim_state state;
  std::string incoming;
  std::map<std::uint64_t, std::string> files;  ///< snapshot files by id
  bool snapshotting = false;

  struct asked {
    raft::log_index after = 0;
  };
  std::map<std::uint64_t, asked> reads;                    ///< not answered
  std::map<raft::log_index, raft::term_number> proposals;  ///< of clients of this server, not decided

  // seen by the checker last
  raft::role was_role = raft::role::follower;
  raft::term_number was_term = 0;
  raft::log_index was_commit = 0;

  void start(const raft::raft_settings& settings, std::uint64_t seed, time_ms now);
  /// The plug: a prefix of what was not synced is there afterwards.
  void crash(sim_random& random);
};

}  // namespace warren::sim
