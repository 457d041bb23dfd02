#pragma once

#include <string_view>

namespace warren::ctl {

/// Jaro's similarity, 0 to 1 (M. A. Jaro, 1989), in the variant of Elixir's String.jaro_distance/2: the characters of
/// the shorter text that the longer one has within half its length, less those that come before the one found last.
[[nodiscard]] double jaro(std::string_view a, std::string_view b);

}  // namespace warren::ctl
