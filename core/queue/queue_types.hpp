#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/ids.hpp"
#include "core/message/field_table.hpp"
#include "core/message/message.hpp"

namespace warren {

/// A message in a queue. 32 bytes: a backlog beyond the memory limits is not kept as entries but as ranges.
struct queue_entry {
  enum flag : std::uint8_t {
    redelivered = 1,
    persistent = 2,  ///< delivery mode 2 in a durable queue: must survive
    in_log = 4,      ///< handed to the log and not yet in a segment
    on_disk = 8,     ///< in a segment
  };
  message_ref message;
  position at = 0;
  time_ms enqueued_ms = 0;
  std::uint8_t flags = 0;
  std::uint8_t lane = 0;  ///< its priority, capped
};

struct publish_item {
  message_ref message;
  std::uint64_t confirm_seq = 0;  ///< the channel's publish sequence number; 0 = no confirm wanted
};

struct consumer_spec {
  consumer_id id;
  channel_id channel;
  std::string tag;
  bool no_ack = false;
  bool exclusive = false;
  std::int32_t priority = 0;      ///< x-priority; higher first while they have credit
  std::uint32_t prefetch = 0;     ///< unacknowledged deliveries at most; 0 = unlimited
  bool wants_grants = false;      ///< channel with a global prefetch: deliver only against grant()
  std::int64_t window_bytes = 0;  ///< bytes (record_bytes + 64 each) that may be under way to the socket
  field_table arguments = {};     ///< as the client gave them, for listings
};

struct delivery {
  consumer_id consumer;
  channel_id channel;
  position at = 0;
  message_ref message;
  bool redelivered = false;
  bool no_ack = false;
};

struct publish_confirm {
  channel_id channel;
  std::uint64_t seq = 0;
};

enum class death_reason : std::uint8_t { rejected, expired, maxlen, delivery_limit };

struct dead_letter {
  message_ref message;
  death_reason reason = death_reason::rejected;
};

struct page_out {
  std::uint64_t token = 0;            ///< ascending; page_outs of a queue are performed in their order
  bool durable = false;               ///< sync before answering (the log wants to drop a file)
  std::vector<queue_entry> entries;   ///< ascending by (lane, position)
};

struct load_request {
  std::uint8_t lane = 0;
  position from = 0;   ///< inclusive
  position to = 0;     ///< inclusive
  std::uint32_t max_messages = 0;
  std::uint32_t max_bytes = 0;
};

struct loaded_message {
  message_ref message;
  position at = 0;
  time_ms enqueued_ms = 0;
};

/// Positions of one lane that lie in segments only.
struct disk_range {
  std::uint8_t lane = 0;
  position first = 0, last = 0;  ///< inclusive; not every position between them need exist
  std::uint64_t messages = 0;    ///< that exist and are not acknowledged
  std::uint64_t body_bytes = 0;
};

/// What recovery found of a durable queue.
struct recovered_queue {
  std::vector<disk_range> ranges;      ///< ascending by (lane, first)
  position next_position = 1;
  position redelivered_upto = 0;       ///< messages at or below were delivered before the restart, or may have been
};

/// What happened to every message that was ever in the queue; see ledger_balanced().
struct queue_ledger {
  std::uint64_t published = 0;  ///< accepted (recovered ones count), rejected ones do not
  std::uint64_t acked = 0;      ///< acknowledged, or delivered with automatic acknowledgement
  std::uint64_t expired = 0;    ///< by TTL without a dead letter exchange
  std::uint64_t dropped = 0;    ///< by a length limit or reject without one
  std::uint64_t dead_lettered = 0;
  std::uint64_t purged = 0;
  // rates for the operator, not part of the balance
  std::uint64_t delivered = 0, delivered_no_ack = 0, got = 0, got_no_ack = 0, got_empty = 0, redelivered = 0, refused = 0;
};

/// All that a call asks the shell to do, in the order of the members. Reused between calls: clear() keeps the memory.
struct queue_effects {
  std::vector<delivery> deliveries;
  std::vector<queue_entry> log_appends;     ///< persistent: append to the log; answer with synced()
  std::vector<position> log_acks;           ///< of entries that are in the log only
  std::vector<position> disk_acks;          ///< of entries that are in a segment
  std::vector<publish_confirm> confirms;
  std::vector<publish_confirm> refusals;    ///< basic.nack
  std::vector<dead_letter> dead_letters;
  std::vector<page_out> page_outs;          ///< answer each with paged_out(token)
  std::vector<load_request> loads;          ///< answer each with loaded()
  std::vector<consumer_id> wants_grant;     ///< consumers of channels with a global prefetch: ask their channel
  std::vector<std::pair<consumer_id, std::uint32_t>> unused_grants;  ///< give back to the channel
  std::vector<log_file_id> log_releases;    ///< nothing of this queue is needed in that log file any more
  bool purge_disk = false;                  ///< drop everything of the queue that is in segments, except purge_keep
  std::vector<position> purge_keep;         ///< with purge_disk, ascending: delivered and not acknowledged, must survive
  bool auto_deleted = false;                ///< the last consumer of an auto-delete queue went: delete the queue
  bool expired = false;                     ///< x-expires ran out: delete the queue
  std::optional<consumer_id> activated;     ///< single active consumer: a new active one

  void clear();
};

}  // namespace warren
