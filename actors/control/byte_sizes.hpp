#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace warren::actors {

/// `50000000`, `4GB`, `512MiB`, `100kB`: bytes as operators write them. nullopt: none of these.
[[nodiscard]] std::optional<std::uint64_t> parse_bytes(std::string_view text);
/// `0.4`, `1`, not below 0.
[[nodiscard]] std::optional<double> parse_fraction(std::string_view text);

}  // namespace warren::actors
