#pragma once

#include "node/ctl/run/session.hpp"

namespace warren::ctl {

// Files are read and written by the tool: they are of the operator's machine, not of the node's.
int run_export(session& s);
int run_import(session& s);

}  // namespace warren::ctl
