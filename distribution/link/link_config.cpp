#include "distribution/link/link_config.hpp"

#include <caf/io/all.hpp>

#include "distribution/link/link_messages.hpp"

namespace warren::distribution {

void configure_links(caf::actor_system_config& config, std::chrono::milliseconds net_ticktime) {
  config.load<caf::io::middleman>();
  config.add_message_type<link_greeting>("warren.link_greeting");
  config.add_message_type<link_envelope>("warren.link_envelope");
  config.set("middleman.heartbeat-interval", caf::timespan{net_ticktime / 4});
  config.set("middleman.connection-timeout", caf::timespan{net_ticktime});
  // Batches are one copy to deserialise: handing them to workers costs more, and DOWN could overtake what came before
  // it.
  config.set("middleman.workers", std::size_t{0});
}

}  // namespace warren::distribution
