#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <utility>

namespace warren::distribution {

/// Which refusals are worth a line: the first of an address and reason in a minute. A port scanner, or a node with the
/// wrong cookie that dials every second, gets one line and a count in the next. Pure; bounded.
class refusal_log {
 public:
  static constexpr std::int64_t quiet_ms = 60'000;
  static constexpr std::size_t max_remembered = 256;

  struct answer {
    bool write = false;
    std::uint64_t left_out = 0;  ///< lines like this one that were not written since the last one
  };
  answer note(const std::string& host, const std::string& reason, std::int64_t now_ms) {
    const auto key = std::pair(host, reason);
    const auto at = seen_.find(key);
    if (at != seen_.end()) {
      if (now_ms - at->second.written_ms < quiet_ms) {
        ++at->second.left_out;
        return {};
      }
      at->second.written_ms = now_ms;
      return {true, std::exchange(at->second.left_out, 0)};
    }
    if (order_.size() == max_remembered) {
      seen_.erase(order_.front());
      order_.pop_front();
    }
    order_.push_back(key);
    seen_[key] = {now_ms, 0};
    return {true, 0};
  }

 private:
  struct entry {
    std::int64_t written_ms = 0;
    std::uint64_t left_out = 0;
  };
  std::map<std::pair<std::string, std::string>, entry> seen_;
  std::deque<std::pair<std::string, std::string>> order_;
};

}  // namespace warren::distribution
