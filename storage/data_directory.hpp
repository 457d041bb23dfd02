#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "core/base/ids.hpp"
#include "storage/file_system.hpp"

namespace warren::storage {

/// The directory of one node, locked against every other process as long as the object lives.
///
///     warren.lock          held with flock; empty
///     node_incarnation     who this directory is, and how often it was opened
///     metadata.snapshot    see metadata_snapshot.hpp
///     clean_stop           only between a clean stop and the next start
///     wal/  queues/
class data_directory {
 public:
  /// Creates what is missing. Every opening counts as one more start, durably.
  [[nodiscard]] static result<std::unique_ptr<data_directory>> open(file_system& fs, const std::string& path);

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string log_path() const { return path_ + "/wal"; }
  [[nodiscard]] std::string queues_path() const { return path_ + "/queues"; }
  [[nodiscard]] std::uint64_t incarnation() const { return incarnation_; }  ///< random, never 0
  [[nodiscard]] std::uint64_t starts() const { return starts_; }            ///< this one included
  /// Each start numbers messages in a range of its own: what an older start numbered (and perhaps acknowledged, in a file that
  /// an unsynced removal brings back) can never be taken for a message of this one.
  [[nodiscard]] position first_position() const { return starts_ == 1 ? 1 : position{starts_} << 44; }
  /// For the n-th queue (from 1) that was restarted while this node runs: nobody who still holds a position of the dead
  /// actor, a transient message's for instance, can mean a message of its successor.
  [[nodiscard]] position position_after_restart(std::uint64_t n) const { return (position{starts_} << 44) + (n << 32); }
  [[nodiscard]] bool fresh() const { return starts_ == 1; }
  [[nodiscard]] result<disk_space> space() const { return fs_.space(path_); }
  [[nodiscard]] file_system& files() const { return fs_; }

 private:
  data_directory(file_system& fs, std::string path) : fs_(fs), path_(std::move(path)) {}
  [[nodiscard]] status read_identity();
  [[nodiscard]] status write_identity();

  file_system& fs_;
  std::string path_;
  std::unique_ptr<file_lock> lock_;
  std::uint64_t incarnation_ = 0;
  std::uint64_t starts_ = 0;
};

/// What a clean stop leaves behind for the next start: afterwards the log holds nothing of queues.
struct clean_stop {
  struct queue {
    position next_position = 1;
    position highest_delivered = 0;
  };
  std::uint64_t log_file = 0;       ///< newest file of the log
  bool metadata_covered = false;    ///< nor anything of metadata that the snapshot has not
  std::unordered_map<queue_id, queue> queues;
};
[[nodiscard]] status write_clean_stop(const data_directory&, const clean_stop&);
/// nullopt: the last stop was not clean (a damaged file counts as that).
[[nodiscard]] result<std::optional<clean_stop>> read_clean_stop(const data_directory&);
[[nodiscard]] status remove_clean_stop(const data_directory&);

}  // namespace warren::storage
