#pragma once

#include <string>

#include "node/ctl/link/node_dialer.hpp"

namespace warren::ctl {

/// The message for a node that cannot be reached: RabbitMQ's text, with what was found out about the node. Ends with an
/// empty line.
[[nodiscard]] std::string unreachable_text(const dial_failure& f, const std::string& home);

}  // namespace warren::ctl
