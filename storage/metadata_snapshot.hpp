#pragma once

#include <optional>
#include <string>

#include "storage/file_system.hpp"

namespace warren::storage {

/// The node's metadata as of command `index`; the bytes are the codec's (metadata_codec.hpp).
struct metadata_snapshot {
  std::uint64_t index = 0;
  std::string bytes;
};

/// `metadata.snapshot`, replaced atomically and durably.
[[nodiscard]] status write_metadata_snapshot(file_system&, const std::string& data_directory, const metadata_snapshot&);
/// nullopt: there is none yet. A damaged one is an error: the log does not hold what it held.
[[nodiscard]] result<std::optional<metadata_snapshot>> read_metadata_snapshot(file_system&,
                                                                              const std::string& data_directory);

}  // namespace warren::storage
