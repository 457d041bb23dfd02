#pragma once

#include <caf/all.hpp>
#include <chrono>

namespace warren::distribution {

/// What the actor system of a node needs for links, before it is made: BASP, the two message types that cross links,
/// and heartbeats. A silent peer is given up after net_ticktime (a heartbeat every quarter of it), 60 s as Erlang's by
/// default.
void configure_links(caf::actor_system_config& config, std::chrono::milliseconds net_ticktime);

}  // namespace warren::distribution
