#include "node/ctl/commands/checks.hpp"
#include "node/ctl/commands/tables.hpp"
#include "node/ctl/run/banners.hpp"
#include "node/ctl/show/values.hpp"

namespace warren::ctl {
namespace {

constexpr column_spec vhost_columns[] = {
    {"name"}, {"description"}, {"tags", column_kind::atom}, {"default_queue_type"}, {"tracing"}, {"cluster_state", column_kind::pairs}};
constexpr option_spec add_options[] = {
    {.name = "description", .kind = option_kind::text, .value = "<description>", .help = "a text for operators"},
    {.name = "tags", .kind = option_kind::text, .value = "<tag1>,<tag2>", .help = "separated by commas"},
    {.name = "default-queue-type",
     .kind = option_kind::text,
     .value = "<quorum|classic|stream>",
     .help = "the type of queues that are declared without one"},
};
constexpr option_spec limit_options[] = {{.name = "global", .help = "those of all virtual hosts"}};

constexpr command_spec rows[] = {
    {.name = "add_vhost",
     .tools = tool::ctl,
     .in = section::virtual_hosts,
     .usage = "<vhost> [--description <description> --tags \"<tag1>,<tag2>,<...>\" --default-queue-type "
              "<quorum|classic|stream>]",
     .description = "Creates a virtual host",
     .args = {1, 1},
     .banner = "Adding vhost \"{1}\" ...",
     .options = add_options,
     .check = check_queue_type},
    {.name = "delete_vhost",
     .tools = tool::ctl,
     .in = section::virtual_hosts,
     .usage = "<vhost>",
     .description = "Deletes a virtual host",
     .args = {1, 1},
     .banner = "Deleting vhost \"{1}\" ..."},
    {.name = "list_vhosts",
     .tools = tool::ctl | tool::diagnostics,
     .in = section::access_control,
     .usage = "[--no-table-headers] [<column> ...]",
     .description = "Lists virtual hosts",
     .args = {0, -1},
     .banner = "Listing vhosts ...",
     .form = shape::table,
     .columns = vhost_columns,
     .default_columns = "name",
     .usage_shows_timeout = true,
     .default_timeout_s = 60},
    {.name = "set_vhost_tags",
     .tools = tool::ctl,
     .in = section::virtual_hosts,
     .usage = "<vhost> <tag> [...]",
     .description = "Sets virtual host tags",
     .args = {1, -1},
     .banner = "Setting tags for virtual host \"{1}\" to [{2..}] ..."},
    {.name = "restart_vhost",
     .tools = tool::ctl,
     .in = section::virtual_hosts,
     .usage = "[--vhost <vhost>]",
     .description = "Restarts a failed vhost data stores and queues",
     .banner = "Trying to restart vhost '{vhost}' on node '{node}' ...",
     .form = shape::text},
    {.name = "set_vhost_limits",
     .tools = tool::ctl,
     .in = section::virtual_hosts,
     .usage = "[--vhost <vhost>] <definition>",
     .description = "Sets virtual host limits",
     .args = {1, 1},
     .banner = "Setting vhost limits to \"{1}\" for vhost \"{vhost}\" ...",
     .details = "The definition is a JSON object with max-connections and max-queues; -1 means no limit, 0 forbids."},
    {.name = "clear_vhost_limits",
     .tools = tool::ctl,
     .in = section::virtual_hosts,
     .usage = "[--vhost <vhost>]",
     .description = "Clears virtual host limits",
     .banner = "Clearing vhost \"{vhost}\" limits ..."},
    {.name = "list_vhost_limits",
     .tools = tool::ctl | tool::diagnostics,
     .in = section::virtual_hosts,
     .usage = "[--vhost <vhost>] [--global] [--no-table-headers]",
     .description = "Displays configured virtual host limits",
     .form = shape::table,
     .options = limit_options,
     .show = show_limits,
     .make_banner = list_vhost_limits_banner},
    {.name = "trace_on",
     .tools = tool::ctl,
     .in = section::virtual_hosts,
     .usage = "[--vhost <vhost>]",
     .description = "Starts tracing: copies of messages go to the exchange amq.rabbitmq.trace",
     .banner = "Starting tracing for vhost \"{vhost}\" ...",
     .success = "Trace enabled for vhost {vhost}"},
    {.name = "trace_off",
     .tools = tool::ctl,
     .in = section::virtual_hosts,
     .usage = "[--vhost <vhost>]",
     .description = "Stops tracing",
     .banner = "Stopping tracing for vhost \"{vhost}\" ...",
     .success = "Trace disabled for vhost {vhost}"},
};

}  // namespace

std::span<const command_spec> vhost_commands() { return rows; }

}  // namespace warren::ctl
