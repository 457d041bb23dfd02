#pragma once

#include "node/ctl/run/session.hpp"

namespace warren::ctl {

int run_eval_file(session& s);

}  // namespace warren::ctl
