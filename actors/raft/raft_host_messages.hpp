#pragma once

#include <caf/all.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/raft/group_id.hpp"
#include "core/raft/raft_machine.hpp"

// What the Raft host and those who use a group say to each other; and the host and the log. Local only.
namespace warren::actors {

using raft_group = std::uint64_t;
/// The group of the cluster's metadata; queues' groups come above.
constexpr raft_group metadata_group = 1;

// ---- user → host

/// Begins to take part in a group. `found` is what recovery read; a founder gives the group's first members. The machine
/// is told raft_committed, raft_restore, raft_standing from now on.
struct raft_open {
  raft_group group = 0;
  caf::actor machine;
  raft::durable_state found;
  std::shared_ptr<const std::string> snapshot;  ///< the bytes of found.snapshot
  raft::configuration founding;                 ///< empty: not founded here
};
/// An open group that nobody was found to take part in: it begins here.
struct raft_found {
  raft_group group = 0;
  raft::configuration first;
};
/// The supervisor restarted the state machine: it begins at the newest snapshot again.
struct raft_attach {
  raft_group group = 0;
  caf::actor machine;
};
/// Answered by raft_proposed to `reply_to`.
struct raft_propose {
  raft_group group = 0;
  std::uint64_t token = 0;
  raft::payload entry;
  caf::actor reply_to;
};
struct raft_proposed {
  raft_group group = 0;
  std::uint64_t token = 0;
  raft::refusal refused = raft::refusal::none;
};
/// Answered by raft_read_at, always.
struct raft_read {
  raft_group group = 0;
  std::uint64_t id = 0;
};
struct raft_read_at {
  raft_group group = 0;
  std::uint64_t id = 0;
  raft::log_index at = 0;  ///< what is applied up to here is as new as when it was asked; 0: no leader, ask again
};
/// Requests, answered by raft_refusal.
struct raft_change {
  raft_group group = 0;
  raft::membership_change what;
};
struct raft_transfer {
  raft_group group = 0;
  raft::server_id to = 0;
};
struct raft_force {
  raft_group group = 0;
  raft::branch_id branch = 0;
  std::vector<raft::server_id> survivors;
};
struct raft_refusal {
  raft::refusal why = raft::refusal::none;
};
/// The state machine's state after `applied`; the host makes it durable and forgets the log up to there.
struct raft_snapshot {
  raft_group group = 0;
  raft::log_index applied = 0;
  std::string bytes;
};

// ---- host → user

struct raft_committed {
  raft_group group = 0;
  std::vector<raft::entry> entries;  ///< commands only; gapless apart from the machine's own entries
  raft::log_index upto = 0;          ///< all entries up to this one have been handed over
};
/// Begin anew from these bytes, which have the log up to `upto`.
struct raft_restore {
  raft_group group = 0;
  raft::log_index upto = 0;
  std::shared_ptr<const std::string> bytes;
};
struct raft_standing {
  raft_group group = 0;
  raft::role role = raft::role::follower;
  raft::term_number term = 0;
  raft::server_id self = 0, leader = 0;
  raft::branch_id branch = 0;
  bool leads_safely = false;
  raft::log_index commit = 0;
  raft::configuration members;
};
/// A server whose branch is not ours (core/raft/raft_effects.hpp).
struct raft_diverged {
  raft_group group = 0;
  std::string node;  ///< of the server
  raft::divergence what;
};
/// The log is long: send raft_snapshot.
struct raft_snapshot_wanted {
  raft_group group = 0;
};

// ---- host → log, log → host

/// Answered by log_raft_synced once it is on the disk.
struct log_raft {
  raft_group group = 0;
  raft::log_write write;
  std::shared_ptr<const std::string> install;  ///< the bytes of write.install
  caf::actor reply_to;
};
struct log_raft_synced {
  raft_group group = 0;
  std::uint64_t number = 0;
};
/// A snapshot of the member's own state; answered by log_raft_snapshot_stored once it is durable.
struct log_raft_snapshot {
  raft_group group = 0;
  raft::snapshot_meta meta;
  std::shared_ptr<const std::string> bytes;
  caf::actor reply_to;
};
struct log_raft_snapshot_stored {
  raft_group group = 0;
  raft::snapshot_meta meta;
};

}  // namespace warren::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::raft_open)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::raft_found)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::raft_attach)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::raft_propose)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::raft_proposed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::raft_read)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::raft_read_at)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::raft_change)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::raft_transfer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::raft_force)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::raft_refusal)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::raft_snapshot)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::raft_committed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::raft_restore)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::raft_standing)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::raft_diverged)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::raft_snapshot_wanted)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::log_raft)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::log_raft_synced)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::log_raft_snapshot)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::log_raft_snapshot_stored)
