#pragma once

#include <unordered_map>
#include <vector>

#include "storage/log_reader.hpp"
#include "storage/segment_store.hpp"

namespace warren::storage {

/// What the log holds of one queue. Points into the log's content.
struct queue_in_log {
  struct run {
    char* payload = nullptr;
    std::size_t bytes = 0;
  };
  std::vector<run> runs;
  position_ranges acks;         ///< normalized by collect_queues
  std::uint64_t last_file = 0;  ///< with messages
  position highest = 0;         ///< in runs and acks
};

/// Gathers messages and acks of the queues that `wanted` says yes to, from files with id ≥ `from`.
template <class Wanted>
[[nodiscard]] status collect_queues(const log_content& log, std::uint64_t from, Wanted&& wanted,
                                    std::unordered_map<queue_id, queue_in_log>& out);

/// What replaying one queue did.
struct queue_replayed {
  std::uint64_t messages = 0;   ///< moved from the log to segments
  position_ranges dead;         ///< in the log, not dead by the log's own acks, but by the ack file's
  recovered_queue found;        ///< without next_position and redelivered_upto
  position highest = 0;         ///< ever seen, of this queue, anywhere
};

/// Puts what only the log has of a queue that is open in the store (open_queue) into segments, not yet synced, and settles
/// what the log knows to be acknowledged. `acks` are those of the queue's ack file. Doing it again changes nothing.
[[nodiscard]] result<queue_replayed> replay_queue(segment_store& store, queue_id queue, const queue_in_log& in_log,
                                                  const position_ranges& acks);

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {
[[nodiscard]] bool note_log_entry(std::uint64_t file, log_entry type, char* payload, std::size_t bytes, queue_in_log& into);
void finish_queue(queue_in_log& q);
}  // namespace detail

template <class Wanted>
status collect_queues(const log_content& log, std::uint64_t from, Wanted&& wanted,
                      std::unordered_map<queue_id, queue_in_log>& out) {
  queue_id current;
  queue_in_log* into = nullptr;  // neighbours are nearly always of the same queue
  for (const log_file_content& f : log.files) {
    if (f.header.file_id < from) continue;
    const status walked = f.for_each([&](log_entry type, char* payload, std::size_t bytes) {
      if (type != log_entry::messages && type != log_entry::acks) return true;
      if (bytes < 8) return false;
      queue_id q;
      std::memcpy(&q.value, payload, 8);
      if (q != current || current == queue_id{}) {
        current = q;
        into = wanted(q) ? &out[q] : nullptr;
      }
      return into == nullptr || detail::note_log_entry(f.header.file_id, type, payload, bytes, *into);
    });
    if (!walked.ok()) return walked;
  }
  for (auto& [id, q] : out) detail::finish_queue(q);
  return success{};
}

}  // namespace warren::storage
