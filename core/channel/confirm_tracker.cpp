#include "core/channel/confirm_tracker.hpp"

#include <algorithm>

namespace warren {

std::uint64_t confirm_tracker::published(std::uint32_t queues) {
  const std::uint64_t seq = next_++;
  window_.push_back({queues, false});
  ++open_;
  if (queues == 0) settle(seq, true);
  return seq;
}

void confirm_tracker::answer(std::uint64_t first, std::uint64_t last, bool ack) {
  first = std::max(first, base_);
  last = std::min(last, next_ - 1);
  for (std::uint64_t seq = first; seq <= last; ++seq) {
    state& s = window_[head_ + (seq - base_)];
    if (s.waiting == 0) continue;
    s.refused |= !ack;
    if (--s.waiting == 0) settle(seq, !s.refused);
  }
  forget_settled_front();
}

void confirm_tracker::settle(std::uint64_t seq, bool ack) {
  (ack ? acked_ : nacked_).push_back(seq);
  --open_;
}

void confirm_tracker::forget_settled_front() {
  while (base_ < next_ && window_[head_].waiting == 0) {
    ++head_;
    ++base_;
  }
  if (head_ == window_.size()) {
    window_.clear();
    head_ = 0;
  } else if (head_ >= 4096 && head_ * 2 >= window_.size()) {
    window_.erase(window_.begin(), window_.begin() + static_cast<std::ptrdiff_t>(head_));
    head_ = 0;
  }
}

void confirm_tracker::emit(std::vector<std::uint64_t>& own, const std::vector<std::uint64_t>& other, bool ack,
                           std::vector<frame>& out) {
  if (own.empty()) return;
  if (own.size() == 1 && ack) {
    out.push_back({own.front(), false, true});
    return;
  }
  std::sort(own.begin(), own.end());
  std::uint64_t cutoff = open_ > 0 ? base_ : own.back() + 1;
  if (!other.empty()) cutoff = std::min(cutoff, *std::min_element(other.begin(), other.end()));
  const auto singles = std::lower_bound(own.begin(), own.end(), cutoff);
  if (singles != own.begin()) out.push_back({*(singles - 1), true, ack});
  for (auto i = singles; i != own.end(); ++i) out.push_back({*i, false, ack});
}

void confirm_tracker::collect(std::vector<frame>& out) {
  if (!anything_due()) return;
  forget_settled_front();
  emit(acked_, nacked_, true, out);
  emit(nacked_, acked_, false, out);
  acked_.clear();
  nacked_.clear();
}

}  // namespace warren
