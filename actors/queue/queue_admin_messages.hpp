#pragma once

#include <caf/all.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/ids.hpp"
#include "core/metadata/records.hpp"
#include "core/queue/queue_machine.hpp"

// What the node says to its queues: their end, a changed policy, less memory, questions.
namespace warren::actors {

/// The queue was deleted: tell its consumers, drop its storage, end normally.
struct queue_dispose {};
/// A policy changed what is in force.
struct queue_new_record {
  queue_in_force_ptr in_force;
};
/// The node's memory limits changed (alarm_board::paging).
struct queue_memory_pressure {};
/// Answered by queue_status.
struct queue_ask_status {
  bool with_consumers = false;
};
struct queue_consumer_info {
  consumer_id id;
  channel_id channel;
  std::string tag;
  bool ack_required = false, active = false, has_credit = false;
  std::uint32_t prefetch = 0;
  field_table arguments;
};
struct queue_status {
  queue_ptr record;
  queue_in_force_ptr in_force;
  queue_machine::counts counts;
  queue_ledger ledger;
  std::optional<consumer_id> active_consumer, exclusive_consumer;
  std::uint64_t disk_reads = 0, disk_writes = 0;  ///< messages, since the actor started
  std::vector<queue_consumer_info> consumers;     ///< when asked for, in the order of subscription
};
/// The node stops: everything decided goes out, the store learns what recovery cannot see; answered by queue_stopped.
struct queue_stop_cleanly {
  caf::actor reply_to;
};
struct queue_stopped {};

}  // namespace warren::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::queue_dispose)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::queue_new_record)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::queue_memory_pressure)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::queue_ask_status)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::queue_status)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::queue_stop_cleanly)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::queue_stopped)
