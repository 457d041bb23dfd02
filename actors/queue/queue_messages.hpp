#pragma once

#include <caf/all.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/ids.hpp"
#include "core/base/result.hpp"
#include "core/queue/queue_types.hpp"

// What queues and channels say to each other. All are local-only types (caf-notes.md); a batch is one message, so that the
// hot path never sends an actor message per AMQP message.
namespace warren::actors {

using seq_range = std::pair<std::uint64_t, std::uint64_t>;  ///< first and last, inclusive

// ---- channel → queue

/// Messages in order from one channel; answered by publish_done when they are safe as far as their kind promises.
struct queue_publish {
  channel_id from;  ///< none: nobody waits for an answer (dead letters)
  std::vector<publish_item> items;
  std::uint64_t credit_bytes = 0;  ///< given back in publish_done
};
/// Answered by consume_answer; deliveries follow it, never precede it.
struct queue_consume {
  consumer_spec spec;
  caf::actor channel;
};
struct queue_cancel {
  consumer_id consumer;
};
/// The channel is over: its consumers go, what it has not settled is requeued, before anything that another channel says
/// after it has heard of the end.
struct queue_channel_gone {
  channel_id channel;
};
struct queue_get {
  channel_id from;
  caf::actor channel;
  bool no_ack = false;
};
enum class settlement : std::uint8_t { ack, requeue, reject };
struct queue_settle {
  settlement how = settlement::ack;
  std::vector<position> positions;
};
/// Bytes that have left for the consumers' sockets.
struct queue_replenish {
  std::vector<std::pair<consumer_id, std::int64_t>> bytes;
};
struct queue_grant {
  consumer_id consumer;
  std::uint32_t messages = 0;
};
/// basic.qos global: this channel's consumers deliver against grants, or no longer. Answered by queue_limited, behind
/// everything that was delivered before.
struct queue_limit_channel {
  channel_id channel;
  bool limited = false;
};
struct queue_ask_counts {
  bool declared = false;  ///< the asker declares the queue: x-expires starts anew
};
struct queue_purge {};
/// if-unused and if-empty of queue.delete; answered by delete_answer. From then on the queue refuses consumers.
struct queue_check_delete {
  bool if_unused = false;
  bool if_empty = false;
};

// ---- queue → channel

struct publish_done {
  queue_id queue;
  channel_id to;  ///< a channel that was opened anew ignores what is meant for its predecessor
  std::uint64_t credit_bytes = 0;
  std::vector<seq_range> confirmed, refused;
};
struct queue_deliver {
  queue_id queue;
  std::vector<delivery> items;
};
struct consume_answer {
  consumer_id consumer;
  std::optional<error> failure;
};
struct get_answer {
  std::optional<delivery> message;
  std::uint64_t ready_left = 0;
  channel_id to;  ///< a channel that was opened anew ignores what is meant for its predecessor
};
struct counts_answer {
  std::uint64_t ready = 0;
  std::uint64_t consumers = 0;
};
struct purge_answer {
  std::uint64_t messages = 0;
};
struct delete_answer {
  std::uint64_t messages = 0;
  std::optional<error> failure;
};
/// The consumer is gone because its queue is: basic.cancel to a client that understands it.
struct consumer_cancelled {
  consumer_id consumer;
};
struct queue_limited {};
struct consumer_wants_grant {
  queue_id queue;
  consumer_id consumer;
};
struct consumer_unused_grant {
  consumer_id consumer;
  std::uint32_t messages = 0;
};

}  // namespace warren::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::queue_publish)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::queue_consume)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::queue_cancel)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::queue_channel_gone)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::queue_get)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::queue_settle)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::queue_replenish)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::queue_grant)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::queue_limit_channel)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::queue_limited)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::queue_ask_counts)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::queue_purge)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::queue_check_delete)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::publish_done)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::queue_deliver)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::consume_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::get_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::counts_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::purge_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::delete_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::consumer_cancelled)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::consumer_wants_grant)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::consumer_unused_grant)
