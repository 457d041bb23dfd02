#include "storage/frame.hpp"

#include <algorithm>

#include "storage/crc32c.hpp"

namespace warren::storage {
namespace {

std::uint32_t header_sum(const frame_header& h, std::uint32_t salt) {
  return crc32c(salt, reinterpret_cast<const char*>(&h) + 4, sizeof h - 4);
}

/// The next sound frame above `from` whose sequence follows `after`; nearly every place is refused by a look at its plain
/// fields, so that the unused rest of a log file costs a millisecond or two, not a checksum every 8 bytes.
std::optional<frame_view> next_frame(bytes_view content, std::uint64_t from, std::uint32_t salt, std::uint64_t sequence) {
  for (std::uint64_t at = from; at + sizeof(frame_header) <= content.size(); at += 8) {
    frame_header h;
    std::memcpy(&h, content.data() + at, sizeof h);
    if (h.type == 0 || (h.zero[0] | h.zero[1] | h.zero[2]) != 0 || h.sequence < sequence || h.synced > at) continue;
    if (h.length > content.size() - at) continue;
    if (auto f = frame_at(content, at, salt)) return f;
  }
  return std::nullopt;
}

}  // namespace

frame_header make_frame_header(std::uint32_t salt, std::uint8_t type, std::uint32_t length, std::uint32_t payload_crc,
                               std::uint64_t sequence, std::uint64_t synced) {
  frame_header h;
  h.payload_crc = payload_crc;
  h.length = length;
  h.type = type;
  h.sequence = sequence;
  h.synced = synced;
  h.header_crc = header_sum(h, salt);
  return h;
}

std::optional<frame_view> frame_at(bytes_view content, std::uint64_t offset, std::uint32_t salt) {
  if (offset > content.size() || content.size() - offset < sizeof(frame_header)) return std::nullopt;
  frame_header h;
  std::memcpy(&h, content.data() + offset, sizeof h);
  if (h.type == 0 || (h.zero[0] | h.zero[1] | h.zero[2]) != 0) return std::nullopt;
  if (pad8(h.length) > content.size() - offset - sizeof h) return std::nullopt;
  if (header_sum(h, salt) != h.header_crc) return std::nullopt;
  const bytes_view payload = content.substr(offset + sizeof h, h.length);
  if (crc32c(salt, payload.data(), payload.size()) != h.payload_crc) return std::nullopt;
  return frame_view{offset, h.type, h.sequence, h.synced, payload};
}

frame_scan scan_frames(bytes_view content, std::uint64_t from, std::uint32_t salt) {
  frame_scan out;
  out.end = from;
  std::uint64_t sequence = 0;
  while (true) {
    auto f = frame_at(content, out.end, salt);
    if (!f || f->sequence < sequence) {
      f = next_frame(content, out.end + 8, salt, sequence);
      if (!f) return out;
      out.gaps.push_back({out.end, f->offset, out.frames.size()});
    }
    sequence = f->sequence + 1;
    out.end = f->end();
    out.synced = std::max(out.synced, f->synced);
    out.frames.push_back(*f);
  }
}

}  // namespace warren::storage
