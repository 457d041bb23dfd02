#include "node/ctl/commands/checks.hpp"
#include "node/ctl/commands/tables.hpp"
#include "node/ctl/run/banners.hpp"
#include "node/ctl/run/passwords.hpp"
#include "node/ctl/show/values.hpp"

namespace warren::ctl {
namespace {

constexpr column_spec user_columns[] = {{"user"}, {"tags", column_kind::atom}};
constexpr column_spec limit_columns[] = {{"user"}, {"limits"}};
constexpr option_spec limit_options[] = {
    {.name = "user", .kind = option_kind::text, .value = "<username>", .default_value = "guest", .help = "whose limits"},
    {.name = "global", .help = "those of all users"},
};

constexpr command_spec rows[] = {
    {.name = "add_user",
     .tools = tool::ctl,
     .in = section::users,
     .usage = "<username> <password>",
     .description = "Creates a new user in the internal database. This user will have no permissions for any virtual "
                    "hosts by default.",
     .args = {1, 2},
     .banner = "Adding user \"{1}\" ...",
     .success = "Done. Don't forget to grant the user permissions to some virtual hosts! See '{ctl} help "
                "set_permissions' to learn more.",
     .success_when_quiet = false,
     .details = "Without a password on the line it is read from standard input.",
     .check = check_user_name,
     .run = run_with_password},
    {.name = "authenticate_user",
     .tools = tool::ctl,
     .in = section::users,
     .usage = "<username> <password>",
     .description = "Attempts to authenticate a user. Exits with a non-zero code if authentication fails.",
     .args = {1, 2},
     .banner = "Authenticating user \"{1}\" ...",
     .success = "Success",
     .details = "Without a password on the line it is read from standard input.",
     .check = check_user_name,
     .run = run_with_password},
    {.name = "change_password",
     .tools = tool::ctl,
     .in = section::users,
     .usage = "<username> <password>",
     .description = "Changes the user password",
     .args = {1, 2},
     .banner = "Changing password for user \"{1}\" ...",
     .details = "Without a password on the line it is read from standard input.",
     .check = check_user_name,
     .run = run_with_password},
    {.name = "clear_password",
     .tools = tool::ctl,
     .in = section::users,
     .usage = "<username>",
     .description = "Clears (resets) password and disables password login for a user",
     .args = {1, 1},
     .banner = "Clearing password for user \"{1}\" ..."},
    {.name = "delete_user",
     .tools = tool::ctl,
     .in = section::users,
     .usage = "<username>",
     .description = "Removes a user from the internal database. Has no effect on users provided by external backends such as LDAP",
     .args = {1, 1},
     .banner = "Deleting user \"{1}\" ..."},
    {.name = "list_users",
     .tools = tool::ctl | tool::diagnostics,
     .in = section::users,
     .usage = "[--no-table-headers]",
     .description = "List user names and tags",
     .banner = "Listing users ...",
     .form = shape::table,
     .columns = user_columns,
     .usage_shows_timeout = true,
     .default_timeout_s = 60},
    {.name = "set_user_tags",
     .tools = tool::ctl,
     .in = section::users,
     .usage = "<username> <tag> [...]",
     .description = "Sets user tags",
     .args = {1, -1},
     .banner = "Setting tags for user \"{1}\" to [{2..}] ..."},
    {.name = "set_user_limits",
     .tools = tool::ctl,
     .in = section::users,
     .usage = "<username> <definition>",
     .description = "Sets user limits",
     .args = {2, 2},
     .banner = "Setting user limits to \"{2}\" for user \"{1}\" ...",
     .details = "The definition is a JSON object with max-connections and max-channels; -1 means no limit, 0 forbids."},
    {.name = "clear_user_limits",
     .tools = tool::ctl,
     .in = section::users,
     .usage = "<username> <limit_type> | all",
     .description = "Clears user connection/channel limits",
     .args = {2, 2},
     .make_banner = clear_user_limits_banner},
    {.name = "list_user_limits",
     .tools = tool::ctl,
     .in = section::users,
     .usage = "[--user <username>] [--global]",
     .description = "Displays configured user limits",
     .form = shape::table,
     .columns = limit_columns,
     .options = limit_options,
     .show = show_limits,
     .make_banner = list_user_limits_banner},
};

}  // namespace

std::span<const command_spec> user_commands() { return rows; }

}  // namespace warren::ctl
