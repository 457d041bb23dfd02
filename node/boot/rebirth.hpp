#pragma once

#include <optional>
#include <string>
#include <variant>

#include "actors/control/control_result.hpp"

namespace warren::node {

/// A node that is reset or joins a cluster is another node afterwards, with another incarnation: the process empties its data
/// directory and executes its program again, under the same pid. The descriptor of the tool that asked stays open, and whoever
/// the process is then gives the answer. (Nothing of the old life can be left over that way, and a crash in between leaves
/// a blank node, which can simply be asked again.)
struct rebirth {
  std::string seed;        ///< join its cluster; empty: a node alone
  bool ram = false;
  int answer_to = -1;      ///< -1: nobody waits
};

/// Keeps what main() was given. Before any other call.
void remember_program(int argc, char** argv);

/// Removes everything in the data directory and executes the program anew; the application stays stopped in its next life. The caller
/// has seen to it that nothing writes there any more. Returns only when that failed: why.
[[nodiscard]] std::string begin_again(const std::string& data_dir, const rebirth& how);

/// What this process was begun again for; once.
[[nodiscard]] std::optional<rebirth> take_rebirth();

/// Answers the tool that waits, and closes its socket.
void answer_tool(const rebirth& how, const actors::control_outcome& outcome);

}  // namespace warren::node
