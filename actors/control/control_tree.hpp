#pragma once

#include <memory>

#include "actors/control/command_actor.hpp"
#include "supervision/child_spec.hpp"

namespace warren::actors {

/// The control service, as a child of the node's root:
///
///     control (rest_for_one 10/60) ├ relay                                      links to other nodes
///                                  └ sessions (simple_one_for_one, temporary) → session → command
[[nodiscard]] supervision::child_spec control_child(control_environment& environment);

/// A tool has been authenticated: takes over its socket. Thread-safe. False: the service is not up, the socket is
/// closed.
bool serve_control(control_environment& environment, int fd);

}  // namespace warren::actors
