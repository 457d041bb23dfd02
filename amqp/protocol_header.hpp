#pragma once

#include <cstddef>

#include "core/base/bytes.hpp"

namespace warren::amqp {

inline constexpr std::size_t protocol_header_bytes = 8;

/// What the server answers to a header that it does not accept, before it closes.
inline constexpr bytes_view supported_protocol_header{"AMQP\0\0\x09\x01", 8};

/// True for 0-9-1 (`AMQP 0 0 9 1`), 0-9 (`1 1 0 9`) and the two headers of the 0-8 family (`1 1 8 0`, `1 1 9 1`), which
/// are all spoken as 0-9-1. AMQP 1.0 (`0 1 0 0`, `3 1 0 0`) is not.
[[nodiscard]] bool accepts_protocol_header(bytes_view eight_bytes);

}  // namespace warren::amqp
