#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/queue/queue_types.hpp"
#include "storage/ack_file.hpp"
#include "storage/file_cache.hpp"
#include "storage/file_system.hpp"
#include "storage/options.hpp"
#include "storage/stored_run.hpp"

namespace warren::storage {

/// A segment file that is in use.
struct segment {
  segment_header header;
  std::string path;
  std::uint64_t end = 0;        ///< where the next run goes
  std::uint64_t synced = 0;     ///< of it
  std::uint64_t sequence = 0;   ///< of the next frame
  std::uint64_t live = 0;       ///< messages
  std::vector<lane_index::map::iterator> runs;
  bool full = false;            ///< nothing more is appended
  bool closed = false;          ///< has its footer
  bool dirty = false;           ///< holds persistent messages that are not synced
  bool listed = false;          ///< its directory entry is synced
};

struct load_result {
  std::vector<loaded_message> messages;
  bool more_in_range = false;
};

struct store_counters {
  std::uint64_t segments = 0, segment_bytes = 0;
  std::uint64_t page_outs = 0, messages_out = 0, bytes_out = 0;
  std::uint64_t loads = 0, messages_in = 0, bytes_in = 0;
  std::uint64_t syncs = 0, acks = 0, damaged_runs = 0;
};

/// All queues' segments and ack files: `queues/<id>/<lane>-<first>.seg` and `queues/<id>/acks`. Remembers runs, not messages.
/// A queue that never paged has neither directory nor memory here. One thread at a time. Every error is final, as in
/// the log; damage met while loading is not an error: it is reported through `on_damage` and left out.
class segment_store {
 public:
  segment_store(file_system& fs, std::string directory, std::uint64_t incarnation, const storage_options& options);
  ~segment_store();

  std::function<void(const std::string&)> on_damage = [](const std::string&) {};

  /// Appends messages (ascending by lane and position) to the queue's segments; those that are there already are left out.
  /// Not synced: see sync(). What a queue that is not durable writes is never synced.
  [[nodiscard]] status page_out(queue_id queue, std::span<const queue_entry> entries, bool durable_queue);
  /// The same for records that lie in a buffer of the caller's (recovery).
  [[nodiscard]] status page_out(queue_id queue, std::span<const run_item> items, bool persistent, bool durable_queue);
  [[nodiscard]] result<load_result> load(queue_id queue, const load_request& request);
  /// Dead messages are forgotten at once, their segments removed when nothing lives in them; the ack file is written by
  /// flush_acks().
  [[nodiscard]] status ack(queue_id queue, std::span<const position> positions);
  [[nodiscard]] status ack(queue_id queue, const position_ranges& ranges);
  [[nodiscard]] status flush_acks();
  /// Everything but `keep` (ascending): delivered messages that are not acknowledged yet survive a purge.
  [[nodiscard]] status purge(queue_id queue, std::span<const position> keep = {});
  [[nodiscard]] status forget(queue_id queue);  ///< the same; the log is not told
  /// Everything persistent in durable queues survives from here on.
  [[nodiscard]] status sync();
  /// Before a clean stop: acks are written, every segment is closed and synced.
  [[nodiscard]] status close_all();

  /// Positions that removed segments held: the log may still have them and must know that they are dead.
  struct dropped {
    queue_id queue;
    position_ranges ranges;
  };
  [[nodiscard]] std::vector<dropped> take_dropped() { return std::exchange(dropped_, {}); }

  // recovery
  /// Reads a queue's directory, if it has one: footers (or runs) and acks, which are returned. Messages that are not
  /// persistent are dropped. Removes nothing yet: see drop_dead().
  [[nodiscard]] result<position_ranges> open_queue(queue_id queue, std::vector<std::string>& notes);
  /// Like ack(), but segments stay even when nothing lives in them.
  void settle(queue_id queue, const position_ranges& ranges);
  [[nodiscard]] status drop_dead(queue_id queue);
  /// The same for all of these, when the log no longer knows what is dead in them: acks go after what they killed is gone for good.
  [[nodiscard]] status drop_dead_durably(std::span<const queue_id> queues);
  [[nodiscard]] bool has(queue_id queue, position p);                        ///< in a segment, dead or alive
  [[nodiscard]] bool overlaps(queue_id queue, position from, position to);   ///< has() may be true for some of them
  [[nodiscard]] position highest_position(queue_id queue) const;  ///< ever seen in its files; 0 = none
  /// One range per lane, with exact counts; reads the runs of which only a part is alive.
  [[nodiscard]] result<std::vector<disk_range>> ranges(queue_id queue);
  /// A queue's actor died: what is not persistent is gone. Removes nothing yet.
  void drop_transient(queue_id queue);
  [[nodiscard]] result<std::vector<queue_id>> queues_on_disk();
  [[nodiscard]] status remove_directory_of(queue_id queue);  ///< of a queue that is not open

  [[nodiscard]] const store_counters& count() const { return counters_; }
  [[nodiscard]] std::size_t queues() const { return queues_.size(); }
  [[nodiscard]] std::size_t open_files() const { return files_.size(); }
  [[nodiscard]] const std::string& directory() const { return directory_; }

 private:
  struct queue_files;
  struct pending_write;

  [[nodiscard]] queue_files* find(queue_id queue) const;
  [[nodiscard]] result<queue_files*> find_or_create(queue_id queue, bool durable);
  [[nodiscard]] std::string directory_of(queue_id queue) const;
  [[nodiscard]] result<segment*> segment_for(queue_files& q, std::uint8_t lane, position first);
  [[nodiscard]] status write_runs(queue_files& q, std::span<const run_item> items, bool persistent);
  [[nodiscard]] status write_footer(segment& s);
  [[nodiscard]] status drop_segment(queue_files& q, segment& s, bool tell_log);
  [[nodiscard]] status remove_dead_segments(queue_files& q);
  [[nodiscard]] status remove_if_empty(queue_files& q);
  [[nodiscard]] status drop_all(queue_id queue, bool tell_log);
  [[nodiscard]] status compact_acks(queue_files& q);
  [[nodiscard]] status adopt_segment(queue_files& q, const std::string& path, segment_content content);
  [[nodiscard]] result<block*> read_run(const stored_run& run, std::optional<run_view>& view);
  void account_dead(queue_files& q, stored_run& run, std::uint32_t n);
  friend class run_cursor;

  file_system& fs_;
  std::string directory_;
  std::uint64_t incarnation_;
  storage_options options_;
  file_cache files_;
  std::unordered_map<std::uint64_t, std::unique_ptr<queue_files>> queues_;
  std::vector<std::pair<std::uint64_t, segment*>> dirty_;  ///< queue, segment: to be synced
  std::vector<std::uint64_t> pending_acks_;                ///< queues with acks to be written
  std::vector<std::string> new_directories_;               ///< whose entry in directory_ is not synced
  std::vector<dropped> dropped_;
  std::uint64_t next_serial_;
  store_counters counters_;
};

}  // namespace warren::storage
