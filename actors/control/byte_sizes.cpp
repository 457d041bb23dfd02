#include "actors/control/byte_sizes.hpp"

#include <charconv>
#include <cmath>

namespace warren::actors {

std::optional<std::uint64_t> parse_bytes(std::string_view text) {
  std::uint64_t n = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (failed != std::errc{} || text.empty()) return std::nullopt;
  const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  struct factor {
    std::string_view name;
    std::uint64_t bytes;
  };
  // as rabbit_resource_monitor_misc has them: one letter and the -iB forms are powers of 1024
  static constexpr factor factors[] = {{"", 1},
                                       {"B", 1},
                                       {"k", 1ull << 10},
                                       {"kiB", 1ull << 10},
                                       {"kB", 1000},
                                       {"K", 1ull << 10},
                                       {"KiB", 1ull << 10},
                                       {"KB", 1000},
                                       {"M", 1ull << 20},
                                       {"MiB", 1ull << 20},
                                       {"MB", 1000000},
                                       {"m", 1ull << 20},
                                       {"G", 1ull << 30},
                                       {"GiB", 1ull << 30},
                                       {"GB", 1000000000},
                                       {"g", 1ull << 30},
                                       {"T", 1ull << 40},
                                       {"TiB", 1ull << 40},
                                       {"TB", 1000000000000}};
  for (const factor& f : factors)
    if (f.name == unit) return n > UINT64_MAX / f.bytes ? std::nullopt : std::optional(n * f.bytes);
  return std::nullopt;
}

std::optional<double> parse_fraction(std::string_view text) {
  double d = 0;
  const char* end = text.data() + text.size();
  const auto [at, failed] = std::from_chars(text.data(), end, d);
  if (failed != std::errc{} || at != end || !std::isfinite(d) || d < 0) return std::nullopt;
  return d;
}

}  // namespace warren::actors
