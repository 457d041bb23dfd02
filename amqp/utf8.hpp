#pragma once

#include "core/base/bytes.hpp"

namespace warren::amqp {

[[nodiscard]] bool valid_utf8_beyond_ascii(bytes_view text);

/// Well-formed UTF-8 (no surrogates, no overlong forms, at most U+10FFFF). Text is ASCII nearly always, so that is
/// settled eight bytes at a time.
[[nodiscard]] inline bool valid_utf8(bytes_view text) {
  const char* at = text.data();
  std::size_t left = text.size();
  std::uint64_t high = 0;
  for (; left >= 8; at += 8, left -= 8) {
    std::uint64_t word;
    std::memcpy(&word, at, 8);
    high |= word;
  }
  for (; left > 0; ++at, --left) high |= static_cast<unsigned char>(*at);
  return (high & 0x8080808080808080ull) == 0 || valid_utf8_beyond_ascii(text);
}

}  // namespace warren::amqp
