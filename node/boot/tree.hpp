#pragma once

#include <caf/all.hpp>
#include <functional>

#include "actors/control/command_actor.hpp"
#include "actors/runtime/services.hpp"
#include "distribution/network.hpp"
#include "node/boot/storage_boot.hpp"
#include "node/config/node_config.hpp"
#include "supervision/child_spec.hpp"

namespace warren::node {

/// The whole tree of the node, on one page:
///
///     node (one_for_all 0/1; when it ends the process ends)
///     ├ infra      rest_for_one 3/60     store · log · alarms
///     ├ control    rest_for_one 10/60    relay · sessions → session → command                     (actors/control)
///     ├ net        rest_for_one 5/60     links · link listener · port mapper                      (distribution)
///     ├ cluster    rest_for_one 2/300    metadata
///     ├ vhosts     simple_one_for_one    vhost → queues → queue          (actors/vhost)
///     └ listeners  one_for_one 10/60     amqp … → connections → connection → channel · acceptor   (actors/listener)
///
/// `keep_listeners` is given the listeners supervisor: its children are added once the node can serve.
[[nodiscard]] supervision::supervisor_spec node_tree(actors::node_services& services, storage_boot& storage, const node_config& config,
                                                     std::function<void(caf::actor)> keep_listeners,
                                                     actors::control_environment& control, distribution::network& network);

}  // namespace warren::node
