#pragma once

#include <cstdint>
#include <string>

#include "storage/file_cache.hpp"
#include "storage/position_ranges.hpp"

namespace warren::storage {

/// Which messages in a queue's segments are dead: frames of position ranges, appended without a sync. Losing the end of it
/// means delivering again, never losing a message. Rewritten when it has grown to twice what it needs.
///
///     | "WRNACK\r\n" | version u32 | crc u32 | incarnation u64 | queue u64 | frames (type 1: ranges) …
class ack_file {
 public:
  ack_file(std::string directory, std::uint64_t incarnation, std::uint64_t queue);

  /// Reads what is there; a bad part is skipped, torn tails are normal. Leaves the file ready for appending.
  [[nodiscard]] result<position_ranges> recover(file_system& fs);
  [[nodiscard]] status append(file_cache& files, const position_ranges& acks);
  /// Atomically, durably: from now on it says exactly this.
  [[nodiscard]] status rewrite(file_system& fs, file_cache& files, const position_ranges& acks);
  [[nodiscard]] status remove(file_system& fs, file_cache& files);

  [[nodiscard]] std::uint64_t bytes() const { return end_; }
  [[nodiscard]] bool exists() const { return end_ != 0; }
  [[nodiscard]] std::string path() const { return directory_ + "/acks"; }

 private:
  [[nodiscard]] std::string header() const;
  [[nodiscard]] std::string frame(const position_ranges& acks);

  std::string directory_;
  std::uint64_t incarnation_, queue_;
  std::uint32_t salt_;
  std::uint64_t end_ = 0;  ///< 0: there is no file
  std::uint64_t sequence_ = 0;
};

}  // namespace warren::storage
