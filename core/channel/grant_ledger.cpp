#include "core/channel/grant_ledger.hpp"

#include <algorithm>

namespace warren {

void grant_ledger::set_limit(std::uint32_t limit, std::uint32_t taken, std::vector<grant>& out) {
  limit_ = limit;
  taken_ = taken;
  reserved_ = 0;
  granted_.clear();
  paused_ = false;
  if (limit == 0) asking_.clear();
  hand_out(out);
}

void grant_ledger::wanted(consumer_id consumer, std::vector<grant>& out) {
  if (std::find(asking_.begin(), asking_.end(), consumer) == asking_.end()) asking_.push_back(consumer);
  hand_out(out);
}

void grant_ledger::unused(consumer_id consumer, std::uint32_t messages, std::vector<grant>& out) {
  if (take_back(consumer, messages) > 0) hand_out(out);
}

void grant_ledger::delivered(consumer_id consumer, bool no_ack, std::vector<grant>& out) {
  const std::uint32_t used = take_back(consumer, 1);
  if (!no_ack) {
    taken_ += used;
  } else if (used > 0) {
    hand_out(out);
  }
}

void grant_ledger::settled(std::uint32_t messages, std::vector<grant>& out) {
  taken_ -= std::min(taken_, messages);
  hand_out(out);
}

void grant_ledger::forget(consumer_id consumer, std::vector<grant>& out) {
  std::erase(asking_, consumer);
  if (const auto held = granted_.find(consumer); held != granted_.end()) unused(consumer, held->second, out);
}

std::uint32_t grant_ledger::take_back(consumer_id consumer, std::uint32_t messages) {
  const auto held = granted_.find(consumer);
  if (held == granted_.end()) return 0;  // of a limit that is no more
  const std::uint32_t n = std::min(held->second, messages);
  reserved_ -= n;
  if ((held->second -= n) == 0) granted_.erase(held);
  return n;
}

void grant_ledger::hand_out(std::vector<grant>& out) {
  if (limit_ == 0 || paused_) return;
  while (!asking_.empty() && reserved_ + taken_ < limit_) {
    const std::uint32_t free = limit_ - reserved_ - taken_;
    const std::uint32_t share = std::max<std::uint32_t>(1, free / static_cast<std::uint32_t>(asking_.size()));
    out.emplace_back(asking_.front(), share);
    granted_[asking_.front()] += share;
    reserved_ += share;
    asking_.pop_front();
  }
}

}  // namespace warren
