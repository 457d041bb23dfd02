#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "node/ctl/model/command.hpp"

namespace warren::ctl {

/// Every command of every tool, sorted by name.
[[nodiscard]] std::span<const command_spec> all_commands();
/// nullptr: this tool has no such command.
[[nodiscard]] const command_spec* find_command(tool t, std::string_view name);
/// The tool's commands of one section, sorted by name.
[[nodiscard]] std::vector<const command_spec*> commands_in(tool t, section s);
/// The name that was probably meant, by the measure that RabbitMQ's tools use.
[[nodiscard]] std::optional<std::string_view> suggestion(tool t, std::string_view typed);

}  // namespace warren::ctl
