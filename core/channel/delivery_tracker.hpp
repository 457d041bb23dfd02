#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/ids.hpp"
#include "core/base/result.hpp"

namespace warren {

/// The unacknowledged deliveries of one channel, by delivery tag (a counter from 1 that deliveries without acknowledgement
/// use up as well). Ascending, so `multiple` is a prefix; a stuck delivery costs only itself, since settled entries behind
/// it are squeezed out when they outnumber the living.
class delivery_tracker {
 public:
  struct entry {
    std::uint64_t tag = 0;
    queue_id queue;
    position at = 0;        ///< 0: settled, to be squeezed out
    consumer_id consumer;   ///< none for basic.get
    time_ms delivered_ms = 0;
  };

  std::uint64_t next_tag() { return ++last_tag_; }  ///< of a delivery without acknowledgement
  std::uint64_t add(queue_id queue, position at, consumer_id consumer, time_ms now);

  /// Settles one tag or, with multiple, all up to it (0 = all); entries go to `out` in order. Fails with 406 `unknown
  /// delivery tag N`; `multiple` with tag 0 never fails.
  [[nodiscard]] status settle(std::uint64_t tag, bool multiple, std::vector<entry>& out);
  /// All that is open, in order; forgets it (basic.recover, the end of the channel).
  void take_all(std::vector<entry>& out);
  /// Puts settled entries back (tx.rollback), in any order.
  void restore(const std::vector<entry>& settled);
  /// The queue is gone, and will have put its deliveries back: their tags stay good, but settling them concerns nobody (their
  /// entries have no queue). A queue that comes back has the same positions, given to others by then.
  void orphan(queue_id queue);

  [[nodiscard]] std::size_t size() const { return live_; }
  [[nodiscard]] std::size_t consumed() const;  ///< of them, those of consumers: not of basic.get
  [[nodiscard]] std::optional<time_ms> oldest_ms() const;

 private:
  [[nodiscard]] std::size_t find(std::uint64_t tag) const;
  void squeeze();

  std::vector<entry> entries_;  ///< from head_ on, ascending by tag
  std::size_t head_ = 0;
  std::size_t live_ = 0;
  std::uint64_t last_tag_ = 0;
};

}  // namespace warren
