#pragma once

#include <cstdint>
#include <deque>
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

  /// 0 = unlimited (asking consumers get whole batches).
  void set_limit(std::uint32_t limit, std::vector<grant>& out);
  void wanted(consumer_id consumer, std::vector<grant>& out);
  void unused(std::uint32_t messages, std::vector<grant>& out);
  void delivered(std::uint32_t messages);              ///< a granted place is taken
  void settled(std::uint32_t messages, std::vector<grant>& out);  ///< a place is free again
  void forget(consumer_id consumer);

  [[nodiscard]] std::uint32_t limit() const { return limit_; }

 private:
  static constexpr std::uint32_t unlimited_batch = 4096;
  void hand_out(std::vector<grant>& out);

  std::uint32_t limit_ = 0;
  std::uint32_t reserved_ = 0;   ///< granted, not yet delivered
  std::uint32_t taken_ = 0;      ///< delivered, not yet settled
  std::deque<consumer_id> asking_;
};

}  // namespace warren
