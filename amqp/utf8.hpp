#pragma once

#include "core/base/bytes.hpp"

namespace warren::amqp {

[[nodiscard]] bool valid_utf8_beyond_ascii(bytes_view text);

/// Well-formed UTF-8 (no surrogates, no overlong forms, at most U+10FFFF). Text is ASCII nearly always, so that is
/// settled eight bytes at a time.
[[nodiscard]] inline bool valid_utf8(bytes_view text) {
  const char* const at = text.data();
  const std::size_t size = text.size();
  std::uint64_t high = 0;
  const auto look = [&high](const char* from) {
    std::uint64_t word;
    std::memcpy(&word, from, 8);
    high |= word;
  };
  if (size >= 8) {
    for (std::size_t i = 0; i + 8 < size; i += 8) look(at + i);
    look(at + size - 8);
  } else {
    for (std::size_t i = 0; i < size; ++i) high |= static_cast<unsigned char>(at[i]);
  }
  return (high & 0x8080808080808080ull) == 0 || valid_utf8_beyond_ascii(text);
}

}  // namespace warren::amqp
