#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/base/bytes.hpp"
#include "core/base/ids.hpp"

namespace warren::storage {

inline constexpr std::uint32_t log_version = 2;  ///< 2: entries of Raft groups
inline constexpr std::uint32_t oldest_log_version = 1;
inline constexpr char log_magic[8] = {'W', 'R', 'N', 'L', 'O', 'G', '\r', '\n'};
inline constexpr std::uint64_t log_header_bytes = 512;  ///< a sector; most disks write it whole or not at all

/// First sector of a log file. Files are recycled: the name is only a slot, the id says which file of the log it is.
struct log_file_header {
  char magic[8] = {};
  std::uint32_t version = log_version;
  std::uint32_t crc = 0;               ///< of the 56 bytes behind it, seeded with 0
  std::uint64_t incarnation = 0;       ///< of the data directory
  std::uint64_t file_id = 0;           ///< 1, 2, 3 …
  std::uint64_t oldest_live = 0;       ///< files below this id are dropped (a later `dropped` entry may raise it)
  std::uint64_t queues_from = 0;       ///< queue entries of files below this id are void: a clean stop settled them
  std::uint64_t previous_end = 0;      ///< the file before it is sound up to here, at least
  std::uint64_t metadata_before = 0;   ///< number of the last metadata command in the files before
  std::uint64_t start = 0;             ///< of the node, that began the file
};
static_assert(sizeof(log_file_header) == 72);

/// Of the file's frames. The start belongs to it: a file whose header a crash lost gives its id to a file of the next start.
[[nodiscard]] std::uint32_t log_salt(const log_file_header& h);
void seal(log_file_header& h);
[[nodiscard]] std::optional<log_file_header> parse_log_header(bytes_view sector, std::uint64_t incarnation);

/// A frame of the log is one commit: entries of 8-byte aligned payloads, one behind the other.
inline constexpr std::uint8_t log_batch_frame = 1;
enum class log_entry : std::uint8_t {
  messages = 1,  ///< a run (run.hpp)
  acks = 2,      ///< u64 queue, then position ranges: dead wherever they stand
  metadata = 3,  ///< u64 number, u64 bytes, then the command, padded
  dropped = 4,   ///< u64: files below this id are dropped
  raft_entries = 5,   ///< of one group (raft_records.hpp), as are all that follow
  raft_truncate = 6,  ///< u64 group, u64 index: its entries from there on are void
  raft_vote = 7,      ///< u64 group, u64 term, u64 voted for
  raft_install = 8,   ///< u64 group, u64 index, u64 term: all of its entries are void, a snapshot has everything up to there
  raft_gone = 9,      ///< u64 group: so is everything of it
};
struct log_entry_header {
  std::uint32_t length = 0;  ///< of the payload, a multiple of 8
  log_entry type{};
  std::uint8_t zero[3] = {};
};
static_assert(sizeof(log_entry_header) == 8);

/// each(log_entry, char* payload, std::size_t bytes) → bool; stops when it says false. False as well when lengths are wrong.
template <class F>
[[nodiscard]] bool for_each_log_entry(char* batch, std::size_t bytes, F&& each) {
  std::size_t at = 0;
  while (at < bytes) {
    if (bytes - at < sizeof(log_entry_header)) return false;
    log_entry_header h;
    std::memcpy(&h, batch + at, sizeof h);
    at += sizeof h;
    if (h.length % 8 != 0 || h.length > bytes - at) return false;
    if (!each(h.type, batch + at, static_cast<std::size_t>(h.length))) return false;
    at += h.length;
  }
  return true;
}

/// `00000001.wal`
[[nodiscard]] std::string log_file_name(std::uint64_t slot);
[[nodiscard]] std::optional<std::uint64_t> parse_log_file_name(std::string_view name);

}  // namespace warren::storage
