#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/bytes.hpp"

namespace warren::actors::wire {

enum class packet_kind : std::uint8_t {
  hello = 1,       ///< a gateway is there: `stream` is its incarnation, `queue` its id space
  to_queue = 2,    ///< frames of a proxy for its queue
  to_channel = 3,  ///< frames of a queue for the proxy
  close = 4,       ///< the proxy is over
  refuse = 5,      ///< the other end of this stream is not there any more
};

/// One message between two gateways. Big-endian; frames follow.
///
///     | version 1 | kind 1 | stream 8 | queue 8 | seq 8 | consumed 8 | frames…
struct packet_header {
  static constexpr std::uint8_t version = 1;
  static constexpr std::size_t bytes = 34;

  packet_kind kind = packet_kind::hello;
  std::uint64_t stream = 0;  ///< the proxy's number on its node
  std::uint64_t queue = 0;
  std::uint64_t seq = 0;       ///< of packets with frames, from 0
  std::uint64_t consumed = 0;  ///< bytes of frames taken in from the other side, ever

  void append_to(std::string& out) const;
  /// nullopt: not a packet of this version.
  [[nodiscard]] static std::optional<packet_header> parse(bytes_view packet);
};

}  // namespace warren::actors::wire
