#pragma once

#include <caf/all.hpp>
#include <string>

#include "actors/runtime/services.hpp"
#include "node/config/node_config.hpp"

namespace warren::node {

/// What a node holds before it listens: definitions (at every start, when configured), or on a blank node the default vhost,
/// user and permissions (config.md, "Definitions"). "" or what is wrong.
[[nodiscard]] std::string load_first_contents(const node_config& config, actors::node_services& services, caf::scoped_actor& self);

}  // namespace warren::node
