#pragma once

#include "node/ctl/run/session.hpp"

namespace warren::ctl {

/// add_user, change_password, authenticate_user: without a password on the line it is read from standard input.
int run_with_password(session& s);

}  // namespace warren::ctl
