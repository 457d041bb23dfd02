#pragma once

#include <vector>

#include "actors/runtime/services.hpp"
#include "supervision/child_spec.hpp"

namespace warren::actors {

/// The gateways of a node that has a transport: children of `cluster`, behind the transport and the metadata. Both may be
/// started anew at any time: what lives on streams ends with them, as if every link had been lost for a moment.
[[nodiscard]] std::vector<supervision::child_spec> gateway_children(node_services& services);

}  // namespace warren::actors
