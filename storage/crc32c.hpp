#pragma once

#include <cstddef>
#include <cstdint>

namespace warren::storage {

/// CRC-32C (Castagnoli, RFC 3720 appendix B.4). Chainable: crc32c(crc32c(s, a), b) = crc32c(s, ab). A seed other than 0
/// makes the sums of one file worthless in another.
[[nodiscard]] std::uint32_t crc32c(std::uint32_t seed, const void* data, std::size_t bytes);

namespace detail {
[[nodiscard]] std::uint32_t crc32c_table(std::uint32_t seed, const void* data, std::size_t bytes);
}

}  // namespace warren::storage
