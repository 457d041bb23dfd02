#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/ids.hpp"

namespace warren::actors {

/// Tells when a queue has one publisher that waits for the confirm of each few messages before it sends the next. What it can have
/// per second is then what a trip to the disk and back leaves, wake-ups of threads included: the queue had better live on its thread.
class waiting_publisher {
 public:
  static constexpr std::size_t few_messages = 4;
  static constexpr std::uint32_t batches = 64;  ///< in a row before it is believed, and asked again

  /// A batch that has to wait for the log. True: `from` is such a publisher.
  [[nodiscard]] bool waits_for_log(channel_id from, std::size_t messages) {
    if (messages > few_messages || from != from_) in_a_row_ = 0;
    from_ = from;
    if (messages > few_messages || ++in_a_row_ < batches) return false;
    in_a_row_ = 0;
    return true;
  }

 private:
  channel_id from_;
  std::uint32_t in_a_row_ = 0;
};

}  // namespace warren::actors
