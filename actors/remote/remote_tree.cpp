#include "actors/remote/remote_tree.hpp"

#include "actors/remote/channel_gateway_actor.hpp"
#include "actors/remote/queue_gateway_actor.hpp"

namespace warren::actors {

std::vector<supervision::child_spec> gateway_children(node_services& services) {
  using supervision::start_context;
  return {
      supervision::worker("queue gateway", "queue gateway",
                          [&services](start_context& c) { return c.supervisor->spawn<queue_gateway_actor>(std::move(c.where), services); }),
      supervision::worker("channel gateway", "channel gateway", [&services](start_context& c) {
        caf::actor gateway = c.supervisor->spawn<channel_gateway_actor>(std::move(c.where), services);
        services.channel_gateway.set(gateway);
        return gateway;
      })};
}

}  // namespace warren::actors
