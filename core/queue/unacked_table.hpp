#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/base/flat_table.hpp"
#include "core/queue/queue_types.hpp"

namespace warren {

struct consumer;

/// A delivery that waits for its acknowledgement.
struct unacked_delivery {
  queue_entry entry;
  channel_id channel;
  consumer* receiver = nullptr;  ///< nullptr: basic.get. Stays valid: a cancelled consumer is kept while it has deliveries.
};

/// What was delivered and is neither acknowledged nor returned, by position.
class unacked_table {
 public:
  [[nodiscard]] std::size_t size() const { return table_.size(); }
  [[nodiscard]] std::uint64_t body_bytes() const { return body_bytes_; }

  void add(queue_entry&& entry, channel_id channel, consumer* receiver) {
    body_bytes_ += entry.message->body_bytes;
    if (receiver == nullptr) count_get(channel);
    const position at = entry.at;
    table_.emplace(at, std::move(entry), channel, receiver);
  }
  [[nodiscard]] bool take(position at, unacked_delivery& out) {
    if (!table_.take(at, out)) return false;
    body_bytes_ -= out.entry.message->body_bytes;
    if (out.receiver == nullptr) uncount_get(out.channel);
    return true;
  }
  /// Deliveries by basic.get of this channel.
  [[nodiscard]] std::uint64_t gets_of(channel_id channel) const {
    for (const auto& [who, n] : gets_)
      if (who == channel) return n;
    return 0;
  }
  template <class F>
  void for_each(F&& f) {
    table_.for_each([&f](std::uint64_t, unacked_delivery& d) { f(d); });
  }

 private:
  void count_get(channel_id channel) {
    for (auto& [who, n] : gets_)
      if (who == channel) {
        ++n;
        return;
      }
    gets_.emplace_back(channel, 1);
  }
  void uncount_get(channel_id channel) {
    const auto i = std::find_if(gets_.begin(), gets_.end(), [channel](const auto& g) { return g.first == channel; });
    if (i != gets_.end() && --i->second == 0) gets_.erase(i);
  }

  flat_table<unacked_delivery> table_;
  std::uint64_t body_bytes_ = 0;
  std::vector<std::pair<channel_id, std::uint64_t>> gets_;
};

}  // namespace warren
