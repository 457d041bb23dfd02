#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/raft/raft_messages.hpp"

namespace warren::raft {

/// What has to reach the disk, in the order of its members. The host performs the writes of a group in the order of
/// their numbers and says persisted(number) after the sync; one sync may cover many. Messages that depend on a write
/// wait inside the machine, so that everything in `messages` may be sent at once.
struct log_write {
  std::uint64_t number = 0;
  std::optional<hard_state> vote;
  std::optional<snapshot_meta> install;  ///< make the received chunks the group's snapshot, and forget the whole log
  log_index truncate_from = 0;           ///< forget entries from here on; 0 = none
  std::vector<entry> entries;            ///< gapless, to be appended
};

/// The host reads these bytes of the snapshot file `chunk.meta->id`, puts them into `chunk.data` and sends it.
/// When it has that file no longer, it says snapshot_unavailable().
struct chunk_to_send {
  message envelope;  ///< its body is a snapshot_chunk without data
  std::uint32_t bytes = 0;
};

struct chunk_received {
  std::shared_ptr<const snapshot_meta> meta;
  std::uint64_t offset = 0;  ///< 0 begins a new file
  std::string data;
};

struct read_answer {
  std::uint64_t id = 0;
  log_index at = 0;  ///< read after this is applied; 0 = no leader confirmed it, ask again
};

/// A server whose branch is not ours.
struct divergence {
  enum class kind : std::uint8_t {
    behind,  ///< it has not forked: it will follow us when it is made a member
    ahead,   ///< we have not forked: we will follow it when it makes us a member
    forked,  ///< each has what the other lacks: an operator or the partition policy has to choose
  };
  server_id peer = 0;
  kind what = kind::forked;
  branch_history theirs;
};

/// Cleared by the host after it performed them; several calls may collect into one. Order: writes (begin), messages,
/// chunks, restore, committed, the rest.
struct raft_effects {
  std::vector<log_write> writes;
  std::vector<message> messages;
  std::vector<chunk_to_send> chunks;
  std::vector<chunk_received> received;  ///< before the `install` of a later write
  std::optional<snapshot_meta> restore;  ///< the state machine begins anew from the installed snapshot
  std::vector<entry> committed;          ///< in order, gapless: those of kind `command` are for the state machine
  std::vector<read_answer> reads;
  std::vector<divergence> divergences;
  bool standing_changed = false;  ///< role, term, leader or members: look at them
  bool empty() const {
    return writes.empty() && messages.empty() && chunks.empty() && received.empty() && !restore && committed.empty() &&
           reads.empty() && divergences.empty() && !standing_changed;
  }
  void clear() { *this = {}; }
};

}  // namespace warren::raft
