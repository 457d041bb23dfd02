#pragma once

#include "node/ctl/run/session.hpp"

namespace warren::ctl {

/// Items as they come, until --duration is over or the reader goes away.
int run_log_stream(session& s);

}  // namespace warren::ctl
