#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/raft/group_id.hpp"
#include "core/raft/raft_types.hpp"
#include "storage/file_system.hpp"

namespace warren::storage {

/// Snapshots of Raft groups: `raft/<group, 16 hex>/<index, 16 hex>-<id, 16 hex>.snap` (FORMAT.md). A file appears under
/// its name when it is complete and durable. The newest counts; older ones stay while they are being sent.
class raft_snapshots {
 public:
  raft_snapshots(file_system& fs, std::string directory) : fs_(fs), directory_(std::move(directory)) {}

  /// Of this node's own state machine; durable when it returns. `meta.bytes` is the blob's size.
  [[nodiscard]] status write(raft_group_id group, const raft::snapshot_meta& meta, bytes_view blob);

  // one that comes in pieces, in order; begin() again forgets what has come
  [[nodiscard]] status begin(raft_group_id group, const raft::snapshot_meta& meta);
  [[nodiscard]] status append(raft_group_id group, bytes_view piece);
  [[nodiscard]] status finish(raft_group_id group);  ///< durable when it returns

  struct content {
    raft::snapshot_meta meta;
    std::string blob;
  };
  /// The newest; nullopt when there is none. A damaged one is an error that names the file.
  [[nodiscard]] result<std::optional<content>> read(raft_group_id group);
  /// A part of the blob of this snapshot, to be sent; nullopt when the file is gone.
  [[nodiscard]] result<std::optional<std::string>> read_part(raft_group_id group, const raft::snapshot_meta& meta,
                                                             std::uint64_t offset, std::uint32_t bytes);

  /// Removes those that are older than the newest, except for these ids, and unfinished ones.
  [[nodiscard]] status remove_older(raft_group_id group, const std::vector<std::uint64_t>& except);
  [[nodiscard]] status remove_group(raft_group_id group);
  [[nodiscard]] result<std::vector<raft_group_id>> groups_on_disk();

 private:
  struct incoming {
    std::unique_ptr<file> to;
    std::string path;
    raft::snapshot_meta meta;
    std::uint64_t end = 0;   ///< of the file
    std::uint64_t left = 0;  ///< of the blob
    std::uint32_t sum = 0;
  };
  struct found_file {
    std::string name;
    std::uint64_t at = 0, id = 0;
  };
  [[nodiscard]] std::string path_of(raft_group_id group) const;
  [[nodiscard]] status make_path(raft_group_id group);
  [[nodiscard]] result<std::vector<found_file>> list(raft_group_id group);  ///< newest first

  file_system& fs_;
  std::string directory_;
  std::unordered_map<raft_group_id, incoming> incoming_;
};

}  // namespace warren::storage
