#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/bytes.hpp"

namespace warren::storage {

/// What all growing files (log, segments, ack files) consist of behind their header: frames, 8-byte aligned.
///
///     0            4             8        12     13      16          24         32
///     | header crc | payload crc | length | type | zero  | sequence  | synced   | payload … zero padding to 8 |
///
/// Both sums are CRC-32C seeded with the file's salt, so that what an earlier use of a recycled file left behind is never
/// taken for a frame of it. `sequence` counts from 0. `synced` is how much of the file was known to be on the disk when the
/// frame was written: a bad frame below any later frame's `synced` is damage, one above it is a tail that a crash tore.
struct frame_header {
  std::uint32_t header_crc = 0;   ///< of the 28 bytes behind it
  std::uint32_t payload_crc = 0;
  std::uint32_t length = 0;       ///< of the payload, without padding
  std::uint8_t type = 0;          ///< not 0
  std::uint8_t zero[3] = {};
  std::uint64_t sequence = 0;
  std::uint64_t synced = 0;
};
static_assert(sizeof(frame_header) == 32);

[[nodiscard]] constexpr std::uint64_t pad8(std::uint64_t bytes) { return (bytes + 7) & ~std::uint64_t{7}; }
[[nodiscard]] constexpr std::uint64_t frame_bytes(std::uint64_t payload) { return sizeof(frame_header) + pad8(payload); }

/// Completes a header: `payload_crc` must have been seeded with `salt` (crc32c.hpp).
[[nodiscard]] frame_header make_frame_header(std::uint32_t salt, std::uint8_t type, std::uint32_t length,
                                             std::uint32_t payload_crc, std::uint64_t sequence, std::uint64_t synced);

struct frame_view {
  std::uint64_t offset = 0;  ///< in the file
  std::uint8_t type = 0;
  std::uint64_t sequence = 0;
  std::uint64_t synced = 0;
  bytes_view payload;
  [[nodiscard]] std::uint64_t end() const { return offset + frame_bytes(payload.size()); }
};

/// The frame that begins at `offset` of the file `content`, if header, length and payload are sound.
[[nodiscard]] std::optional<frame_view> frame_at(bytes_view content, std::uint64_t offset, std::uint32_t salt);

/// Walks the frames of a file and, where one is bad, looks for the next sound one.
struct frame_scan {
  struct gap {
    std::uint64_t from = 0, to = 0;
    std::size_t frames_before = 0;  ///< index into `frames` of the first one behind it
  };
  std::vector<frame_view> frames;
  std::vector<gap> gaps;       ///< between sound frames; the torn tail is not one
  std::uint64_t end = 0;       ///< of the last sound frame
  std::uint64_t synced = 0;    ///< the highest `synced` of any of them

  [[nodiscard]] bool damaged(const gap& g) const { return g.from < synced; }
};
[[nodiscard]] frame_scan scan_frames(bytes_view content, std::uint64_t from, std::uint32_t salt);

}  // namespace warren::storage
