#include "node/boot/tree.hpp"

#include "actors/alarms/alarm_actor.hpp"
#include "actors/control/control_tree.hpp"
#include "actors/logging/log.hpp"
#include "actors/metadata/metadata_actor.hpp"
#include "actors/raft/raft_host_actor.hpp"
#include "actors/remote/remote_tree.hpp"
#include "actors/storage/fatal_error.hpp"
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
             services.alarm_actor.set(alarms);
             return alarms;
           })}};
}

/// The member of the metadata group begins once with what is on the disk. If it is lost while the node runs, its promises are not
/// known any more: the process ends, as after a failed sync.
supervision::child_spec raft_child(actors::node_services& services, storage_boot& storage, distribution::network& network) {
  return supervision::worker("raft", "raft", [&services, &storage, &network, started = std::make_shared<bool>(false)](start_context& c) {
    if (std::exchange(*started, true)) {
      actors::stop_logging();  // with the crash report that says why
      actors::end_process("the Raft host ended while the node was running; start the node again");
    }
    caf::actor raft = c.supervisor->spawn<actors::raft_host_actor>(std::move(c.where), services, &network,
                                                                   actors::raft_identity{storage.incarnation()});
    services.raft_actor.set(raft);
    caf::anon_send(raft, storage.metadata_member());
    return raft;
  });
}

supervisor_spec cluster(actors::node_services& services, storage_boot& storage, distribution::network& network) {
  std::vector<child_spec> children{raft_child(services, storage, network),
                                   supervision::worker("metadata", "metadata", [&services](start_context& c) {
                                     caf::actor metadata = c.supervisor->spawn<actors::metadata_actor>(std::move(c.where), services);
                                     services.metadata_actor.set(metadata);
                                     return metadata;
                                   })};
  for (child_spec& gateway : actors::gateway_children(services)) children.push_back(std::move(gateway));
  return {"cluster", {.strategy = strategy::rest_for_one, .intensity = 2, .period_ms = 300'000}, std::move(children)};
}

}  // namespace

supervisor_spec node_tree(actors::node_services& services, storage_boot& storage, const node_config& config,
                          std::function<void(caf::actor)> keep_listeners, actors::control_environment& control,
                          distribution::network& network) {
  // With stop_node a virtual host that gave up is permanent, and there is no patience for it: the tree ends.
  const unsigned vhost_intensity = services.options.vhost_failure_stops_node ? 0 : 3;
  supervisor_spec vhosts{"vhosts",
                         {.strategy = strategy::simple_one_for_one, .intensity = vhost_intensity, .period_ms = 300'000},
                         {actors::vhost_template(services)}};
  supervisor_spec listeners{"listeners", {.strategy = strategy::one_for_one, .intensity = 10, .period_ms = 60'000}, {}};
  return {"node",
          {.strategy = strategy::one_for_all, .intensity = 0, .period_ms = 1000},
          {supervision::supervisor_child(infra(services, storage, config)), actors::control_child(control),
           supervision::supervisor_child(network.tree()), supervision::supervisor_child(cluster(services, storage, network)),
           remembered(std::move(vhosts), [&services](caf::actor a) { services.vhost_supervisor.set(std::move(a)); }),
           remembered(std::move(listeners), std::move(keep_listeners))}};
}

}  // namespace warren::node
