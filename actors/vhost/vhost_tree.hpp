#pragma once

#include <caf/all.hpp>
#include <memory>
#include <string>
#include <unordered_map>

#include "actors/queue/queue_actor.hpp"
#include "actors/runtime/services.hpp"
#include "supervision/child_spec.hpp"

namespace warren::actors {

/// What recovery found, by queue; taken out as the queues start for the first time.
using recovered_queues = std::unordered_map<queue_id, recovered_queue>;

/// The template of the vhosts supervisor (simple_one_for_one; args: std::string, the vhost's name):
///
///     vhost (one_for_all 2/300) ├ queues (simple_one_for_one 5/10 s, delay 10 s) → queue …
///                               └ keeper: after every (re)start of `queues` it starts what the metadata has there
[[nodiscard]] supervision::child_spec vhost_template(node_services& services);

/// Ends the vhost's part of the tree.
void stop_vhost(caf::event_based_actor& self, node_services& services, const std::string& name);

}  // namespace warren::actors
