#pragma once

#include <string>

#include "node/ctl/model/tool.hpp"

namespace warren::ctl {

// Files that are made from the table of commands.

/// For bash: completes commands, then the options and columns of the command.
[[nodiscard]] std::string bash_completion();
[[nodiscard]] std::string zsh_completion();
/// A page of section 8 in roff.
[[nodiscard]] std::string man_page(tool t);

/// `what` is bash, zsh or man; `directory` gets the files. An exit code.
int write_generated(const std::string& what, const std::string& directory);

}  // namespace warren::ctl
