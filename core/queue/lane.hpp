#pragma once

#include <cstdint>
#include <vector>

#include "core/base/ids.hpp"
#include "core/base/ring.hpp"
#include "core/queue/queue_types.hpp"

namespace warren {

/// A stretch of a lane that is in segments (token 0), or on its way there: then its entries are still in memory.
struct middle_part {
  std::uint64_t token = 0;  ///< the page_out to wait for
  disk_range range;
  ring<queue_entry> entries;
  std::uint64_t record_bytes = 0;
};

/// The ready messages of one priority, in the order in which they go out:
///
///     returned      head            middle                           tail
///     requeued,     ring in         [on disk][on its way][on its     ring in
///     min-heap      memory          way]                             memory  ◀── publishes, if there is a middle or a tail
///
/// Positions ascend from left to right: a message is only ever taken from the front, so what comes back was before
/// everything that never left. Hence a requeued message needs no place in the middle, and an unacknowledged one never lies
/// within a range on disk.
class lane {
 public:
  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] bool has_middle() const { return !middle_.empty(); }
  /// In memory in front of the middle.
  [[nodiscard]] std::size_t head_count() const { return returned_.size() + head_.size(); }
  [[nodiscard]] std::uint64_t head_bytes() const { return head_bytes_; }
  [[nodiscard]] std::size_t tail_count() const { return tail_.size(); }
  [[nodiscard]] std::uint64_t tail_bytes() const { return tail_bytes_; }
  /// Nothing in memory in front of a range on disk.
  [[nodiscard]] bool starts_on_disk() const {
    return returned_.empty() && head_.empty() && !middle_.empty() && middle_.front().token == 0;
  }

  void push(queue_entry&& entry, std::uint32_t record_bytes) {
    ++count_;
    if (middle_.empty() && tail_.empty()) [[likely]] {
      head_bytes_ += record_bytes;
      head_.push_back(std::move(entry));
    } else {
      tail_bytes_ += record_bytes;
      tail_.push_back(std::move(entry));
    }
  }
  void give_back(queue_entry&& entry);
  void append_loaded(queue_entry&& entry, std::uint32_t record_bytes) {
    head_bytes_ += record_bytes;
    head_.push_back(std::move(entry));
  }

  /// nullptr when the lane is empty or its first message lies on disk.
  [[nodiscard]] const queue_entry* peek() const {
    if (!returned_.empty()) return &returned_.front();
    return head_.empty() ? peek_behind() : &head_.front();
  }
  /// Call advance() first if `head_count()` is 0.
  [[nodiscard]] queue_entry take_front(std::uint32_t record_bytes) {
    --count_;
    head_bytes_ -= record_bytes;
    if (returned_.empty()) [[likely]]
      return head_.take_front();
    return take_returned();
  }

  // for the pager
  [[nodiscard]] std::vector<middle_part>& middle() { return middle_; }
  [[nodiscard]] const std::vector<middle_part>& middle() const { return middle_; }
  [[nodiscard]] ring<queue_entry>& head() { return head_; }
  [[nodiscard]] ring<queue_entry>& tail() { return tail_; }
  [[nodiscard]] std::vector<queue_entry>& returned() { return returned_; }
  void set_head_bytes(std::uint64_t bytes) { head_bytes_ = bytes; }
  void set_tail_bytes(std::uint64_t bytes) { tail_bytes_ = bytes; }
  void set_count(std::uint64_t count) { count_ = count; }
  /// If nothing is left in front of the middle: what is next in memory becomes the head. Returns what came back from a part
  /// on its way to disk.
  struct came_back {
    std::uint64_t messages = 0, record_bytes = 0;
  };
  came_back advance();
  void join_tail();          ///< when there is no middle, the tail is more of the head
  came_back promote_part();  ///< the first part of the middle, which is on its way, goes behind the head
  /// Joins neighbouring parts that are on disk.
  void merge_ranges();
  void clear();

  struct load_state {
    bool under_way = false;
    bool stale = false;   ///< purged meanwhile: the answer means nothing
    bool wanted = false;  ///< basic.get waits for it
    position to = 0;
  };
  load_state load;

 private:
  [[nodiscard]] const queue_entry* peek_behind() const;
  queue_entry take_returned();

  ring<queue_entry> head_;
  ring<queue_entry> tail_;
  std::vector<queue_entry> returned_;
  std::vector<middle_part> middle_;
  std::uint64_t head_bytes_ = 0;  // records of returned_ and head_
  std::uint64_t tail_bytes_ = 0;
  std::uint64_t count_ = 0;
};

}  // namespace warren
