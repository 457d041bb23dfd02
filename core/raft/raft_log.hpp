#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/raft/raft_types.hpp"

namespace warren::raft {

/// The part of the log that is in memory: from `base` (what a snapshot has, and a little of it for slow followers) to
/// the end.
///
///     snapshot … │ base │ first … stable … last
///                        └ in memory ────────┘   stable: durable on this server
class raft_log {
 public:
  void reset(log_index base, term_number base_term);
  void append(entry e);           ///< must be last() + 1
  void truncate(log_index from);  ///< from > base()
  void compact(log_index upto);   ///< forget entries up to here; within [base, last]

  [[nodiscard]] log_index base() const { return base_; }
  [[nodiscard]] term_number base_term() const { return base_term_; }
  [[nodiscard]] log_index last() const { return base_ + (entries_.size() - head_); }
  [[nodiscard]] term_number last_term() const { return term_at(last()); }
  [[nodiscard]] bool knows(log_index at) const { return at >= base_ && at <= last(); }
  [[nodiscard]] term_number term_at(log_index at) const;  ///< knows(at)
  [[nodiscard]] const entry& at(log_index i) const;       ///< base < i ≤ last
  /// As many entries from `from` on as have at most `bytes` with their overhead; at least one, if there is one.
  [[nodiscard]] std::span<const entry> from(log_index from, std::size_t bytes) const;
  /// The highest index ≤ `at` whose term is ≤ `term` (paper 5.3, fast back-up: skips a term at a time); not below base.
  [[nodiscard]] log_index last_not_after(log_index at, term_number term) const;
  /// Raft paper 5.4.1: the later last term wins, then the longer log.
  [[nodiscard]] bool not_newer_than(log_index last, term_number last_term) const;
  [[nodiscard]] std::size_t bytes() const { return bytes_; }  ///< of payloads

 private:
  log_index base_ = 0;
  term_number base_term_ = 0;
  std::vector<entry> entries_;  ///< the first head_ are forgotten already
  std::size_t head_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace warren::raft
