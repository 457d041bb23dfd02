#pragma once

#include <optional>

#include "node/ctl/run/session.hpp"

namespace warren::ctl {

// Commands that watch the node's process: by a pid file, or by the pid that the node tells.
int run_stop(session& s);
int run_shutdown(session& s);
int run_wait(session& s);
[[nodiscard]] std::optional<usage_error> check_wait(const invocation& i);

}  // namespace warren::ctl
