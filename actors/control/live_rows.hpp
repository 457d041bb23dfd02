#pragma once

#include <caf/all.hpp>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "actors/connection/connection_messages.hpp"
#include "actors/control/columns.hpp"
#include "actors/queue/queue_admin_messages.hpp"
#include "core/metadata/topology.hpp"

namespace warren::actors {

// Pure: what queues, connections and channels say about themselves as rows of the list commands.

struct queue_item {
  const queue_state* declared = nullptr;
  const queue_status* status = nullptr;  ///< null: it did not answer, or was not asked
  std::string pid, owner_pid;            ///< "" = none
  std::string exclusive_consumer_pid, exclusive_consumer_tag;
  std::string_view state = "running";
};
[[nodiscard]] std::span<const column<queue_item>> queue_columns();
/// Whether some column needs the queue's own answer.
[[nodiscard]] bool needs_status(const columns<queue_item>& chosen);
/// Bytes that a queue takes: what it holds in memory, and its actor.
[[nodiscard]] std::uint64_t queue_memory_bytes(const queue_status& status);

struct connection_item {
  const connection_info* info = nullptr;
  std::string pid;
};
[[nodiscard]] std::span<const column<connection_item>> connection_columns();

struct channel_item_row {
  const channel_info* info = nullptr;
  std::string pid, connection_pid;
};
[[nodiscard]] std::span<const column<channel_item_row>> channel_columns();

struct consumer_item {
  const queue_record* queue = nullptr;
  const queue_consumer_info* consumer = nullptr;
  std::string channel_pid;
};
[[nodiscard]] std::span<const column<consumer_item>> consumer_columns();

}  // namespace warren::actors
