#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace warren {

/// Publish sequence numbers that one queue still has to answer for: added ascending, removed mostly from the front.
class seq_ranges {
 public:
  using range = std::pair<std::uint64_t, std::uint64_t>;  ///< inclusive

  void add(std::uint64_t seq) {
    if (!ranges_.empty() && ranges_.back().second + 1 == seq) {
      ranges_.back().second = seq;
    } else {
      ranges_.emplace_back(seq, seq);
    }
  }

  void remove(std::uint64_t first, std::uint64_t last) {
    auto i = std::lower_bound(ranges_.begin(), ranges_.end(), first, [](const range& r, std::uint64_t s) { return r.second < s; });
    while (i != ranges_.end() && i->first <= last) {
      if (i->first < first && i->second > last) {
        const range tail{last + 1, i->second};
        i->second = first - 1;
        ranges_.insert(i + 1, tail);
        return;
      }
      if (i->first < first) {
        i->second = first - 1;
        ++i;
      } else if (i->second > last) {
        i->first = last + 1;
        return;
      } else {
        i = ranges_.erase(i);
      }
    }
  }

  [[nodiscard]] std::vector<range> take() { return std::exchange(ranges_, {}); }
  [[nodiscard]] bool empty() const { return ranges_.empty(); }

 private:
  std::vector<range> ranges_;
};

}  // namespace warren
