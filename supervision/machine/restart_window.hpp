#pragma once

#include <cstdint>
#include <vector>

#include "supervision/machine/types.hpp"

namespace warren::supervision {

/// OTP's intensity check: at most `intensity` restarts within `period_ms`, both ends of the period included.
class restart_window {
 public:
  /// Notes a restart at `now`; false when it is one too many, and then it is not noted (a delayed child is tried again
  /// later and must not find the window full of its own refusals).
  [[nodiscard]] bool add(time_ms now, const supervisor_flags& flags) {
    std::erase_if(times_, [&](time_ms then) { return now > then + flags.period_ms; });
    if (times_.size() >= flags.intensity) return false;
    times_.push_back(now);
    return true;
  }

  void clear() { times_.clear(); }
  [[nodiscard]] bool empty() const { return times_.empty(); }

 private:
  std::vector<time_ms> times_;
};

}  // namespace warren::supervision
