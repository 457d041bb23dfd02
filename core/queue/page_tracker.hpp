#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "core/queue/queue_types.hpp"

namespace warren {

/// What is on its way to segments: which page_out is unanswered, what of it was settled meanwhile (the segment's copy dies
/// when the answer comes), and which log files wait for it.
///
/// A message settled between page_out and paged_out is acknowledged to the disk only with the answer, so that whoever
/// performs the effects may reorder an acknowledgement and a write that are both under way.
class page_tracker {
 public:
  [[nodiscard]] bool idle() const { return pending_.empty(); }
  /// The last page_out sent that is unanswered; 0 when there is none.
  [[nodiscard]] std::uint64_t newest() const { return pending_.empty() ? 0 : pending_.back().token; }
  /// Whether this page_out and all before it are answered.
  [[nodiscard]] bool answered_upto(std::uint64_t token) const { return pending_.empty() || pending_.front().token > token; }

  /// Makes the effect for these entries.
  std::uint64_t open(bool durable, std::vector<queue_entry>&& entries, queue_effects& out);
  /// True when this position is part of an unanswered page_out: its disk_ack is then sent with the answer.
  [[nodiscard]] bool settle(position at) { return !pending_.empty() && settle_pending(at); }
  /// False when the token is not known.
  bool answered(std::uint64_t token, queue_effects& out);
  /// Release the file as soon as everything sent so far is answered.
  void release_after_pending(log_file_id file, queue_effects& out);
  /// The disk was told to drop everything, including what it has not answered yet.
  void purged();

 private:
  struct pending_page {
    std::uint64_t token = 0;
    std::vector<position> positions;  // ascending
    std::vector<position> settled;
  };
  [[nodiscard]] bool settle_pending(position at);

  std::vector<pending_page> pending_;  // ascending by token
  std::vector<std::pair<log_file_id, std::uint64_t>> releases_;
  std::uint64_t next_token_ = 1;
};

}  // namespace warren
