#pragma once

#include "amqp/frame.hpp"

namespace warren::amqp {

/// Cuts frames out of the caller's buffer, without copying or allocating. It keeps no bytes: what `next` leaves in `in`
/// is the start of an incomplete frame, to be handed in again with more behind it.
///
///     | type 1 | channel 2 | size 4 | payload size | 0xCE |
class frame_parser {
 public:
  enum class step : std::uint8_t { frame, more, failed };

  /// Takes the next frame off the front of `in`. `more`: needed() bytes are missing at least. `failed`: see failure();
  /// the stream is out of step and must not be parsed further.
  step next(bytes_view& in, frame& out) {
    if (in.size() < frame_header_bytes) {
      needed_ = frame_header_bytes - in.size();
      return step::more;
    }
    const std::uint32_t size = load_big_endian<std::uint32_t>(in.data() + 3);
    out.type = static_cast<std::uint8_t>(in[0]);
    out.channel = load_big_endian<std::uint16_t>(in.data() + 1);
    if (size > payload_limit_) [[unlikely]]
      return too_large(out, size);
    const std::size_t whole = frame_overhead + std::size_t{size};
    if (in.size() < whole) {
      needed_ = whole - in.size();
      return step::more;
    }
    out.payload = in.substr(frame_header_bytes, size);
    if (static_cast<unsigned char>(in[whole - 1]) != frame_end) [[unlikely]]
      return bad_end(out, in[whole - 1]);
    in.remove_prefix(whole);
    return step::frame;
  }

  /// The limit from now on; 0 = unlimited. A payload may be as long as frame_max itself: RabbitMQ allows 8 bytes more
  /// than the specification, because clients miscounted (FRAME_SIZE_FUDGE).
  void set_frame_max(std::uint32_t frame_max) {
    frame_max_ = frame_max;
    payload_limit_ = frame_max == 0 ? unlimited_payload : frame_max;
  }
  [[nodiscard]] std::uint32_t frame_max() const { return frame_max_; }

  /// After `more`: bytes missing before `next` can make progress, at least.
  [[nodiscard]] std::size_t needed() const { return needed_; }
  /// After `failed`; always wire_error::ending::fatal.
  [[nodiscard]] const wire_error& failure() const { return failure_; }

 private:
  step too_large(frame& f, std::uint32_t size);
  step bad_end(const frame& f, char end);

  /// What "unlimited" means: no message is larger (RabbitMQ caps max_message_size there), and lengths fit 32 bits.
  static constexpr std::uint32_t unlimited_payload = 512u << 20;

  std::uint32_t frame_max_ = initial_frame_max;
  std::uint32_t payload_limit_ = initial_frame_max;
  std::size_t needed_ = frame_header_bytes;
  wire_error failure_;
};

}  // namespace warren::amqp
