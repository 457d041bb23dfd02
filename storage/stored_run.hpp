#pragma once

#include <cstdint>
#include <map>
#include <memory>

#include "storage/position_ranges.hpp"
#include "storage/segment_format.hpp"

namespace warren::storage {

struct segment;

/// A run in a segment, as the store remembers it: ~150 bytes for up to 128 KiB of messages. Bitmaps exist only where they
/// say something: `present` when positions are missing in between, `alive` when some but not all messages are dead.
struct stored_run {
  segment* home = nullptr;
  std::uint64_t offset = 0;      ///< of its frame in the segment
  position first = 0;
  std::uint32_t span = 0;
  std::uint32_t count = 0;
  std::uint32_t live = 0;
  std::uint32_t bytes = 0;       ///< of its frame
  std::uint32_t body_bytes = 0;  ///< of all its messages
  std::uint8_t flags = 0;        ///< run_header::flag
  std::unique_ptr<std::uint64_t[]> present, alive;

  [[nodiscard]] bool persistent() const { return (flags & run_header::persistent) != 0; }
  [[nodiscard]] position last() const { return first + span - 1; }
  [[nodiscard]] std::size_t words() const { return (span + 63) / 64; }
  [[nodiscard]] bool covers(position p) const { return p >= first && p - first < span; }
  [[nodiscard]] bool has(position p) const { return covers(p) && (!present || bit(present, p)); }
  [[nodiscard]] bool is_alive(position p) const { return live != 0 && has(p) && (!alive || bit(alive, p)); }

  /// Marks what it has of [from, to] dead; returns how many were alive.
  std::uint32_t kill(position from, position to);
  /// The first live position at or above p; 0 = none.
  [[nodiscard]] position next_alive(position p) const;
  /// Appends the positions it has, dead or alive.
  void append_positions(position_ranges& out) const;
  /// Appends the dead ones.
  void append_dead(position_ranges& out) const;

 private:
  [[nodiscard]] bool bit(const std::unique_ptr<std::uint64_t[]>& words, position p) const {
    return (words[(p - first) / 64] >> ((p - first) % 64)) & 1;
  }
};

/// The runs of one lane of one queue by first position. Runs may interleave (transient and persistent messages stand in
/// runs of their own; an older message may be paged out later), but a position lies in one run only.
class lane_index {
 public:
  using map = std::multimap<position, stored_run>;

  map::iterator add(stored_run run) {
    if (run.span > longest_) longest_ = run.span;
    return runs_.emplace(run.first, std::move(run));
  }
  void erase(map::iterator i) { runs_.erase(i); }
  [[nodiscard]] bool empty() const { return runs_.empty(); }
  [[nodiscard]] map& runs() { return runs_; }

  /// The first run that can reach up to p.
  [[nodiscard]] map::iterator first_reaching(position p) {
    return runs_.lower_bound(p >= longest_ ? p - longest_ + 1 : 0);
  }
  [[nodiscard]] stored_run* find(position p);
  [[nodiscard]] bool overlaps(position from, position to);  ///< find() may know some of them
  /// killed(stored_run&, n) for each run that lost n messages.
  template <class F>
  void kill(position from, position to, F&& killed) {
    if (from == to) {
      stored_run* run = find(from);
      if (run == nullptr) return;
      if (const std::uint32_t n = run->kill(from, to)) killed(*run, n);
      return;
    }
    for (auto i = first_reaching(from); i != runs_.end() && i->first <= to; ++i)
      if (const std::uint32_t n = i->second.kill(from, to)) killed(i->second, n);
  }

 private:
  map runs_;
  std::uint64_t longest_ = 1;  ///< span of any run ever added
};

}  // namespace warren::storage
