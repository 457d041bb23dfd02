#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

#include "core/base/ids.hpp"

namespace warren {

/// Folds a 128-bit product: every input bit reaches every output bit, in two instructions.
[[nodiscard]] inline std::uint64_t hash_mix(std::uint64_t a, std::uint64_t b) {
  const auto product = static_cast<unsigned __int128>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

/// A fast hash of short names (routing keys, words, queue names). Not keyed: tables using it must survive collisions.
/// The same on every node and in every version: x-consistent-hash depends on it.
[[nodiscard]] inline std::uint64_t hash_bytes(std::string_view s) {
  constexpr std::uint64_t k0 = 0xA0761D6478BD642Full, k1 = 0xE7037ED1A0B428DBull, k2 = 0x8EBC6AF09C88C6E3ull;
  const char* p = s.data();
  std::size_t n = s.size();
  std::uint64_t h = k0 ^ n;
  const auto load64 = [](const char* from) {
    std::uint64_t v;
    std::memcpy(&v, from, 8);
    return v;
  };
  const auto load32 = [](const char* from) {
    std::uint32_t v;
    std::memcpy(&v, from, 4);
    return static_cast<std::uint64_t>(v);
  };
  while (n > 8) {
    h = hash_mix(h ^ load64(p), k1);
    p += 8;
    n -= 8;
  }
  std::uint64_t tail = 0;
  if (n == 8) {
    tail = load64(p);
  } else if (n >= 4) {
    tail = load32(p) << 32 | load32(p + n - 4);
  } else if (n > 0) {
    tail = static_cast<std::uint64_t>(static_cast<unsigned char>(p[0])) << 16 |
           static_cast<std::uint64_t>(static_cast<unsigned char>(p[n / 2])) << 8 | static_cast<unsigned char>(p[n - 1]);
  }
  return hash_mix(h ^ tail ^ k2, k1 ^ (h >> 32));
}

/// What persistent_map hashes with; add an overload for a key type of your own.
[[nodiscard]] inline std::uint64_t hash_of(std::string_view s) { return hash_bytes(s); }
[[nodiscard]] inline std::uint64_t hash_of(std::uint64_t v) {
  return hash_mix(v ^ 0xA0761D6478BD642Full, 0xE7037ED1A0B428DBull);
}
template <class Tag>
[[nodiscard]] std::uint64_t hash_of(id<Tag> i) {
  return hash_of(i.value);
}

}  // namespace warren
