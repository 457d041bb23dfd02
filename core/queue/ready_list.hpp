#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/queue/lane.hpp"

namespace warren {

/// All ready messages: one lane per priority, the highest goes first. Keeps the totals that limits and counts need.
class ready_list {
 public:
  struct totals {
    std::uint64_t messages = 0, body_bytes = 0;              ///< ready, wherever they are
    std::uint64_t on_disk = 0, on_disk_body_bytes = 0;       ///< of them, in segments only
    std::uint64_t leaving = 0;                               ///< in memory, on their way to segments
    std::uint64_t memory_record_bytes = 0;                   ///< in memory and not leaving
    [[nodiscard]] std::uint64_t memory_messages() const { return messages - on_disk - leaving; }
  };

  [[nodiscard]] bool empty() const { return totals_.messages == 0; }
  [[nodiscard]] const totals& total() const { return totals_; }

  void push(queue_entry&& entry) {
    const message& m = *entry.message;
    account(m);
    lane& l = touch(entry.lane);
    l.push(std::move(entry), m.record_bytes);
  }
  /// Back to its original position.
  void give_back(queue_entry&& entry) {
    account(*entry.message);
    touch(entry.lane).give_back(std::move(entry));
  }

  /// The next message to go, nullptr when there is none or it lies on disk.
  [[nodiscard]] const queue_entry* peek() { return empty() ? nullptr : top()->peek(); }
  /// There must be one to peek() at.
  [[nodiscard]] queue_entry take_front() {
    lane& l = *top();
    if (l.head_count() == 0) [[unlikely]]
      came_back(l.advance());
    const message& m = *l.peek()->message;
    --totals_.messages;
    totals_.body_bytes -= m.body_bytes;
    totals_.memory_record_bytes -= m.record_bytes;
    queue_entry entry = l.take_front(m.record_bytes);
    if (l.count() == 0) [[unlikely]]
      emptied(entry.lane);
    return entry;
  }

  /// The lane that holds the front. There must be a message.
  [[nodiscard]] lane* top() { return highest_ == 0 ? &lane_zero_ : others_[highest_ - 1].get(); }
  [[nodiscard]] lane* find(std::uint8_t number) {
    if (number == 0) return &lane_zero_;
    return number <= others_.size() ? others_[number - 1].get() : nullptr;
  }
  [[nodiscard]] lane& touch(std::uint8_t number) {
    if (number == 0) [[likely]]
      return lane_zero_;
    return touch_other(number);
  }
  /// Lanes that were ever used, lowest priority first: `f(number, lane)`.
  template <class F>
  void each_lane(F&& f) {
    f(std::uint8_t{0}, lane_zero_);
    for (std::size_t i = 0; i < others_.size(); ++i)
      if (others_[i]) f(static_cast<std::uint8_t>(i + 1), *others_[i]);
  }
  template <class F>
  void each_lane_downwards(F&& f) {
    for (std::size_t i = others_.size(); i-- > 0;)
      if (others_[i]) f(static_cast<std::uint8_t>(i + 1), *others_[i]);
    f(std::uint8_t{0}, lane_zero_);
  }

  // for the pager, which moves messages between memory and disk
  [[nodiscard]] totals& mutable_total() { return totals_; }
  void came_back(lane::came_back what) {
    totals_.leaving -= what.messages;
    totals_.memory_record_bytes += what.record_bytes;
  }
  /// After a lane's count was changed from outside.
  void recount_lanes();

 private:
  void account(const message& m) {
    ++totals_.messages;
    totals_.body_bytes += m.body_bytes;
    totals_.memory_record_bytes += m.record_bytes;
  }
  lane& touch_other(std::uint8_t number);
  void emptied(std::uint8_t number);

  totals totals_;
  std::uint32_t highest_ = 0;  // the highest lane that may hold a message: exact, 0 when all are empty
  lane lane_zero_;
  std::vector<std::unique_ptr<lane>> others_;  // lanes 1… of a queue with x-max-priority, made when first used
};

}  // namespace warren
