#pragma once

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/ids.hpp"

namespace warren::storage {

/// Positions as ranges (first, last), both inclusive; ascending, disjoint, not adjacent.
using position_ranges = std::vector<std::pair<position, position>>;

[[nodiscard]] position_ranges ranges_of(std::span<const position> positions);  ///< any order, repetitions are fine
void normalize(position_ranges& ranges);                                       ///< any order and overlap before

/// The ranges without these positions (ascending).
[[nodiscard]] position_ranges without(const position_ranges& ranges, std::span<const position> positions);

/// Varints: number of ranges, then for each the distance from the end of the one before and its length less one. The usual
/// ack of a batch of neighbours takes 5 to 8 bytes.
void encode_ranges(const position_ranges& ranges, std::string& out);
/// nullopt unless the bytes are exactly what encode_ranges writes, followed by at most 7 zero bytes of padding.
[[nodiscard]] std::optional<position_ranges> decode_ranges(bytes_view bytes);

/// Membership of ascending positions, in amortised constant time.
class range_cursor {
 public:
  explicit range_cursor(const position_ranges& ranges) : at_(ranges.begin()), end_(ranges.end()) {}
  /// Positions asked for must ascend.
  [[nodiscard]] bool contains(position p) {
    while (at_ != end_ && at_->second < p) ++at_;
    return at_ != end_ && at_->first <= p;
  }

 private:
  position_ranges::const_iterator at_, end_;
};

/// The first range that ends at or after `p`.
[[nodiscard]] position_ranges::const_iterator first_range_from(const position_ranges& ranges, position p);

}  // namespace warren::storage
