#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>

namespace warren::actors {

/// What memory and disk are held against, as the configuration or an operator (until the next start) says.
struct resource_limits {
  double memory_relative = 0.4;
  std::uint64_t memory_absolute = 0;  ///< wins when not 0
  bool memory_blocked = false;        ///< a watermark of 0: the alarm is always on
  std::uint64_t disk_absolute = 0;
  double disk_relative = 0;  ///< times total memory; wins when not 0
};

/// The last measurement, and the limits in bytes that it was compared with.
struct resource_numbers {
  std::uint64_t memory_total = 0, memory_used = 0, memory_limit = 0;
  std::uint64_t disk_free = 0, disk_limit = 0;
};

/// Which alarms are on, for connections to look at: a flag per kind, read on every batch of publishes.
class alarm_board {
 public:
  enum alarm : std::uint8_t { memory = 1, disk = 2 };

  void set(alarm which, bool on) {
    if (on) {
      own_.fetch_or(which);
    } else {
      own_.fetch_and(static_cast<std::uint8_t>(~which));
    }
  }
  void set_elsewhere(std::uint8_t flags) { elsewhere_.store(flags, std::memory_order_relaxed); }  ///< of the cluster's other nodes
  [[nodiscard]] std::uint8_t own_flags() const { return own_.load(std::memory_order_relaxed); }
  /// Of all nodes: whatever one of them lacks, publishers everywhere wait for.
  [[nodiscard]] std::uint8_t flags() const { return own_flags() | elsewhere_.load(std::memory_order_relaxed); }
  [[nodiscard]] bool publishers_blocked() const { return flags() != 0; }

  /// The reason of connection.blocked: `low on memory`, `low on disk`, or both joined by ` & `.
  [[nodiscard]] static std::string reason(std::uint8_t flags) {
    std::string text;
    if (flags & memory) text = "low on memory";
    if (flags & disk) text += text.empty() ? "low on disk" : " & low on disk";
    return text;
  }

  /// The process has as many sockets as it may: nobody is accepted, publishers are not concerned. True when that is news.
  bool set_descriptors(bool on) { return descriptors_.exchange(on) != on; }
  [[nodiscard]] bool descriptors() const { return descriptors_.load(std::memory_order_relaxed); }

  /// Above the paging share of the memory watermark: queues keep little in memory.
  void set_paging(bool on) { paging_.store(on, std::memory_order_relaxed); }
  [[nodiscard]] bool paging() const { return paging_.load(std::memory_order_relaxed); }

  // The alarm actor is restarted after a crash; what an operator set and what was measured outlive it here.
  void limit_to(const resource_limits& limits) {
    std::lock_guard lock(mutex_);
    limits_ = limits;
  }
  [[nodiscard]] resource_limits limits() const {
    std::lock_guard lock(mutex_);
    return limits_;
  }
  void measured(const resource_numbers& numbers) {
    std::lock_guard lock(mutex_);
    numbers_ = numbers;
  }
  [[nodiscard]] resource_numbers numbers() const {
    std::lock_guard lock(mutex_);
    return numbers_;
  }

 private:
  std::atomic<std::uint8_t> own_{0}, elsewhere_{0};
  std::atomic<bool> paging_{false};
  mutable std::mutex mutex_;
  resource_limits limits_;
  resource_numbers numbers_;
  std::atomic<bool> descriptors_{false};
};

}  // namespace warren::actors
