#pragma once

#include <cstdint>
#include <deque>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/base/ids.hpp"

namespace warren {

/// basic.qos with global = true: one limit for all consumers of a channel, which may sit on different queues. A queue that
/// has messages for such a consumer asks; free places are granted, split evenly among those that ask, and what a queue
/// cannot use it gives back. So no queue holds places that another could fill.
class grant_ledger {
 public:
  using grant = std::pair<consumer_id, std::uint32_t>;

  /// The limit is about to change: nothing is granted until set_limit().
  void pause() { paused_ = true; }
  /// 0 = no limit. `taken`: deliveries of the channel's consumers that are not settled. Grants given before must be
  /// used or back (the queues have answered since pause()).
  void set_limit(std::uint32_t limit, std::uint32_t taken, std::vector<grant>& out);
  void wanted(consumer_id consumer, std::vector<grant>& out);
  void unused(consumer_id consumer, std::uint32_t messages, std::vector<grant>& out);
  /// A granted place is used; without acknowledgement it is free again at once.
  void delivered(consumer_id consumer, bool no_ack, std::vector<grant>& out);
  void settled(std::uint32_t messages, std::vector<grant>& out);  ///< places are free again
  void forget(consumer_id consumer, std::vector<grant>& out);     ///< it is gone, and its grants with it

  [[nodiscard]] std::uint32_t limit() const { return limit_; }

 private:
  std::uint32_t take_back(consumer_id consumer, std::uint32_t messages);
  void hand_out(std::vector<grant>& out);

  std::uint32_t limit_ = 0;
  std::uint32_t reserved_ = 0;  ///< granted, not yet delivered
  std::uint32_t taken_ = 0;     ///< delivered, not yet settled
  bool paused_ = false;
  std::unordered_map<consumer_id, std::uint32_t> granted_;  ///< reserved_ by consumer
  std::deque<consumer_id> asking_;
};

}  // namespace warren
