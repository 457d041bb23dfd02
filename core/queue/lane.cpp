#include "core/queue/lane.hpp"

#include <algorithm>
#include <iterator>

namespace warren {

namespace {
constexpr auto behind = [](const queue_entry& a, const queue_entry& b) { return a.at > b.at; };
}

void lane::give_back(queue_entry&& entry) {
  ++count_;
  head_bytes_ += entry.message->record_bytes;
  returned_.push_back(std::move(entry));
  std::push_heap(returned_.begin(), returned_.end(), behind);
}

queue_entry lane::take_returned() {
  std::pop_heap(returned_.begin(), returned_.end(), behind);
  queue_entry entry = std::move(returned_.back());
  returned_.pop_back();
  if (returned_.capacity() > 64 && returned_.size() < returned_.capacity() / 8) {
    std::vector<queue_entry> smaller;
    smaller.reserve(returned_.capacity() / 4);
    std::move(returned_.begin(), returned_.end(), std::back_inserter(smaller));
    returned_.swap(smaller);
  }
  return entry;
}

const queue_entry* lane::peek_behind() const {
  if (!middle_.empty()) return middle_.front().token == 0 ? nullptr : &middle_.front().entries.front();
  return tail_.empty() ? nullptr : &tail_.front();
}

lane::came_back lane::promote_part() {
  middle_part& part = middle_.front();
  const came_back result{part.entries.size(), part.record_bytes};
  head_bytes_ += part.record_bytes;
  head_.append(std::move(part.entries));
  middle_.erase(middle_.begin());
  return result;
}

void lane::join_tail() {
  head_bytes_ += tail_bytes_;
  tail_bytes_ = 0;
  head_.append(std::move(tail_));
}

lane::came_back lane::advance() {
  if (!head_.empty() || !returned_.empty()) return {};
  if (!middle_.empty()) return middle_.front().token == 0 ? came_back{} : promote_part();
  head_.swap(tail_);
  std::swap(head_bytes_, tail_bytes_);
  return {};
}

void lane::merge_ranges() {
  std::size_t kept = 0;
  for (std::size_t i = 1; i < middle_.size(); ++i) {
    if (middle_[kept].token == 0 && middle_[i].token == 0) {
      disk_range& range = middle_[kept].range;
      range.last = middle_[i].range.last;
      range.messages += middle_[i].range.messages;
      range.body_bytes += middle_[i].range.body_bytes;
    } else if (++kept != i) {
      middle_[kept] = std::move(middle_[i]);
    }
  }
  if (!middle_.empty()) middle_.resize(kept + 1);
}

void lane::clear() {
  head_.clear();
  tail_.clear();
  std::vector<queue_entry>().swap(returned_);
  std::vector<middle_part>().swap(middle_);
  head_bytes_ = tail_bytes_ = count_ = 0;
}

}  // namespace warren
