#include "node/ctl/commands/tables.hpp"

namespace warren::ctl {
namespace {

constexpr column_spec columns[] = {{"component"}, {"name"}, {"value"}};
constexpr column_spec global_columns[] = {{"name"}, {"value"}};

constexpr command_spec rows[] = {
    {.name = "set_parameter",
     .tools = tool::ctl,
     .in = section::parameters,
     .usage = "[--vhost <vhost>] <component_name> <name> <value>",
     .description = "Sets a runtime parameter.",
     .args = {3, 3},
     .banner = "Setting runtime parameter \"{2}\" for component \"{1}\" to \"{3}\" in vhost \"{vhost}\" ..."},
    {.name = "clear_parameter",
     .tools = tool::ctl,
     .in = section::parameters,
     .usage = "[--vhost <vhost>] <component_name> <name>",
     .description = "Clears a runtime parameter.",
     .args = {2, 2},
     .banner = "Clearing runtime parameter \"{2}\" for component \"{1}\" on vhost \"{vhost}\" ..."},
    {.name = "list_parameters",
     .tools = tool::ctl | tool::diagnostics,
     .in = section::parameters,
     .usage = "[--vhost <vhost>] [--no-table-headers]",
     .description = "Lists runtime parameters for a virtual host",
     .banner = "Listing runtime parameters for vhost \"{vhost}\" ...",
     .form = shape::table,
     .columns = columns,
     .usage_shows_timeout = true,
     .default_timeout_s = 60},
    {.name = "set_global_parameter",
     .tools = tool::ctl,
     .in = section::parameters,
     .usage = "<name> <value>",
     .description = "Sets a runtime parameter.",
     .args = {2, 2},
     .banner = "Setting global runtime parameter \"{1}\" to \"{2}\" ..."},
    {.name = "clear_global_parameter",
     .tools = tool::ctl,
     .in = section::parameters,
     .usage = "<name>",
     .description = "Clears a global runtime parameter",
     .args = {1, 1},
     .banner = "Clearing global runtime parameter \"{1}\" ..."},
    {.name = "list_global_parameters",
     .tools = tool::ctl | tool::diagnostics,
     .in = section::parameters,
     .usage = "[--no-table-headers]",
     .description = "Lists global runtime parameters",
     .banner = "Listing global runtime parameters ...",
     .form = shape::table,
     .columns = global_columns,
     .usage_shows_timeout = true,
     .default_timeout_s = 60},
};

}  // namespace

std::span<const command_spec> parameter_commands() { return rows; }

}  // namespace warren::ctl
