#pragma once

#include <span>
#include <string>
#include <variant>
#include <vector>

#include "node/ctl/line/surroundings.hpp"
#include "node/ctl/model/invocation.hpp"

namespace warren::ctl {

/// `help`, `help list_queues`, `--help`: `about` is the command's name, empty for the list of all.
struct help_request {
  std::string about;
};
struct version_request {};
/// No command was given, or one that this tool does not have.
struct unknown_command {
  std::string word;  ///< empty: none was given
};
/// The line names a command, but it is not well-formed for it.
struct bad_line {
  usage_error why;
};
/// The name after -n cannot be one: `Error: operation status failed due to invalid node name (node: …, reason: short).`
struct bad_node_name {
  std::string node;
  std::string reason;  ///< `short`, `long`, or a text
};

struct parsed_line {
  invocation what;  ///< as far as the line could be understood
  std::variant<std::monostate, help_request, version_request, unknown_command, bad_line, bad_node_name> instead;
};

/// `words` is argv without the program. Finds everything that is wrong with the line before any node is asked, in the
/// order in which RabbitMQ's tools complain.
[[nodiscard]] parsed_line parse_line(std::string_view program, std::span<const std::string> words, const surroundings& around);

}  // namespace warren::ctl
