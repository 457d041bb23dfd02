#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "storage/data_directory.hpp"
#include "storage/log_reader.hpp"
#include "storage/metadata_snapshot.hpp"
#include "storage/options.hpp"
#include "storage/queue_replay.hpp"
#include "storage/raft_replay.hpp"
#include "storage/raft_snapshots.hpp"
#include "storage/segment_store.hpp"
#include "storage/write_ahead_log.hpp"

namespace warren::storage {

/// What a node finds when it starts, ready to be used.
struct recovered_node {
  std::unique_ptr<write_ahead_log> log;
  std::unique_ptr<segment_store> store;
  std::unordered_map<queue_id, recovered_queue> queues;  ///< those of which something was found
  std::unique_ptr<raft_snapshots> group_snapshots;
  std::unordered_map<raft_group_id, recovered_group> groups;  ///< Raft groups of which something was found
  bool clean = false;                  ///< the last stop was a clean one
  std::uint64_t moved_messages = 0;    ///< from the log to segments
  position first_position = 1;         ///< of a queue of which nothing was found

  /// Start every durable queue that existed before with this, so that it never gives out a position for the second time.
  [[nodiscard]] recovered_queue of(queue_id queue) const;
};

/// The start of a node, in two steps, because the metadata says which queues are durable:
///
///     read() ── snapshot, commands ──▶ metadata machine ── durable queues ──▶ finish() ──▶ log, store, recovered queues
///
/// Nothing of queues is changed on disk before finish(). A start that is killed anywhere is simply done again.
class recovery {
 public:
  [[nodiscard]] static result<std::unique_ptr<recovery>> read(const data_directory&, const storage_options&);

  [[nodiscard]] const std::optional<metadata_snapshot>& snapshot() const { return snapshot_; }
  /// Durable metadata commands after the snapshot, in order; valid until finish() returns.
  [[nodiscard]] const std::vector<bytes_view>& commands() const { return commands_; }
  /// The number of the last command: the `index` of a snapshot that has all of them.
  [[nodiscard]] std::uint64_t last_command() const { return last_command_; }

  /// Raft groups, as their last run left them; moved into recovered_node by finish().
  [[nodiscard]] const recovered_group* group(raft_group_id id) const;

  /// `durable` says whether this id belongs to an existing durable queue; whatever is on disk of others is removed.
  [[nodiscard]] result<recovered_node> finish(const std::function<bool(queue_id)>& durable);

  /// For the log of the node: damage that was found and what it costs, each with file and offset.
  [[nodiscard]] const std::vector<std::string>& notes() const { return notes_; }

 private:
  recovery(const data_directory& d, const storage_options& o) : directory_(d), options_(o) {}
  [[nodiscard]] status read_metadata();
  [[nodiscard]] result<std::unique_ptr<write_ahead_log>> open_log(const std::unordered_map<queue_id, queue_in_log>& queues,
                                                                  const raft_in_log& groups);

  const data_directory& directory_;
  storage_options options_;
  std::optional<clean_stop> clean_;
  std::optional<metadata_snapshot> snapshot_;
  log_content log_;
  std::unique_ptr<raft_snapshots> group_snapshots_;
  raft_in_log groups_;
  std::vector<bytes_view> commands_;
  std::uint64_t last_command_ = 0;
  std::vector<std::string> notes_;
};

/// While the node runs: actors of these queues were restarted. Reads the log's files `oldest`…`newest` back for them, once for
/// all (none when newest is 0: the log does not know them), and puts what only the log has into segments (not synced: that
/// happens before the log drops a file). The queues have then released all of these files.
struct restarted_queue {
  queue_id queue;
  position next_position = 0;  ///< at least: see data_directory::position_after_restart()
  recovered_queue found;       ///< filled in
};
[[nodiscard]] status recover_running_queues(segment_store& store, const data_directory&, std::span<restarted_queue> queues,
                                            log_file_id oldest, log_file_id newest, std::vector<std::string>& notes);

}  // namespace warren::storage
