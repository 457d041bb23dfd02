#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/queue/queue_types.hpp"
#include "core/raft/group_id.hpp"
#include "core/raft/raft_effects.hpp"
#include "storage/file_system.hpp"
#include "storage/log_format.hpp"
#include "storage/options.hpp"
#include "storage/position_ranges.hpp"
#include "storage/run.hpp"

namespace warren::storage {

/// A file of the log as recovery found it, or one that is written.
struct log_file {
  std::uint64_t id = 0;
  std::uint64_t slot = 0;            ///< its name
  std::uint64_t bytes = 0;           ///< size on disk
  std::uint64_t end = 0;             ///< of the last frame
  std::uint64_t last_metadata = 0;   ///< number of the last metadata command in this or older files
  std::unordered_set<std::uint64_t> queues;  ///< that may need a record in it
  std::unordered_map<std::uint64_t, raft::log_index> groups;  ///< Raft groups that need entries in it, up to this one
  bool flush_asked = false;
};

/// A file that holds nothing: its blocks are written, which makes a sync twice as fast as on new ones.
struct log_spare {
  std::uint64_t slot = 0;
  std::uint64_t bytes = 0;
};

/// The node's one write-ahead log (its part for Raft groups: write_ahead_log_raft.cpp). Appends are collected in one buffer; commit() writes them as one frame and syncs once.
/// Files are dropped oldest first, when every queue has released them (its messages are in segments or acknowledged),
/// a snapshot covers their metadata, snapshots of the Raft groups cover their entries, and all segments were synced after that.
/// Votes of Raft groups are written again before the file that has them goes. One thread at a time.
class write_ahead_log {
 public:
  struct beginning {
    std::uint64_t incarnation = 0;
    std::uint64_t start = 1;           ///< of the node, counted from 1
    std::uint64_t next_file = 1;       ///< id of the first file to be written
    std::uint64_t last_metadata = 0;   ///< number of the last command ever logged
    std::uint64_t covered = 0;         ///< the snapshot has all commands up to this one
    std::uint64_t queues_from = 0;
    std::vector<log_file> old;         ///< ascending, still live
    std::unordered_map<std::uint64_t, std::uint64_t> last_file;  ///< queue → newest of them with messages of it
    std::unordered_map<std::uint64_t, raft::hard_state> votes;   ///< of each Raft group that is in the log
    std::vector<log_spare> spares;
    std::uint64_t next_slot = 1;
  };
  [[nodiscard]] static result<std::unique_ptr<write_ahead_log>> open(file_system&, std::string directory,
                                                                     const storage_options&, beginning);

  // collecting
  void append(queue_id queue, std::span<const queue_entry> entries);  ///< ascending; none may be empty
  void append_acks(queue_id queue, const position_ranges& acks);      ///< left out when no live file knows the queue
  [[nodiscard]] std::uint64_t append_metadata(bytes_view command);    ///< returns its number
  /// What a Raft machine wants to be durable. An installed snapshot must be complete and durable before (raft_snapshots).
  void append_raft(raft_group_id group, const raft::log_write& write);
  void append_raft_gone(raft_group_id group);  ///< the group is no more, or not on this node
  [[nodiscard]] std::size_t pending_bytes() const { return buffer_.size() - sizeof_frame_header; }

  /// Writes what was collected; syncs if there are messages or metadata in it. A failure is final: the log may not be used
  /// any more and the process has to end, since the kernel forgets which pages it could not write.
  [[nodiscard]] status commit();
  /// Syncs what commits without a sync wrote.
  [[nodiscard]] status sync();

  // dropping files
  struct flush_request {
    queue_id queue;
    log_file_id file;
  };
  [[nodiscard]] std::vector<flush_request> take_flush_requests();
  void released(queue_id queue, log_file_id file);
  void forget(queue_id queue);
  /// A durable snapshot of the group has everything up to there.
  void raft_snapshot_covers(raft_group_id group, raft::log_index upto);
  /// Groups whose entries keep the oldest files, and which should take a snapshot; asked at every roll-over.
  [[nodiscard]] std::vector<raft_group_id> take_raft_snapshot_requests();
  void snapshot_covers(std::uint64_t metadata_number);
  /// The command up to which a snapshot is needed before the next file can go; asked once for each.
  [[nodiscard]] std::optional<std::uint64_t> take_snapshot_request();
  /// All files up to this one could go once the segments are synced; asked once for each.
  [[nodiscard]] std::optional<log_file_id> take_barrier_request();
  void barrier_passed(log_file_id file);

