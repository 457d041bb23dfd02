#pragma once

#include <caf/actor.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "core/queue/queue_types.hpp"

// Messages of the log and the segment store. Local only. Send them with std::move: they lie in the mailbox element itself
// and the receiver takes the vectors out. Every answer goes to `reply_to` as an ordinary message, not as a response, so
// that neither side waits. Everything one actor sends to the log or the store is performed in the order it was sent.

namespace warren::actors {

// ---- queue → log ----------------------------------------------------------------------------------------------------

/// `log_appends` and `log_acks` of one turn of a queue. Appends are answered by log_synced once they are on disk (one answer
/// for all the log has synced of this queue in a commit); acks alone are neither synced nor answered. Every append is
/// answered, whether a confirm is wanted or not: a queue may count what is under way as its credit.
struct log_append {
  queue_id queue;
  caf::actor reply_to;                 ///< the queue; also who gets log_flush from now on
  std::vector<queue_entry> entries;    ///< ascending by position, above all positions appended before
  std::vector<position> acks;          ///< any order
};

/// log → queue: everything appended up to this position is on disk.
struct log_synced {
  queue_id queue;
  position upto = 0;
};

/// log → queue: the log wants to drop this and all older files: page out (durable) what is in the log only, then answer
/// log_released. Only queues with records in such files are asked.
struct log_flush {
  queue_id queue;
  log_file_id file;
};

struct log_released {
  queue_id queue;
  log_file_id file;
};

/// The queue was deleted: its records mean nothing any more and nobody will answer a log_flush. Send store_delete too.
struct log_forget {
  queue_id queue;
};

// ---- metadata → log -------------------------------------------------------------------------------------------------

/// One durable metadata command. Commands are numbered from 1 in the order of their arrival, over restarts.
struct log_metadata {
  std::string bytes;
  std::uint64_t token = 0;
  caf::actor reply_to;  ///< may be null: no answer wanted
};

struct log_metadata_synced {
  std::uint64_t token = 0;
  std::uint64_t index = 0;  ///< the command's number
};

/// Who is told that a snapshot is wanted (the metadata actor, once, at start).
struct log_watch_metadata {
  caf::actor watcher;
};

/// log → metadata: the log cannot drop a file before a snapshot covers the commands up to `index`: send store_snapshot.
struct log_snapshot_wanted {
  std::uint64_t index = 0;
};

// ---- queue → store --------------------------------------------------------------------------------------------------

/// One `page_out` of the queue machine. Answered by store_paged_out, with `durable` after a sync.
struct store_page_out {
  queue_id queue;
  std::uint64_t token = 0;
  bool durable = false;
  bool durable_queue = false;          ///< false: its files are worth nothing after a restart and are never synced
  std::vector<queue_entry> entries;    ///< ascending by (lane, position)
  caf::actor reply_to;
};

struct store_paged_out {
  queue_id queue;
  std::uint64_t token = 0;
};

struct store_load {
  queue_id queue;
  load_request request;
  caf::actor reply_to;
};

/// Messages ascend by position; acknowledged ones are left out. At least one message, unless there is none in the range.
struct store_loaded {
  queue_id queue;
  std::uint8_t lane = 0;
  std::vector<loaded_message> messages;
  bool more_in_range = false;  ///< messages of [from, to] above the last one given are still on disk
};

/// `disk_acks`. Not answered, not synced.
struct store_ack {
  queue_id queue;
  std::vector<position> positions;  ///< any order; unknown ones are ignored
};

/// `purge_disk`: every message of the queue that lies in segments is gone, loaded or not, except `purge_keep`.
struct store_purge {
  queue_id queue;
  std::vector<position> keep;  ///< ascending
};

/// The queue was deleted: its directory goes.
struct store_delete {
  queue_id queue;
};

/// Clean stop, after the queue's last page_out: what cannot be seen from its segments. Kept until store_stop.
struct store_close {
  queue_id queue;
  position next_position = 1;
  position highest_delivered = 0;
};

// ---- metadata → store -----------------------------------------------------------------------------------------------

/// Writes the metadata snapshot atomically, then lets the log drop the commands up to `index`.
struct store_snapshot {
  std::string bytes;
  std::uint64_t index = 0;  ///< the snapshot contains the effects of commands 1…index
  caf::actor reply_to;      ///< may be null
};

struct store_snapshot_written {
  std::uint64_t index = 0;
};

// ---- a restarted queue ----------------------------------------------------------------------------------------------

/// Request to the log → recovered_queue as a response: a supervisor restarted this queue's actor while the node runs: read
/// its durable state back from the log's files and its segments. What its predecessor had sent is performed first.
struct log_recover_queue {
  queue_id queue;
};

// ---- clean stop, statistics -----------------------------------------------------------------------------------------

/// After every queue has sent its store_close (and metadata its snapshot): to the log, which syncs, has the store close its
/// segments and write the table of clean queues, marks the log as empty and answers storage_stopped. The actors live on
/// until they are told to exit, and accept nothing more.
struct storage_stop {
  caf::actor reply_to;
};
struct storage_stopped {};

/// Request → log_statistics / store_statistics as a response, i.e. self->request(log, …, storage_get_statistics{}).
struct storage_get_statistics {};

struct log_statistics {
  std::uint64_t commits = 0;         ///< writes to the log
  std::uint64_t syncs = 0;           ///< of them, those that were synced
  std::uint64_t bytes = 0;           ///< written
  std::uint64_t messages = 0;        ///< appended
  std::uint64_t acks = 0;
  std::uint64_t metadata_commands = 0;
  std::uint64_t files_live = 0;      ///< holding records that may be needed, the one written to included
  std::uint64_t files_spare = 0;     ///< prepared or recycled, waiting to be used
  std::uint64_t rollovers = 0;
  std::uint64_t sync_nanoseconds = 0;  ///< spent in write and sync
};

struct store_statistics {
  std::uint64_t queues = 0;          ///< that have segments
  std::uint64_t segments = 0;
  std::uint64_t segment_bytes = 0;   ///< on disk
  std::uint64_t open_files = 0;
  std::uint64_t page_outs = 0, messages_out = 0, bytes_out = 0;
  std::uint64_t loads = 0, messages_in = 0, bytes_in = 0;
  std::uint64_t syncs = 0;
  std::uint64_t acks = 0;
};

// ---- between log and store (not for others) -------------------------------------------------------------------------

struct store_barrier {  ///< log → store: sync all that is not synced, then tell
  log_file_id file;
};
struct store_barrier_passed {
  log_file_id file;
};
struct log_segment_dropped {  ///< store → log: these positions (first, last) are dead wherever else they may stand
  queue_id queue;
  std::vector<std::pair<position, position>> ranges;
};
struct log_snapshot_covers {  ///< store → log
  std::uint64_t index = 0;
};
struct store_recover_queue {  ///< log → store, delegated: reads the log's files as they are now
  queue_id queue;
  log_file_id oldest;
  log_file_id newest;  ///< afterwards the queue has released this file and all older ones; none: the log knows nothing of it
};
struct store_attach_log {  ///< once, before anything else
  caf::actor log;
};
struct store_make_spare {  ///< log → store: zero a file for the log, a piece at a time
  std::uint64_t slot = 0;
  std::string path;
  std::uint64_t bytes = 0;
};
struct log_spare_ready {
  std::uint64_t slot = 0;
  std::uint64_t bytes = 0;
};
struct store_stop {  ///< log → store
  std::uint64_t log_file = 0;
  bool metadata_covered = false;
  std::vector<queue_id> queues_in_log;  ///< unless each of them sent its store_close, the log must be replayed
};
struct store_stopped {};
struct storage_end_of_batch {};  ///< to itself: everything that was in the mailbox has been taken in

}  // namespace warren::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::log_append)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::log_synced)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::log_flush)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::log_released)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::log_forget)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::log_metadata)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::log_metadata_synced)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::log_watch_metadata)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::log_snapshot_wanted)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::store_page_out)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::store_paged_out)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::store_load)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::store_loaded)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::store_ack)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::store_purge)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::store_delete)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::store_close)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::store_snapshot)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::store_snapshot_written)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::log_recover_queue)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::recovered_queue)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::storage_stop)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::storage_stopped)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::storage_get_statistics)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::log_statistics)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::store_statistics)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::store_barrier)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::store_barrier_passed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::log_segment_dropped)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::log_snapshot_covers)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::store_recover_queue)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::store_attach_log)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::store_make_spare)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::log_spare_ready)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::storage_end_of_batch)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::store_stop)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::store_stopped)
