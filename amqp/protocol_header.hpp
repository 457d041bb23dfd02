#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/base/bytes.hpp"

namespace warren::amqp {

inline constexpr std::size_t protocol_header_bytes = 8;

/// What the server answers to a header that it does not accept, before it closes.
inline constexpr bytes_view supported_protocol_header{"AMQP\0\0\x09\x01", 8};

struct protocol_version {
  std::uint8_t major = 0, minor = 0;
  friend bool operator==(const protocol_version&, const protocol_version&) = default;
};

/// The version that connection.start names for a header: 0-9 for 0-9-1 (`AMQP 0 0 9 1`) and 0-9 (`1 1 0 9`), 8-0 for
/// the two headers of the 0-8 family (`1 1 8 0`, `1 1 9 1`); all are spoken as 0-9-1 afterwards. nullopt = not
/// accepted, which includes AMQP 1.0 (`0 1 0 0`, `3 1 0 0`).
[[nodiscard]] std::optional<protocol_version> accept_protocol_header(bytes_view eight_bytes);

}  // namespace warren::amqp
