#pragma once

#include <cstdint>
#include <vector>

namespace warren {

/// Which publishes of a confirm-mode channel are still open, and the acks and nacks that are due.
/// A publish is settled when every queue that it was routed to has answered; one refusal makes it a nack.
/// Frames are coalesced as RabbitMQ does (rabbit_channel:coalesce_and_send): everything below the oldest open publish and
/// below the first of the other kind goes out as one frame with `multiple`; a lone ack has multiple = false.
class confirm_tracker {
 public:
  struct frame {
    std::uint64_t seq;
    bool multiple;
    bool ack;  ///< false: nack
    friend bool operator==(const frame&, const frame&) = default;
  };

  /// The next publish (sequence numbers count from 1) went to this many queues; 0 settles it at once.
  std::uint64_t published(std::uint32_t queues);
  /// One queue has answered for first..last (inclusive). Unknown or settled numbers are ignored.
  void confirmed(std::uint64_t first, std::uint64_t last) { answer(first, last, true); }
  void refused(std::uint64_t first, std::uint64_t last) { answer(first, last, false); }
  /// Appends what is due since the last call.
  void collect(std::vector<frame>& out);

  [[nodiscard]] std::uint64_t open() const { return open_; }
  [[nodiscard]] bool anything_due() const { return !acked_.empty() || !nacked_.empty(); }

 private:
  void answer(std::uint64_t first, std::uint64_t last, bool ack);
  void settle(std::uint64_t seq, bool ack);
  void forget_settled_front();
  void emit(std::vector<std::uint64_t>& own, const std::vector<std::uint64_t>& other, bool ack, std::vector<frame>& out);

  struct state {
    std::uint32_t waiting = 0;  ///< answers still wanted
    bool refused = false;
  };
  std::vector<state> window_;   ///< window_[head_] belongs to seq base_
  std::size_t head_ = 0;
  std::uint64_t base_ = 1, next_ = 1, open_ = 0;
  std::vector<std::uint64_t> acked_, nacked_;
};

}  // namespace warren
