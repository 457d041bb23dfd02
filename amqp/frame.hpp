#pragma once

#include <cstddef>
#include <cstdint>

#include "amqp/wire_error.hpp"
#include "core/base/bytes.hpp"

namespace warren::amqp {

enum class frame_type : std::uint8_t { method = 1, header = 2, body = 3, heartbeat = 8 };

inline constexpr std::size_t frame_header_bytes = 7;  ///< type, channel, payload size
inline constexpr std::size_t frame_overhead = 8;      ///< the header and the end octet
inline constexpr unsigned char frame_end = 0xCE;
inline constexpr std::uint32_t frame_min_size = 4096;     ///< the smallest frame_max a client may negotiate
inline constexpr std::uint32_t initial_frame_max = 4096;  ///< before tune-ok
inline constexpr std::size_t content_header_bytes = 12;   ///< class, weight, body size; the properties follow

/// One frame as it lies in the caller's buffer.
struct frame {
  std::uint8_t type = 0;  ///< a frame_type, or something else: see kind_of
  std::uint16_t channel = 0;
  bytes_view payload;

  [[nodiscard]] bool is(frame_type t) const { return type == static_cast<std::uint8_t>(t); }
  [[nodiscard]] std::uint16_t class_id() const {
    return load_big_endian<std::uint16_t>(payload.data());
  }  ///< method, header
  [[nodiscard]] std::uint16_t method_id() const {
    return load_big_endian<std::uint16_t>(payload.data() + 2);
  }  ///< method
};

enum class frame_kind : std::uint8_t { method, header, body, heartbeat, malformed };

/// The type, checked against the least that a payload of that type must hold (RabbitMQ: analyze_frame).
[[nodiscard]] inline frame_kind kind_of(const frame& f) {
  switch (f.type) {
    case 1: return f.payload.size() >= 4 ? frame_kind::method : frame_kind::malformed;
    case 2: return f.payload.size() >= content_header_bytes ? frame_kind::header : frame_kind::malformed;
    case 3: return frame_kind::body;
    case 8: return f.payload.empty() ? frame_kind::heartbeat : frame_kind::malformed;
    default: return frame_kind::malformed;
  }
}

/// 501 `type 7, all octets = <<"xxxx">>: unknown_frame`
[[nodiscard]] wire_error unknown_frame(const frame& f);
/// 505 `type 8, all octets = <<>>`
[[nodiscard]] wire_error unexpected_frame(const frame& f);

}  // namespace warren::amqp
