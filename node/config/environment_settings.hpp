#pragma once

#include "node/config/environment.hpp"
#include "node/config/load_config.hpp"

namespace warren::node {

/// Puts what the environment says over what the files said (config.md, "Environment variables").
void apply_environment(node_config& config, const environment& variables, loaded_config& problems);

}  // namespace warren::node
