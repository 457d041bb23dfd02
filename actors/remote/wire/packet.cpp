#include "actors/remote/wire/packet.hpp"

namespace warren::actors::wire {

void packet_header::append_to(std::string& out) const {
  char raw[bytes];
  raw[0] = static_cast<char>(version);
  raw[1] = static_cast<char>(kind);
  store_big_endian(raw + 2, stream);
  store_big_endian(raw + 10, queue);
  store_big_endian(raw + 18, seq);
  store_big_endian(raw + 26, consumed);
  out.append(raw, sizeof raw);
}

std::optional<packet_header> packet_header::parse(bytes_view packet) {
  if (packet.size() < bytes || static_cast<std::uint8_t>(packet[0]) != version) return std::nullopt;
  const auto kind = static_cast<std::uint8_t>(packet[1]);
  if (kind < static_cast<std::uint8_t>(packet_kind::hello) || kind > static_cast<std::uint8_t>(packet_kind::refuse)) return std::nullopt;
  packet_header h;
  h.kind = static_cast<packet_kind>(kind);
  h.stream = load_big_endian<std::uint64_t>(packet.data() + 2);
  h.queue = load_big_endian<std::uint64_t>(packet.data() + 10);
  h.seq = load_big_endian<std::uint64_t>(packet.data() + 18);
  h.consumed = load_big_endian<std::uint64_t>(packet.data() + 26);
  return h;
}

}  // namespace warren::actors::wire
