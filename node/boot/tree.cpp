#include "node/boot/tree.hpp"

#include "actors/alarms/alarm_actor.hpp"
#include "actors/metadata/metadata_actor.hpp"
#include "actors/vhost/vhost_tree.hpp"
#include "supervision/guarded.hpp"
#include "supervision/supervisor.hpp"

namespace warren::node {

namespace {

using supervision::child_spec;
using supervision::start_context;
using supervision::strategy;
using supervision::supervisor_spec;

/// The supervisor, remembered at each of its starts.
child_spec remembered(supervisor_spec spec, std::function<void(caf::actor)> keep) {
  child_spec child = supervision::supervisor_child(std::move(spec));
  child.start = [keep = std::move(keep), start = std::move(child.start)](start_context& c) {
    caf::actor supervisor = start(c);
    keep(supervisor);
    return supervisor;
  };
  return child;
}

supervisor_spec infra(actors::node_services& services, storage_boot& storage, const node_config& config) {
  return {"infra",
          {.strategy = strategy::rest_for_one, .intensity = 3, .period_ms = 60'000},
          {storage.store_child(services), storage.log_child(services),
           supervision::worker("alarms", "alarms", [&services, data_dir = config.data_dir](start_context& c) {
             caf::actor alarms = c.supervisor->spawn(actors::alarm_actor, &services, actors::system_probe(data_dir), std::move(c.where));
             return alarms;
           })}};
}

supervisor_spec cluster(actors::node_services& services, storage_boot& storage) {
  return {"cluster",
          {.strategy = strategy::rest_for_one, .intensity = 2, .period_ms = 300'000},
          {supervision::worker("metadata", "metadata", [&services, &storage](start_context& c) {
            caf::actor metadata = c.supervisor->spawn<actors::metadata_actor>(std::move(c.where), services, storage.logged_commands());
            services.metadata_actor.set(metadata);
            return metadata;
          })}};
}

}  // namespace

supervisor_spec node_tree(actors::node_services& services, storage_boot& storage, const node_config& config,
                          std::function<void(caf::actor)> keep_listeners) {
  // With stop_node a virtual host that gave up is permanent, and there is no patience for it: the tree ends.
  const unsigned vhost_intensity = services.options.vhost_failure_stops_node ? 0 : 3;
  supervisor_spec vhosts{"vhosts",
                         {.strategy = strategy::simple_one_for_one, .intensity = vhost_intensity, .period_ms = 300'000},
                         {actors::vhost_template(services)}};
  supervisor_spec listeners{"listeners", {.strategy = strategy::one_for_one, .intensity = 10, .period_ms = 60'000}, {}};
  return {"node",
          {.strategy = strategy::one_for_all, .intensity = 0, .period_ms = 1000},
          {supervision::supervisor_child(infra(services, storage, config)), supervision::supervisor_child(cluster(services, storage)),
           remembered(std::move(vhosts), [&services](caf::actor a) { services.vhost_supervisor.set(std::move(a)); }),
           remembered(std::move(listeners), std::move(keep_listeners))}};
}

}  // namespace warren::node
