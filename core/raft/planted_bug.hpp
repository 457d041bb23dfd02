#pragma once

/// Mistakes that tests/sim/raft must find: each stands where the rule that it breaks is kept. Without
/// WARREN_PLANTED_BUGS (only the simulator's second program has it) planted() is a constant and nothing of this is
/// compiled.
namespace warren::raft {

enum class bug {
  none,
  forgotten_vote,         ///< a vote is not persisted
  old_term_commit,        ///< an entry of an older term is committed by counting (paper, figure 8)
  early_acknowledgement,  ///< a follower answers before its log is synced
  early_count,            ///< a leader counts its own entries before they are synced
  unchecked_append,       ///< the entry before the new ones is not compared
  stale_truncation,       ///< a late duplicate of an append cuts off what came after it
  unverified_commit,      ///< a follower takes over the commit index beyond what it compared
  blind_vote,             ///< a vote goes to a candidate with an older log
  two_changes,            ///< a membership change begins while another is not committed
  unconfirmed_read,       ///< a leader answers a read without asking whether it still leads
  short_snapshot,         ///< an installed snapshot counts as having one entry more than it has
  kept_suffix,            ///< a conflicting log is kept when a snapshot is installed
};

#ifdef WARREN_PLANTED_BUGS
inline bug active_bug = bug::none;
[[nodiscard]] inline bool planted(bug b) { return active_bug == b; }
#else
[[nodiscard]] constexpr bool planted(bug) { return false; }
#endif

}  // namespace warren::raft
