#pragma once

#include <atomic>
#include <cstdint>
#include <string>

namespace warren::actors {

/// Which alarms are on, for connections to look at: a flag per kind, read on every batch of publishes.
class alarm_board {
 public:
  enum alarm : std::uint8_t { memory = 1, disk = 2 };

  void set(alarm which, bool on) {
    if (on) {
      flags_.fetch_or(which);
    } else {
      flags_.fetch_and(static_cast<std::uint8_t>(~which));
    }
  }
  [[nodiscard]] std::uint8_t flags() const { return flags_.load(std::memory_order_relaxed); }
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

 private:
  std::atomic<std::uint8_t> flags_{0};
  std::atomic<bool> paging_{false};
  std::atomic<bool> descriptors_{false};
};

}  // namespace warren::actors
