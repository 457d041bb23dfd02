#pragma once

#include <cstdint>
#include <string>

#include "core/base/bytes.hpp"
#include "distribution/wire/byte_reader.hpp"

namespace warren::distribution {

/// What travels between two nodes is batches of frames:
///
///     | u16 service | u32 length | bytes |      a message
///     | u16 0       | u32 8      | u64   |      acknowledgement: frame bytes of messages that were taken in since the
///     link began
struct link_frame {
  std::uint16_t service = 0;
  bytes_view bytes;
};

inline constexpr std::uint16_t ack_service = 0;
inline constexpr std::size_t frame_header_bytes = 6;

inline void append_frame(std::string& to, std::uint16_t service, bytes_view bytes) {
  append_number(to, service);
  append_number(to, static_cast<std::uint32_t>(bytes.size()));
  to += bytes;
}

inline void append_ack(std::string& to, std::uint64_t taken_bytes) {
  std::string number;
  append_number(number, taken_bytes);
  append_frame(to, ack_service, number);
}

/// False at the end; ok() tells whether that was a whole batch.
class batch_reader {
 public:
  explicit batch_reader(bytes_view batch) : in_(batch) {}
  [[nodiscard]] bool next(link_frame& f) {
    if (!in_.ok() || in_.rest().empty()) return false;
    f.service = in_.number<std::uint16_t>();
    f.bytes = in_.bytes(in_.number<std::uint32_t>());
    return in_.ok();
  }
  [[nodiscard]] bool ok() const { return in_.ok(); }

 private:
  byte_reader in_;
};

}  // namespace warren::distribution
