#include "node/ctl/commands/tables.hpp"
#include "node/ctl/run/banners.hpp"
#include "node/ctl/show/values.hpp"

namespace warren::ctl {
namespace {

constexpr column_spec of_vhost[] = {{"user"}, {"configure"}, {"write"}, {"read"}};
constexpr column_spec of_user[] = {{"vhost"}, {"configure"}, {"write"}, {"read"}};
constexpr column_spec topic_of_vhost[] = {{"user"}, {"exchange"}, {"write"}, {"read"}};
constexpr column_spec topic_of_user[] = {{"vhost"}, {"exchange"}, {"write"}, {"read"}};

constexpr command_spec rows[] = {
    {.name = "set_permissions",
     .tools = tool::ctl,
     .in = section::access_control,
     .usage = "[--vhost <vhost>] <username> <conf> <write> <read>",
     .description = "Sets user permissions for a vhost",
     .args = {4, 4},
     .banner = "Setting permissions for user \"{1}\" in vhost \"{vhost}\" ...",
     .details = "Three regular expressions say which names the user may configure, write to and read from. An empty "
                "one matches nothing."},
    {.name = "clear_permissions",
     .tools = tool::ctl,
     .in = section::access_control,
     .usage = "[--vhost <vhost>] <username>",
     .description = "Revokes user permissions for a vhost",
     .args = {1, 1},
     .banner = "Clearing permissions for user \"{1}\" in vhost \"{vhost}\" ..."},
    {.name = "list_permissions",
     .tools = tool::ctl | tool::diagnostics,
     .in = section::access_control,
     .usage = "[--vhost <vhost>] [--no-table-headers]",
     .description = "Lists user permissions in a virtual host",
     .banner = "Listing permissions for vhost \"{vhost}\" ...",
     .form = shape::table,
     .columns = of_vhost,
     .usage_shows_timeout = true,
     .default_timeout_s = 60},
    {.name = "list_user_permissions",
     .tools = tool::ctl | tool::diagnostics,
     .in = section::access_control,
     .usage = "[--no-table-headers] <username>",
     .description = "Lists permissions of a user across all virtual hosts",
     .args = {1, 1},
     .banner = "Listing permissions for user \"{1}\" ...",
     .form = shape::table,
     .columns = of_user,
     .usage_shows_timeout = true,
     .default_timeout_s = 60},
    {.name = "set_topic_permissions",
     .tools = tool::ctl,
     .in = section::access_control,
     .usage = "[--vhost <vhost>] <username> <exchange> <write> <read>",
     .description = "Sets user topic permissions for an exchange",
     .args = {4, 4},
     .banner = "Setting topic permissions on \"{2}\" for user \"{1}\" in vhost \"{vhost}\" ...",
     .details = "The patterns match routing keys; {username}, {vhost} and {client_id} in them are expanded."},
    {.name = "clear_topic_permissions",
     .tools = tool::ctl,
     .in = section::access_control,
     .usage = "[--vhost <vhost>] <username> [<exchange>]",
     .description = "Clears user topic permissions for a vhost or exchange",
     .args = {1, 2},
     .make_banner = clear_topic_permissions_banner},
    {.name = "list_topic_permissions",
     .tools = tool::ctl | tool::diagnostics,
     .in = section::access_control,
     .usage = "[--vhost <vhost>] [--no-table-headers]",
     .description = "Lists topic permissions in a virtual host",
     .banner = "Listing topic permissions for vhost \"{vhost}\" ...",
     .form = shape::table,
     .columns = topic_of_vhost,
     .usage_shows_timeout = true,
     .default_timeout_s = 60},
    {.name = "list_user_topic_permissions",
     .tools = tool::ctl | tool::diagnostics,
     .in = section::access_control,
     .usage = "[--no-table-headers] <username>",
     .description = "Lists user topic permissions",
     .args = {1, 1},
     .banner = "Listing topic permissions for user \"{1}\" ...",
     .form = shape::table,
     .columns = topic_of_user,
     .usage_shows_timeout = true,
     .default_timeout_s = 60,
     .show = show_rows_without_headers},
};

}  // namespace

std::span<const command_spec> permission_commands() { return rows; }

}  // namespace warren::ctl
