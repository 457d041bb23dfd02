#include "actors/remote/wire/stream_end.hpp"

namespace warren::actors::wire {

static_assert(stream_end::packet_bytes >= smallest_fill_bytes + packet_header::bytes);

bool stream_end::next_packet(std::string& packet) {
  const bool some = !out_.empty() && sent_ - acknowledged_ < window_bytes;
  if (!some && taken_ - reported_ < window_bytes / 4) return false;
  packet.clear();
  packet_header{direction_, stream_, queue_, next_seq_, taken_}.append_to(packet);
  reported_ = taken_;
  if (some) {
    out_.fill(packet, packet_bytes);
    sent_ += packet.size() - packet_header::bytes;
    ++next_seq_;
  }
  return true;
}

status stream_end::receive(bytes_view packet, std::vector<frame>& frames) {
  const auto header = packet_header::parse(packet);
  if (!header || header->stream != stream_) return fail(reply_code::internal_error, "not a packet of this stream");
  if (header->consumed > sent_ || header->consumed < acknowledged_)
    return fail(reply_code::internal_error, "the peer has taken in what was never sent");
  acknowledged_ = header->consumed;
  packet.remove_prefix(packet_header::bytes);
  if (packet.empty()) return success{};
  if (header->seq != expected_seq_) return fail(reply_code::internal_error, "packets of the stream are missing");
  ++expected_seq_;
  taken_ += packet.size();
  return in_.read(packet, frames);
}

}  // namespace warren::actors::wire
