#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/ids.hpp"
#include "core/base/result.hpp"
#include "core/queue/queue_types.hpp"

// What passes between a queue's home and the nodes of the channels that use it: the messages of actors/queue/queue_messages.hpp
// as values. A `request` number pairs a question with its answer.
namespace warren::actors::wire {

using seq_range = std::pair<std::uint64_t, std::uint64_t>;  ///< inclusive

// ---- channel → queue

struct publish {
  channel_id from;
  std::uint64_t credit_bytes = 0;
  std::vector<publish_item> items;
};
struct consume {
  consumer_spec spec;
};
struct cancel {
  std::uint64_t request = 0;
  consumer_id consumer;
};
struct channel_gone {
  channel_id channel;
};
struct get {
  channel_id from;
  bool no_ack = false;
};
struct settle {
  std::uint8_t how = 0;  ///< actors::settlement
  std::vector<position> positions;
};
struct replenish {
  std::vector<std::pair<consumer_id, std::int64_t>> bytes;
};
struct grant {
  consumer_id consumer;
  std::uint32_t messages = 0;
};
struct ask_counts {
  std::uint64_t request = 0;
  bool declared = false;
};
struct purge {
  std::uint64_t request = 0;
};
struct check_delete {
  std::uint64_t request = 0;
  bool if_unused = false, if_empty = false;
};

// ---- queue → channel

struct published {
  channel_id to;
  std::uint64_t credit_bytes = 0;
  std::vector<seq_range> confirmed, refused;
};
struct deliver {
  std::vector<delivery> items;
};
struct consumed {
  consumer_id consumer;
  std::optional<error> failure;
};
struct got {
  channel_id to;
  std::uint64_t ready_left = 0;
  std::optional<delivery> message;
};
struct counted {
  std::uint64_t request = 0, ready = 0, consumers = 0;
};
struct purged {
  std::uint64_t request = 0, messages = 0;
};
struct delete_checked {
  std::uint64_t request = 0, messages = 0;
  std::optional<error> failure;
};
struct cancelled {
  std::uint64_t request = 0;  ///< 0: the queue cancelled it
  consumer_id consumer;
};
struct wants_grant {
  consumer_id consumer;
};
struct unused_grant {
  consumer_id consumer;
  std::uint32_t messages = 0;
};
struct queue_down {
  bool crashed = false;  ///< false: it was deleted
};

// ---- channel → channel (direct reply-to)

struct reply {
  channel_id to;
  std::string secret;
  message_ref content;
};
struct probe {  ///< is that reply consumer still there?
  std::uint64_t request = 0;
  channel_id channel;
  std::string secret;
};
struct probed {
  std::uint64_t request = 0;
  bool there = false;
};

// ---- later additions

struct limit_channel {  ///< basic.qos global: channel → queue
  std::uint64_t request = 0;
  channel_id channel;
  bool limited = false;
};
struct channel_limited {  ///< queue → channel
  std::uint64_t request = 0;
};

/// A frame's type on the wire is its index here: append only.
using frame =
    std::variant<publish, consume, cancel, channel_gone, get, settle, replenish, grant, ask_counts, purge, check_delete, published, deliver,
                 consumed, got, counted, purged, delete_checked, cancelled, wants_grant, unused_grant, queue_down, reply, probe, probed,
                 limit_channel, channel_limited>;

}  // namespace warren::actors::wire
