#include "node/ctl/commands/tables.hpp"
#include "node/ctl/run/banners.hpp"
#include "node/ctl/show/plugins.hpp"

namespace warren::ctl {
namespace {

constexpr option_spec list_options[] = {
    {.name = "verbose", .letter = 'v', .help = "shows all plugin details"},
    {.name = "minimal", .letter = 'm', .help = "shows plugin names only"},
    {.name = "enabled", .letter = 'E', .help = "lists only those explicitly enabled"},
    {.name = "implicitly-enabled", .letter = 'e', .help = "lists enabled plugins and their dependencies"},
};
constexpr option_spec where_options[] = {
    {.name = "offline", .help = "do not contact the target node"},
    {.name = "online", .help = "contact the target node"},
};

constexpr command_spec rows[] = {
    {.name = "list",
     .tools = tool::plugins,
     .in = section::plugins,
     .usage = "[pattern] [--verbose] [--minimal] [--enabled] [--implicitly-enabled]",
     .description = "Lists plugins and their state",
     .args = {0, 1},
     .form = shape::text,
     .options = list_options,
     .show = show_plugins,
     .make_banner = list_plugins_banner,
     .run = run_list_plugins},
    {.name = "is_enabled",
     .tools = tool::plugins | tool::diagnostics,
     .in = section::plugins,
     .usage = "<plugin1> [ <plugin2>] [--offline] [--online]",
     .description = "Health check that exits with a non-zero code if provided plugins are not enabled on target node",
     .args = {1, -1},
     .form = shape::text,
     .options = where_options,
     .make_banner = is_enabled_banner,
     .run = run_is_enabled},
    {.name = "directories",
     .tools = tool::plugins,
     .in = section::plugins,
     .usage = "[--offline] [--online]",
     .description = "Displays plugin directory and enabled plugin file paths",
     .banner = "Listing plugin directories used by node {node}",
     .form = shape::text,
     .options = where_options,
     .show = show_plugin_directories,
     .run = run_plugin_directories},
};

}  // namespace

std::span<const command_spec> plugin_commands() { return rows; }

}  // namespace warren::ctl
