#pragma once

#include <memory>
#include <variant>
#include <vector>

#include "core/raft/raft_types.hpp"

namespace warren::raft {

/// RequestVote (figure 2) and its trial (dissertation 9.6). `message::term` is the term that the candidate is, or would
/// be, in.
struct vote_request {
  log_index last = 0;
  term_number last_term = 0;
  bool trial = false;     ///< pre-vote: nobody's term changes
  bool transfer = false;  ///< the leader itself asked for it: followers do not protect it (dissertation 4.2.3)
};
struct vote_reply {
  bool granted = false;
  bool trial = false;
};

/// AppendEntries (figure 2). Without entries it is a heartbeat, or news of the commit index.
struct append_request {
  log_index previous = 0;
  term_number previous_term = 0;
  log_index commit = 0;
  std::uint64_t round = 0;  ///< echoed: confirms leadership for reads (dissertation 6.4)
  std::vector<entry> entries;
  branch_history branches;  ///< of the leader; only to followers that may not be on its branch yet
};
struct append_reply {
  branch_id of = 0;  ///< the request's branch: the follower may not have reached it
  bool accepted = false;
  log_index match = 0;  ///< accepted: durable up to here, the same as the leader's. Refused: the request's `previous`
  log_index hint = 0;   ///< refused: the leader's log may agree with mine here…
  term_number hint_term = 0;  ///< …where mine has this term (paper 5.3, fast back-up)
  log_index commit = 0;
  std::uint64_t round = 0;
};

/// InstallSnapshot (figure 13), several on their way at a time; the follower says where it wants to go on.
struct snapshot_chunk {
  std::shared_ptr<const snapshot_meta> meta;
  std::uint64_t offset = 0;
  std::string data;
  branch_history branches;  ///< of the leader, as in append_request
};
struct snapshot_reply {
  branch_id of = 0;
  log_index at = 0;
  std::uint64_t id = 0;
  std::uint64_t offset = 0;  ///< received up to here
  bool stored = false;       ///< all of it is durable
};

struct timeout_now {};  ///< the leader hands over (dissertation 3.10)

/// A follower asks for a read index.
struct read_request {
  std::uint64_t id = 0;
};
struct read_reply {
  std::uint64_t id = 0;
  log_index at = 0;  ///< 0: not the leader any more
};

/// You are not on my branch, and this is how mine came about.
struct branch_notice {
  branch_history branches;
  bool forked = false;  ///< and I cannot follow yours: I may have what it lacks
};

struct message {
  server_id from = 0, to = 0;
  term_number term = 0;
  branch_id branch = 0;  ///< of the sender
  std::variant<vote_request, vote_reply, append_request, append_reply, snapshot_chunk, snapshot_reply, timeout_now,
               read_request, read_reply, branch_notice>
      body;
};

}  // namespace warren::raft
