#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace warren {

using bytes_view = std::string_view;  ///< bytes borrowed from somebody else

template <class T>
[[nodiscard]] inline T load_big_endian(const void* from) {
  T v;
  std::memcpy(&v, from, sizeof v);
  if constexpr (sizeof(T) == 2) return static_cast<T>(__builtin_bswap16(static_cast<std::uint16_t>(v)));
  if constexpr (sizeof(T) == 4) return static_cast<T>(__builtin_bswap32(static_cast<std::uint32_t>(v)));
  if constexpr (sizeof(T) == 8) return static_cast<T>(__builtin_bswap64(static_cast<std::uint64_t>(v)));
  return v;
}

template <class T>
inline void store_big_endian(void* to, T v) {
  if constexpr (sizeof(T) == 2) v = static_cast<T>(__builtin_bswap16(static_cast<std::uint16_t>(v)));
  if constexpr (sizeof(T) == 4) v = static_cast<T>(__builtin_bswap32(static_cast<std::uint32_t>(v)));
  if constexpr (sizeof(T) == 8) v = static_cast<T>(__builtin_bswap64(static_cast<std::uint64_t>(v)));
  std::memcpy(to, &v, sizeof v);
}

template <class T>
inline void append_big_endian(std::string& out, T v) {
  char bytes[sizeof(T)];
  store_big_endian(bytes, v);
  out.append(bytes, sizeof bytes);
}

/// memcpy for the short names and bodies of the data path: up to 16 bytes cost no call. The ranges must not overlap.
inline void copy_bytes(char* to, bytes_view from) {
  const std::size_t n = from.size();
  if (n > 16) {
    std::memcpy(to, from.data(), n);
  } else if (n >= 8) {
    std::uint64_t first, last;
    std::memcpy(&first, from.data(), 8);
    std::memcpy(&last, from.data() + n - 8, 8);
    std::memcpy(to, &first, 8);
    std::memcpy(to + n - 8, &last, 8);
  } else if (n >= 4) {
    std::uint32_t first, last;
    std::memcpy(&first, from.data(), 4);
    std::memcpy(&last, from.data() + n - 4, 4);
    std::memcpy(to, &first, 4);
    std::memcpy(to + n - 4, &last, 4);
  } else if (n > 0) {
    to[0] = from[0];
    to[n / 2] = from[n / 2];
    to[n - 1] = from[n - 1];
  }
}

static_assert(std::endian::native == std::endian::little, "files and the wire code assume a little-endian machine");

}  // namespace warren
