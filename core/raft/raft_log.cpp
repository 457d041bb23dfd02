#include "core/raft/raft_log.hpp"

#include <algorithm>

#include "core/base/assert.hpp"
#include "core/raft/raft_codec.hpp"

namespace warren::raft {

void raft_log::reset(log_index base, term_number base_term) {
  base_ = base;
  base_term_ = base_term;
  entries_.clear();
  entries_.shrink_to_fit();
  head_ = 0;
  bytes_ = 0;
}

void raft_log::append(entry e) {
  WARREN_ENSURE(e.at == last() + 1 && e.term >= last_term());
  bytes_ += e.size();
  entries_.push_back(std::move(e));
}

void raft_log::truncate(log_index from) {
  WARREN_ENSURE(from > base_);
  while (last() >= from) {
    bytes_ -= entries_.back().size();
    entries_.pop_back();
  }
}

void raft_log::compact(log_index upto) {
  WARREN_ENSURE(knows(upto));
  base_term_ = term_at(upto);
  for (; base_ < upto; ++base_, ++head_) {
    bytes_ -= entries_[head_].size();
    entries_[head_].bytes.reset();
  }
  if (head_ * 2 < entries_.size()) return;  // what is moved has been paid for by what was forgotten
  entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(head_));
  head_ = 0;
  if (entries_.empty()) entries_.shrink_to_fit();
}

term_number raft_log::term_at(log_index i) const {
  WARREN_ENSURE(knows(i));
  return i == base_ ? base_term_ : entries_[head_ + (i - base_ - 1)].term;
}

const entry& raft_log::at(log_index i) const {
  WARREN_ENSURE(i > base_ && i <= last());
  return entries_[head_ + (i - base_ - 1)];
}

std::span<const entry> raft_log::from(log_index from, std::size_t bytes) const {
  WARREN_ENSURE(from > base_ && from <= last() + 1);
  const std::size_t begin = head_ + (from - base_ - 1);
  std::size_t end = begin, sum = 0;
  while (end < entries_.size() && (end == begin || sum + entry_overhead + entries_[end].size() <= bytes))
    sum += entry_overhead + entries_[end++].size();
  return std::span(entries_).subspan(begin, end - begin);
}

log_index raft_log::last_not_after(log_index at, term_number term) const {
  at = std::min(at, last());
  if (at <= base_) return base_;
  const auto begin = entries_.begin() + static_cast<std::ptrdiff_t>(head_);
  const auto end = begin + static_cast<std::ptrdiff_t>(at - base_);  // terms never fall along a log
  const auto first_after = std::upper_bound(begin, end, term, [](term_number t, const entry& e) { return t < e.term; });
  return base_ + static_cast<log_index>(first_after - begin);
}

bool raft_log::not_newer_than(log_index last_index, term_number last_term_there) const {
  return last_term_there > last_term() || (last_term_there == last_term() && last_index >= last());
}

}  // namespace warren::raft
