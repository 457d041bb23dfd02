#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "core/base/bytes.hpp"
#include "distribution/wire/hello.hpp"

namespace warren::distribution {

using mac = std::array<char, 32>;

[[nodiscard]] mac hmac_sha256(bytes_view key, bytes_view message);
/// Takes the same time wherever they differ.
[[nodiscard]] bool same_mac(bytes_view a, bytes_view b);
[[nodiscard]] std::string base64_md5(bytes_view bytes);

/// From the system's generator; without randomness it fails as a broken invariant does.
void fill_random(char* to, std::size_t n);
[[nodiscard]] nonce random_nonce();
[[nodiscard]] std::uint64_t random_number();

}  // namespace warren::distribution
