#include "node/ctl/help/tool_commands.hpp"

#include "node/ctl/commands/tables.hpp"

namespace warren::ctl {
namespace {

constexpr tool_set everywhere = tool_set(tool::ctl) | tool::diagnostics | tool::queues | tool::plugins | tool::upgrade;
constexpr option_spec help_options[] = {{.name = "list-commands", .help = "the names of all commands, one a line"}};

constexpr command_spec rows[] = {
    {.name = "help",
     .tools = everywhere,
     .in = section::help,
     .usage = "(<command> | [--list-commands])",
     .description = "Displays usage information for a command",
     .args = {0, -1},
     .app = app_need::any,
     .options = help_options,
     .run = run_help},
    {.name = "version",
     .tools = everywhere,
     .in = section::help,
     .description = "Displays CLI tools version",
     .app = app_need::any,
     .run = run_version},
    {.name = "autocomplete",
     .tools = everywhere,
     .in = section::help,
     .usage = "[prefix]",
     .description = "Provides command name autocomplete variants",
     .args = {0, -1},
     .app = app_need::any,
     .run = run_autocomplete},
};

}  // namespace

std::span<const command_spec> tool_commands() { return rows; }

}  // namespace warren::ctl
