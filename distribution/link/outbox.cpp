#include "distribution/link/outbox.hpp"

#include <bit>

#include "core/base/assert.hpp"

namespace warren::distribution {

void outbox::push(std::uint16_t service, std::string bytes) {
  WARREN_ENSURE(service != ack_service && service < services);
  queued_bytes_ += frame_header_bytes + bytes.size();
  waiting_[service].push_back(std::move(bytes));
  busy_ |= std::uint64_t{1} << service;
}

std::size_t outbox::next_turn(std::size_t after) const {
  const std::uint64_t behind = after + 1 < services ? busy_ & (~std::uint64_t{0} << (after + 1)) : 0;
  return static_cast<std::size_t>(std::countr_zero(behind ? behind : busy_));
}

std::string outbox::next_batch() {
  std::string batch;
  while (busy_) {
    if (waiting_[turn_].empty() || (turn_used_ > 0 && turn_used_ + first_bytes(turn_) > batch_bytes)) {
      turn_ = next_turn(turn_);
      turn_used_ = 0;
    }
    const std::size_t n = first_bytes(turn_);
    if (!batch.empty() && batch.size() + n > batch_bytes) break;
    if (in_flight_bytes() > 0 && in_flight_bytes() + n > window_bytes_) break;
    auto& lane = waiting_[turn_];
    append_frame(batch, static_cast<std::uint16_t>(turn_), lane.front());
    lane.pop_front();
    if (lane.empty()) busy_ &= ~(std::uint64_t{1} << turn_);
    turn_used_ += n;
    queued_bytes_ -= n;
    sent_bytes_ += n;
    ++sent_messages_;
  }
  return batch;
}

bool outbox::acknowledged(std::uint64_t taken_bytes) {
  if (taken_bytes > sent_bytes_ || taken_bytes < taken_bytes_) return false;
  taken_bytes_ = taken_bytes;
  return true;
}

}  // namespace warren::distribution
