#include "core/channel/grant_ledger.hpp"

#include <algorithm>

namespace warren {

void grant_ledger::set_limit(std::uint32_t limit, std::vector<grant>& out) {
  limit_ = limit;
  hand_out(out);
}

void grant_ledger::wanted(consumer_id consumer, std::vector<grant>& out) {
  if (std::find(asking_.begin(), asking_.end(), consumer) == asking_.end()) asking_.push_back(consumer);
  hand_out(out);
}

void grant_ledger::unused(std::uint32_t messages, std::vector<grant>& out) {
  reserved_ -= std::min(reserved_, messages);
  hand_out(out);
}

void grant_ledger::delivered(std::uint32_t messages) {
  reserved_ -= std::min(reserved_, messages);
  taken_ += messages;
}

void grant_ledger::settled(std::uint32_t messages, std::vector<grant>& out) {
  taken_ -= std::min(taken_, messages);
  hand_out(out);
}

void grant_ledger::forget(consumer_id consumer) { std::erase(asking_, consumer); }

void grant_ledger::hand_out(std::vector<grant>& out) {
  while (!asking_.empty()) {
    std::uint32_t share = unlimited_batch;
    if (limit_ != 0) {
      if (reserved_ + taken_ >= limit_) return;
      const std::uint32_t free = limit_ - reserved_ - taken_;
      share = std::max<std::uint32_t>(1, free / static_cast<std::uint32_t>(asking_.size()));
    }
    out.emplace_back(asking_.front(), share);
    reserved_ += share;
    asking_.pop_front();
  }
}

}  // namespace warren
