#pragma once

#include <cstddef>
#include <cstdint>

namespace warren::storage {

struct storage_options {
  std::uint64_t log_file_bytes = 64ull << 20;
  std::uint64_t first_log_file_bytes = 1ull << 20;  ///< of an empty node: zeroed at start, which takes 3 ms
  unsigned full_log_files_kept = 1;                 ///< older ones are flushed: queues page out what only the log has
  std::uint64_t segment_bytes = 16ull << 20;
  std::size_t open_files = 64;                      ///< segment and ack files held open
  std::uint64_t ack_file_bytes = 256ull << 10;      ///< above this, and double its compacted size, it is rewritten
  /// Start although the log is damaged in the middle: what is damaged is left out and reported.
  bool accept_damaged_log = false;
};

}  // namespace warren::storage
