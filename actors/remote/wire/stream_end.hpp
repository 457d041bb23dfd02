#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "actors/remote/wire/frame_reader.hpp"
#include "actors/remote/wire/frame_writer.hpp"
#include "actors/remote/wire/packet.hpp"

namespace warren::actors::wire {

/// One end of a stream of frames in both directions, cut into packets: numbered, so that a lost tail or a mixed-up pair is
/// noticed, and with at most `window_bytes` under way that the other end has not taken in, so that what is encoded (and lies
/// in the link's buffers) is bounded whatever is asked for. What waits beyond that waits as references to messages.
class stream_end {
 public:
  static constexpr std::uint64_t window_bytes = 2u << 20;
  static constexpr std::size_t packet_bytes = 256 * 1024;  ///< at most

  explicit stream_end(packet_kind direction, std::uint64_t stream, std::uint64_t queue)
      : direction_(direction), stream_(stream), queue_(queue) {}

  void add(frame f) { out_.add(std::move(f)); }
  /// The next packet to be sent, if there is one now.
  [[nodiscard]] bool next_packet(std::string& packet);
  /// A packet of the other end, header included.
  [[nodiscard]] status receive(bytes_view packet, std::vector<frame>& frames);

  [[nodiscard]] bool idle() const { return out_.empty(); }
  [[nodiscard]] std::uint64_t waiting_bytes() const { return out_.waiting_bytes(); }
  [[nodiscard]] std::uint64_t under_way_bytes() const { return sent_ - acknowledged_; }

 private:
  packet_kind direction_;
  std::uint64_t stream_, queue_;
  frame_writer out_;
  frame_reader in_;
  std::uint64_t sent_ = 0, acknowledged_ = 0, next_seq_ = 0;
  std::uint64_t taken_ = 0, reported_ = 0, expected_seq_ = 0;
};

}  // namespace warren::actors::wire
