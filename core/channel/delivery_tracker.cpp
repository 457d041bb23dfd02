#include "core/channel/delivery_tracker.hpp"

#include <algorithm>
#include <string>

namespace warren {

std::uint64_t delivery_tracker::add(queue_id queue, position at, consumer_id consumer, time_ms now) {
  entries_.push_back({++last_tag_, queue, at, consumer, now});
  ++live_;
  return last_tag_;
}

std::size_t delivery_tracker::find(std::uint64_t tag) const {
  if (head_ == entries_.size() || tag < entries_[head_].tag) return entries_.size();
  const std::size_t guess = head_ + (tag - entries_[head_].tag);  // exact while no tag was skipped or squeezed out
  if (guess < entries_.size() && entries_[guess].tag == tag) return guess;
  const auto at = std::lower_bound(entries_.begin() + static_cast<std::ptrdiff_t>(head_), entries_.end(), tag,
                                   [](const entry& e, std::uint64_t t) { return e.tag < t; });
  return at != entries_.end() && at->tag == tag ? static_cast<std::size_t>(at - entries_.begin()) : entries_.size();
}

status delivery_tracker::settle(std::uint64_t tag, bool multiple, std::vector<entry>& out) {
  const auto unknown = [tag] {
    return fail(reply_code::precondition_failed, "unknown delivery tag " + std::to_string(tag));
  };
  if (multiple && tag == 0) {
    take_all(out);
    return success{};
  }
  const std::size_t found = find(tag);
  if (found == entries_.size() || entries_[found].at == 0) return unknown();
  for (std::size_t i = multiple ? head_ : found; i <= found; ++i) {
    if (entries_[i].at == 0) continue;
    out.push_back(entries_[i]);
    entries_[i].at = 0;
    --live_;
  }
  squeeze();
  return success{};
}

void delivery_tracker::take_all(std::vector<entry>& out) {
  for (std::size_t i = head_; i < entries_.size(); ++i)
    if (entries_[i].at != 0) out.push_back(entries_[i]);
  live_ = 0;
  squeeze();
}

void delivery_tracker::restore(const std::vector<entry>& settled) {
  std::erase_if(entries_, [](const entry& e) { return e.at == 0; });
  head_ = 0;
  entries_.insert(entries_.end(), settled.begin(), settled.end());
  std::sort(entries_.begin(), entries_.end(), [](const entry& a, const entry& b) { return a.tag < b.tag; });
  live_ = entries_.size();
}

void delivery_tracker::orphan(queue_id queue) {
  for (std::size_t i = head_; i < entries_.size(); ++i)
    if (entries_[i].queue == queue) entries_[i].queue = {};
}

std::size_t delivery_tracker::consumed() const {
  return static_cast<std::size_t>(std::count_if(entries_.begin() + static_cast<std::ptrdiff_t>(head_), entries_.end(),
                                                [](const entry& e) { return e.at != 0 && e.consumer; }));
}

std::optional<time_ms> delivery_tracker::oldest_ms() const {
  for (std::size_t i = head_; i < entries_.size(); ++i)
    if (entries_[i].at != 0) return entries_[i].delivered_ms;
  return std::nullopt;
}

void delivery_tracker::squeeze() {
  while (head_ < entries_.size() && entries_[head_].at == 0) ++head_;
  if (live_ == 0) {
    if (entries_.capacity() > 4096) {
      entries_ = {};  // a burst is over: an idle channel holds nothing
    } else {
      entries_.clear();
    }
    head_ = 0;
  } else if (entries_.size() > 1024 && live_ * 2 < entries_.size()) {
    std::erase_if(entries_, [](const entry& e) { return e.at == 0; });
    head_ = 0;
  }
}

}  // namespace warren
