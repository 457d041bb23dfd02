#pragma once

#include "node/ctl/run/session.hpp"

namespace warren::ctl {

/// reset, force_reset and join_cluster: the node empties its data directory and begins again, and answers then. A link in TLS does not
/// outlive that (its keys die with the process): the tool waits for the node's next life and sees there what became of it.
int run_into_next_life(session& s);

}  // namespace warren::ctl
