#pragma once

#include <string>
#include <string_view>

#include "node/ctl/model/invocation.hpp"

namespace warren::ctl {

/// `rabbitmqctl [--node <node>] [--longnames] [--quiet] list_queues …`
[[nodiscard]] std::string usage_line(std::string_view program, const command_spec& c);
/// Behind an error of usage: the arguments given and the usage line.
[[nodiscard]] std::string usage_reminder(const invocation& i, bool terminal);
/// The list of all commands of a tool, by section.
[[nodiscard]] std::string all_help(std::string_view program, tool t, bool terminal);
/// `help COMMAND`.
[[nodiscard]] std::string command_help(std::string_view program, const command_spec& c, bool terminal);
/// `Command 'x' not found.` and what to do about it.
[[nodiscard]] std::string unknown_command_text(std::string_view program, tool t, std::string_view word, bool terminal);

}  // namespace warren::ctl
