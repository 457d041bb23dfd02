#pragma once

#include "node/ctl/run/session.hpp"

namespace warren::ctl {

/// A node that cannot be reached is no accident here: one line instead of the diagnostics.
int run_ping(session& s);
int run_nothing(session& s);

}  // namespace warren::ctl
