#pragma once

#include <caf/all.hpp>
#include <vector>

#include "actors/runtime/services.hpp"
#include "core/message/message.hpp"
#include "core/queue/queue_types.hpp"
#include "core/routing/route.hpp"

namespace warren::actors {

/// Sends a queue's dead messages on their way through its dead letter exchange: routed on the newest topology, cycles
/// left out, unconfirmed (at most once, as classic queues do it). A missing exchange drops them.
class dead_letter_publisher {
 public:
  dead_letter_publisher(node_services& services, queue_ptr queue) : services_(services), queue_(std::move(queue)) {}

  void publish(caf::event_based_actor& self, const queue_settings& settings, const std::vector<dead_letter>& letters, time_ms now);

 private:
  node_services& services_;
  queue_ptr queue_;
  std::uint64_t random_ = 0x9E3779B97F4A7C15ull;
};

}  // namespace warren::actors
