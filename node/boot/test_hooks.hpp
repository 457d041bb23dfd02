#pragma once

#include <caf/all.hpp>
#include <string>

namespace warren::node {

/// For tests of the real program only, and only when the environment variable WARREN_TEST_HOOKS names a FIFO: a thread reads
/// lines from it.
///
///     crash PATH     makes the actor at PATH of the supervision tree throw (`node/vhosts/%2F/queues/q1`)
///     tree FILE      writes the tree as JSON to FILE (to FILE.tmp first, then renamed)
///
/// Without the variable nothing is started and no actor can be made to throw.
void start_test_hooks(caf::actor_system& system, const caf::actor& root);

}  // namespace warren::node