  // spare files are zeroed by somebody else, in the background
  struct spare_request {
    std::uint64_t slot = 0;
    std::string path;
    std::uint64_t bytes = 0;
  };
  [[nodiscard]] std::optional<spare_request> take_spare_request();
  void spare_ready(std::uint64_t slot, std::uint64_t bytes);

  [[nodiscard]] log_file_id active() const { return {files_.back().id}; }
  [[nodiscard]] log_file_id oldest() const { return {files_.front().id}; }
  [[nodiscard]] std::uint64_t last_metadata() const { return last_metadata_; }
  /// After a clean stop nothing of the log is needed.
  [[nodiscard]] bool metadata_covered() const { return covered_ >= last_metadata_ && votes_.empty(); }
  [[nodiscard]] std::vector<queue_id> queues() const;  ///< with messages in a live file, dead ones included
  [[nodiscard]] bool knows(queue_id queue) const { return last_file_.contains(queue.value); }

  struct counters {
    std::uint64_t commits = 0, syncs = 0, bytes = 0, messages = 0, acks = 0, metadata_commands = 0, rollovers = 0;
    std::uint64_t raft_entries = 0;
  };
  [[nodiscard]] const counters& count() const { return counters_; }
  [[nodiscard]] std::size_t live_files() const { return files_.size(); }
  [[nodiscard]] std::size_t spare_files() const { return spares_.size(); }

 private:
  static constexpr std::size_t sizeof_frame_header = 32;

  write_ahead_log(file_system&, std::string directory, const storage_options&, beginning);
  [[nodiscard]] status start_file(std::uint64_t room);
  [[nodiscard]] result<std::unique_ptr<file>> fresh_file(std::uint64_t bytes, log_spare& made);
  [[nodiscard]] status retire();
  void append_numbers(log_entry type, std::initializer_list<std::uint64_t> numbers);
  void append_vote(std::uint64_t group, const raft::hard_state& vote);  ///< no sync for its own sake
  void void_raft_entries(std::uint64_t group, raft::log_index from);
  void keep_votes();
  char* begin_entry(log_entry type);
  void end_entry(std::size_t header_at);
  [[nodiscard]] std::string path_of(std::uint64_t slot) const { return directory_ + "/" + log_file_name(slot); }

  file_system& fs_;
  std::string directory_;
  storage_options options_;
  std::uint64_t incarnation_, start_;

  std::string buffer_;             ///< room for the frame header, then entries
  bool wants_sync_ = false;
  std::vector<run_item> items_;    ///< scratch of append()
  std::vector<std::uint64_t> pending_queues_;  ///< with messages in buffer_
  std::unordered_map<std::uint64_t, raft::log_index> pending_groups_;  ///< with entries in buffer_, up to this one
  std::vector<std::uint64_t> pending_votes_;                           ///< groups with votes in buffer_

  std::deque<log_file> files_;     ///< oldest first; the last is written to
  std::unique_ptr<file> handle_;   ///< of the last
  std::uint32_t salt_ = 0;         ///< of its frames
  std::uint64_t sequence_ = 0;     ///< of the next frame in it
  std::uint64_t synced_ = 0;       ///< of its bytes
  std::uint64_t next_file_;
  std::uint64_t next_slot_;
  std::uint64_t oldest_live_ = 1;
  std::uint64_t queues_from_;
  std::unordered_map<std::uint64_t, std::uint64_t> last_file_;  ///< queue → newest file with messages of it

  struct last_vote {
    raft::hard_state vote;
    std::uint64_t file = 0;  ///< that has it; 0: in buffer_
  };
  bool raft_snapshots_due_ = false;
  std::unordered_map<std::uint64_t, last_vote> votes_;  ///< Raft group → its vote: an entry for each group in the log

  std::vector<log_spare> spares_;
  std::vector<log_spare> condemned_;  ///< dropped, but the log does not say so yet
  std::vector<log_spare> retiring_;   ///< it says so, but not durably yet
  bool spare_asked_ = false;

  std::uint64_t last_metadata_;
  std::uint64_t covered_;
  std::uint64_t snapshot_asked_ = 0;
  std::uint64_t barrier_asked_ = 0;
  std::vector<flush_request> flushes_;
  counters counters_;
};

}  // namespace warren::storage
