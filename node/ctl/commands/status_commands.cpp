#include "node/ctl/commands/checks.hpp"
#include "node/ctl/commands/tables.hpp"
#include "node/ctl/run/banners.hpp"
#include "node/ctl/run/eval.hpp"
#include "node/ctl/run/ping.hpp"
#include "node/ctl/show/report.hpp"
#include "node/ctl/show/status.hpp"
#include "node/ctl/show/tree.hpp"

namespace warren::ctl {
namespace {

constexpr option_spec unit_options[] = {
    {.name = "unit", .kind = option_kind::text, .value = "<unit>", .default_value = "gb", .help = "bytes, mb or gb"},
};

constexpr command_spec rows[] = {
    {.name = "status",
     .tools = tool::ctl | tool::diagnostics,
     .in = section::monitoring,
     .usage = "[--unit <unit>]",
     .description = "Displays status of a node",
     .banner = "Status of node {node} ...",
     .form = shape::text,
     .options = unit_options,
     .usage_shows_timeout = true,
     .default_timeout_s = 60,
     .check = check_unit,
     .show = show_status},
    {.name = "ping",
     .tools = tool::ctl | tool::diagnostics,
     .in = section::monitoring,
     .description = "Checks that the node OS process is up, registered with EPMD and CLI tools can authenticate with it",
     .app = app_need::any,
     .banner = "Will ping {node}. This only checks if the OS process is running and registered with epmd. Timeout: "
               "{timeout}000 ms.",
     .usage_shows_timeout = true,
     .default_timeout_s = 60,
     .run = run_ping},
    {.name = "report",
     .tools = tool::ctl | tool::diagnostics,
     .in = section::monitoring,
     .description = "Generate a server status report containing a concatenation of all server status information for "
                    "support purposes",
     .banner = "Reporting server status of node {node} ...",
     .form = shape::text,
     .usage_shows_timeout = true,
     .default_timeout_s = 60,
     .show = show_report},
    {.name = "environment",
     .tools = tool::ctl | tool::diagnostics,
     .in = section::configuration,
     .description = "Displays the name and value of each variable in the application environment for each running application",
     .app = app_need::any,
     .banner = "Application environment of node {node} ...",
     .form = shape::erlang},
    {.name = "node_health_check",
     .tools = tool::ctl | tool::diagnostics,
     .in = section::deprecated,
     .description = "DEPRECATED. Performs intrusive, opinionated health checks on a fully booted node. "
                    "See https://www.rabbitmq.com/monitoring.html#health-checks instead",
     .banner = "This command is DEPRECATED and will be removed in a future version.\n"
               "It performs intrusive, opinionated health checks and requires a fully booted node.\n"
               "Use one of the options covered in https://www.rabbitmq.com/monitoring.html#health-checks instead.\n"
               "Timeout: {timeout} seconds ...\nChecking health of node {node} ...",
     .usage_shows_timeout = true,
     .default_timeout_s = 70,
     .success = "Health check passed"},
    {.name = "eval",
     .tools = tool::ctl,
     .in = section::operations,
     .usage = "<expression>",
     .description = "Evaluates one of the known expressions on the target node",
     .args = {1, -1},
     .app = app_need::any,
     .form = shape::erlang,
     .details = "A node is no Erlang system: it knows the expressions that RabbitMQ's documentation tells operators to "
                "run (cluster "
                "name, nodes, alarms, partition handling, status of federation and shovels) and refuses others with a "
                "clear text. The "
                "expression ends with a full stop.",
     .check = check_expression},
    {.name = "eval_file",
     .tools = tool::ctl,
     .in = section::operations,
     .usage = "<file path>",
     .description = "Evaluates a file that contains one of the known expressions on the target node",
     .args = {1, 1},
     .app = app_need::any,
     .form = shape::erlang,
     .check = check_file,
     .run = run_eval_file},
    {.name = "force_gc",
     .tools = tool::ctl | tool::diagnostics,
     .in = section::operations,
     .description = "Gives memory that the target node holds but does not use back to the operating system",
     .app = app_need::any,
     .banner = "Will ask all processes on node {node} to schedule a full sweep GC",
     .usage_shows_timeout = true},
    {.name = "supervision_tree",
     .tools = tool::ctl | tool::diagnostics,
     .in = section::monitoring,
     .description = "Displays the supervision tree of the target node as it is now",
     .app = app_need::any,
     .banner = "Supervision tree of node {node} ...",
     .form = shape::text,
     .usage_shows_timeout = true,
     .default_timeout_s = 60,
     .show = show_tree},
    {.name = "suspend_listeners",
     .tools = tool::ctl,
     .in = section::operations,
     .description = "Suspends client connection listeners so that no new client connections are accepted",
     .app = app_need::any,
     .banner = "Will suspend client connection listeners on node {node}. The node will no longer accept client connections!"},
    {.name = "resume_listeners",
     .tools = tool::ctl,
     .in = section::operations,
     .description = "Resumes client connection listeners making them accept client connections again",
     .app = app_need::any,
     .banner = "Will resume client connection listeners on node {node}. The node will now accept client connections"},
    {.name = "hipe_compile",
     .tools = tool::ctl,
     .in = section::deprecated,
     .usage = "<directory>",
     .description = "DEPRECATED. This command is a no-op. HiPE is no longer supported by modern Erlang versions",
     .args = {1, 1},
     .app = app_need::any,
     .run = run_nothing},
};

}  // namespace

std::span<const command_spec> status_commands() { return rows; }

}  // namespace warren::ctl
