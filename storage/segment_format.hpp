#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/ids.hpp"
#include "storage/file_system.hpp"
#include "storage/frame.hpp"
#include "storage/run.hpp"

namespace warren::storage {

inline constexpr std::uint32_t segment_version = 1;
inline constexpr std::uint64_t segment_header_bytes = 64;
inline constexpr char segment_magic[8] = {'W', 'R', 'N', 'S', 'E', 'G', '\r', '\n'};
inline constexpr char trailer_magic[8] = {'W', 'R', 'N', 'S', 'E', 'G', 'E', '\n'};

inline constexpr std::uint8_t run_frame = 1;     ///< payload: a run (run.hpp)
inline constexpr std::uint8_t footer_frame = 2;  ///< payload: footer_run entries, then the presence bitmaps of sparse ones

/// First 64 bytes of a segment.
struct segment_header {
  char magic[8] = {};
  std::uint32_t version = segment_version;
  std::uint32_t crc = 0;           ///< of the 48 bytes behind it, seeded with 0
  std::uint64_t incarnation = 0;
  std::uint64_t queue = 0;
  std::uint64_t first = 0;         ///< position of its first message
  std::uint64_t lane = 0;
  std::uint64_t serial = 0;        ///< makes the salt unique
  std::uint64_t zero = 0;
};
static_assert(sizeof(segment_header) == 64);

/// Last 32 bytes of a closed segment: where the footer frame begins. Written only after everything persistent before it was
/// synced, so that a segment with a sound footer needs no scan.
struct segment_trailer {
  std::uint64_t footer_at = 0;
  std::uint64_t runs = 0;
  std::uint32_t crc = 0;           ///< of the 16 bytes before it, seeded with the segment's salt
  std::uint32_t zero = 0;
  char magic[8] = {};
};
static_assert(sizeof(segment_trailer) == 32);

/// A run as the footer tells of it.
struct footer_run {
  std::uint64_t first = 0;
  std::uint32_t span = 0;
  std::uint32_t count = 0;
  std::uint64_t offset = 0;        ///< of its frame
  std::uint32_t bytes = 0;         ///< of its frame
  std::uint32_t body_bytes = 0;
  std::uint8_t flags = 0;          ///< run_header::flag
  std::uint8_t zero[7] = {};
};
static_assert(sizeof(footer_run) == 40);

[[nodiscard]] std::uint32_t segment_salt(const segment_header& h);
void seal(segment_header& h);
[[nodiscard]] std::optional<segment_header> parse_segment_header(bytes_view bytes, std::uint64_t incarnation);

/// `3-00000000000004d2.seg`: lane and first position; `.1`, `.2` … before the extension should the name be taken.
[[nodiscard]] std::string segment_file_name(std::uint8_t lane, position first, unsigned attempt);
[[nodiscard]] bool is_segment_file_name(std::string_view name);

/// What a segment holds, read from its footer, or, when it has none, by walking its runs.
struct segment_content {
  struct run {
    footer_run entry;
    std::unique_ptr<std::uint64_t[]> present;  ///< of a sparse run
  };
  segment_header header;
  std::vector<run> runs;
  std::uint64_t end = 0;             ///< of the last sound run: where a footer belongs
  std::uint64_t bytes = 0;           ///< of the file
  bool closed = false;               ///< has a sound footer
  std::vector<std::string> notes;    ///< damage found by walking
};

/// nullopt: the file never got as far as a header; it holds nothing.
[[nodiscard]] result<std::optional<segment_content>> read_segment(file_system&, const std::string& path,
                                                                  std::uint64_t incarnation);

/// A footer frame with its trailer, to be written at `offset`.
[[nodiscard]] std::string make_footer(const segment_header& header, const std::vector<footer_run>& runs,
                                      const std::vector<const std::uint64_t*>& present, std::uint64_t offset,
                                      std::uint64_t sequence, std::uint64_t synced);

}  // namespace warren::storage
