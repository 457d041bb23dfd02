#include "node/ctl/commands/tables.hpp"

namespace warren::ctl {
namespace {

constexpr column_spec columns[] = {{"vhost"}, {"name"}, {"pattern"}, {"apply-to"}, {"definition"}, {"priority"}};
constexpr option_spec options[] = {
    {.name = "priority",
     .kind = option_kind::integer,
     .value = "<priority>",
     .default_value = "0",
     .help = "of two policies that match, the one with the higher number applies"},
    {.name = "apply-to",
     .kind = option_kind::text,
     .value = "<queues | exchanges | all>",
     .default_value = "all",
     .help = "what the policy is for"},
};

constexpr command_spec rows[] = {
    {.name = "set_policy",
     .tools = tool::ctl,
     .in = section::policies,
     .usage = "[--vhost <vhost>] [--priority <priority>] [--apply-to <apply-to>] <name> <pattern> <definition>",
     .description = "Sets or updates a policy",
     .args = {3, 3},
     .banner = "Setting policy \"{1}\" for pattern \"{2}\" to \"{3}\" with priority \"{--priority}\" for vhost "
               "\"{vhost}\" ...",
     .options = options,
     .details = "The pattern is a regular expression for names of queues and exchanges, the definition a JSON object."},
    {.name = "clear_policy",
     .tools = tool::ctl,
     .in = section::policies,
     .usage = "[--vhost <vhost>] <name>",
     .description = "Clears (removes) a policy",
     .args = {1, 1},
     .banner = "Clearing policy \"{1}\" on vhost \"{vhost}\" ..."},
    {.name = "list_policies",
     .tools = tool::ctl | tool::diagnostics,
     .in = section::policies,
     .usage = "[--vhost <vhost>] [--no-table-headers]",
     .description = "Lists all policies in a virtual host",
     .banner = "Listing policies for vhost \"{vhost}\" ...",
     .form = shape::table,
     .columns = columns,
     .usage_shows_timeout = true,
     .default_timeout_s = 60},
    {.name = "set_operator_policy",
     .tools = tool::ctl,
     .in = section::policies,
     .usage = "[--vhost <vhost>] [--priority <priority>] [--apply-to <apply-to>] <name> <pattern> <definition>",
     .description = "Sets an operator policy that overrides a subset of arguments in user policies",
     .args = {3, 3},
     .banner = "Setting operator policy override \"{1}\" for pattern \"{2}\" to \"{3}\" with priority \"{--priority}\" "
               "for vhost "
               "\"{vhost}\" ...",
     .options = options},
    {.name = "clear_operator_policy",
     .tools = tool::ctl,
     .in = section::policies,
     .usage = "[--vhost <vhost>] <name>",
     .description = "Clears an operator policy",
     .args = {1, 1},
     .banner = "Clearing operator policy \"{1}\" on vhost \"{vhost}\" ..."},
    {.name = "list_operator_policies",
     .tools = tool::ctl | tool::diagnostics,
     .in = section::policies,
     .usage = "[--vhost <vhost>] [--no-table-headers]",
     .description = "Lists operator policy overrides for a virtual host",
     .banner = "Listing operator policy overrides for vhost \"{vhost}\" ...",
     .form = shape::table,
     .columns = columns,
     .usage_shows_timeout = true,
     .default_timeout_s = 60},
};

}  // namespace

std::span<const command_spec> policy_commands() { return rows; }

}  // namespace warren::ctl
