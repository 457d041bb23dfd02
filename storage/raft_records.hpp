#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/raft/group_id.hpp"
#include "core/raft/raft_types.hpp"
#include "storage/log_format.hpp"

namespace warren::storage {

/// Entries of Raft groups in the node's log (FORMAT.md). Payloads of log entries, 8-byte aligned as all of them.
///
///     | group u64 | first index u64 | count u32 | zero u32 |
///     count × | term u64 | bytes u32 | kind u8 | zero[3] | payload … padding to 8 |
inline constexpr std::size_t raft_entries_per_record_bytes = 8u << 20;  ///< more is divided: lengths have 32 bits

void encode_raft_entries(raft_group_id group, std::span<const raft::entry> entries, std::string& out);

/// What one log entry of the types raft_* says.
struct raft_record {
  raft_group_id group;
  log_entry type{};
  std::vector<raft::entry> entries;  ///< raft_entries
  raft::log_index at = 0;            ///< raft_truncate, raft_install
  raft::term_number term = 0;        ///< raft_install
  raft::hard_state vote;             ///< raft_vote
};
[[nodiscard]] constexpr bool is_raft(log_entry type) {
  return type >= log_entry::raft_entries && type <= log_entry::raft_gone;
}
/// nullopt: malformed.
[[nodiscard]] std::optional<raft_record> decode_raft_record(log_entry type, bytes_view payload);

}  // namespace warren::storage
