#include "storage/stored_run.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace warren::storage {
namespace {

/// Bits [from, to] of word w, both counted from the start of the run.
std::uint64_t mask_of(std::uint64_t w, std::uint64_t from, std::uint64_t to) {
  const std::uint64_t low = from > w * 64 ? from - w * 64 : 0;
  const std::uint64_t high = std::min<std::uint64_t>(to - w * 64, 63);
  return (~std::uint64_t{0} << low) & (~std::uint64_t{0} >> (63 - high));
}

void append_position(position p, position_ranges& out) {
  if (!out.empty() && out.back().second + 1 == p) {
    out.back().second = p;
  } else {
    out.emplace_back(p, p);
  }
}

}  // namespace

std::uint32_t stored_run::kill(position from, position to) {
  if (live == 0 || to < first || from > last()) return 0;
  from = std::max(from, first) - first;
  to = std::min(to, last()) - first;
  if (from == 0 && to == span - 1) {
    alive.reset();
    return std::exchange(live, 0);
  }
  if (!alive) {
    alive = std::make_unique_for_overwrite<std::uint64_t[]>(words());
    if (present) {
      std::memcpy(alive.get(), present.get(), words() * 8);
    } else {
      std::fill_n(alive.get(), words(), ~std::uint64_t{0});
      if (span % 64 != 0) alive[words() - 1] >>= 64 - span % 64;
    }
  }
  std::uint32_t killed = 0;
  for (std::uint64_t w = from / 64; w <= to / 64; ++w) {
    const std::uint64_t hit = alive[w] & mask_of(w, from, to);
    killed += static_cast<std::uint32_t>(std::popcount(hit));
    alive[w] &= ~hit;
  }
  live -= killed;
  if (live == 0) alive.reset();
  return killed;
}

position stored_run::next_alive(position p) const {
  if (live == 0 || p > last()) return 0;
  p = std::max(p, first);
  const auto& bits = alive ? alive : present;
  if (!bits) return p;
  const std::uint64_t from = p - first;
  for (std::uint64_t w = from / 64; w < words(); ++w) {
    std::uint64_t word = bits[w];
    if (w == from / 64) word &= ~std::uint64_t{0} << (from % 64);
    if (word != 0) return first + w * 64 + static_cast<unsigned>(std::countr_zero(word));
  }
  return 0;
}

void stored_run::append_positions(position_ranges& out) const {
  if (!present) {
    out.emplace_back(first, last());
    return;
  }
  for (position p = first; p <= last(); ++p)
    if (bit(present, p)) append_position(p, out);
}

void stored_run::append_dead(position_ranges& out) const {
  if (live == count) return;
  if (live == 0) return append_positions(out);
  for (position p = first; p <= last(); ++p)
    if (has(p) && !bit(alive, p)) append_position(p, out);
}

bool lane_index::overlaps(position from, position to) {
  for (auto i = first_reaching(from); i != runs_.end() && i->first <= to; ++i)
    if (i->second.last() >= from) return true;
  return false;
}

stored_run* lane_index::find(position p) {
  for (auto i = runs_.upper_bound(p); i != runs_.begin();) {
    --i;
    if (i->second.has(p)) return &i->second;
    if (i->first + longest_ <= p) break;
  }
  return nullptr;
}

}  // namespace warren::storage
