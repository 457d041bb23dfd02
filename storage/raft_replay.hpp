#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/raft/group_id.hpp"
#include "core/raft/raft_types.hpp"
#include "storage/log_reader.hpp"
#include "storage/raft_snapshots.hpp"

namespace warren::storage {

/// One Raft group as its last run left it.
struct recovered_group {
  raft::durable_state state;  ///< what its machine begins with
  std::string blob;           ///< of state.snapshot: what its state machine begins with
};

/// What the log and the snapshots say of all groups.
struct raft_in_log {
  struct group {
    recovered_group found;
    std::map<std::uint64_t, raft::log_index> files;  ///< that need to stay, for entries up to this one
    bool gone = false;                               ///< on the way only
    bool void_log = false;  ///< a crash came between the snapshot and the log's word about it: the log is to say it now
  };
  std::unordered_map<raft_group_id, group> groups;
};

/// Replays the groups' entries over their snapshots. A gap in a group's log is damage: an error that names it, or with
/// `accept_damage` a note, and what follows it is left out.
[[nodiscard]] result<raft_in_log> replay_raft(const log_content& log, raft_snapshots& snapshots, bool accept_damage,
                                              std::vector<std::string>& notes);

}  // namespace warren::storage
