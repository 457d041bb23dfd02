#pragma once

#include <cstdint>

#include "core/base/bytes.hpp"

namespace warren {

/// Tables and arrays may nest this deep; deeper input is refused, so that no peer chooses our stack depth.
inline constexpr int max_field_depth = 128;

/// Bytes behind the letter of a value whose width is fixed (0 for V); -1 for S x A F (length-prefixed) and for letters
/// that RabbitMQ does not know (amqp.md, "Field tables").
[[nodiscard]] constexpr int fixed_field_bytes(char letter) {
  switch (letter) {
    case 't': case 'b': case 'B': return 1;
    case 's': case 'u': return 2;
    case 'I': case 'i': case 'f': return 4;
    case 'D': return 5;
    case 'l': case 'L': case 'd': case 'T': return 8;
    case 'V': return 0;
    default: return -1;
  }
}

/// Skips one value (letter and content) at the front of `in`, without decoding or allocating. False when it is cut
/// short, of an unknown letter, or nests too deep; `in` is then unspecified.
[[nodiscard]] bool skip_field_value(bytes_view& in, int depth = 0);

/// True when decode_table would accept `content` (a table without its 4-byte length).
[[nodiscard]] bool valid_table(bytes_view content, int depth = 0);

}  // namespace warren
