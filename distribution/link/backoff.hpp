#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace warren::distribution {

/// Pauses between dials of a peer that does not answer: 100 ms doubling to 5 s, each shortened by up to a third at
/// random so that two nodes do not dial each other in step. Pure: the randomness comes in.
class backoff {
 public:
  static constexpr std::chrono::milliseconds first{100}, longest{5000};

  [[nodiscard]] std::chrono::milliseconds next(std::uint64_t random) {
    const auto pause = pause_;
    pause_ = std::min(pause_ * 2, longest);
    return pause - std::chrono::milliseconds(random % static_cast<std::uint64_t>(pause.count() / 3));
  }
  void reset() { pause_ = first; }

 private:
  std::chrono::milliseconds pause_ = first;
};

}  // namespace warren::distribution
