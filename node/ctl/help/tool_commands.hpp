#pragma once

#include "node/ctl/run/session.hpp"

namespace warren::ctl {

// Commands that the tool answers by itself.
int run_help(session& s);
int run_version(session& s);
/// The commands that begin with a prefix, one a line: what the completion scripts ask.
int run_autocomplete(session& s);

/// The version of RabbitMQ whose interface this is.
inline constexpr char interface_version[] = "3.10.8";

}  // namespace warren::ctl
