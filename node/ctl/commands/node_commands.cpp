#include "node/ctl/commands/tables.hpp"
#include "node/ctl/run/stopping.hpp"

namespace warren::ctl {
namespace {

constexpr option_spec stop_options[] = {
    {.name = "idempotent", .help = "a node that is not running is a success"},
};
constexpr option_spec shutdown_options[] = {
    {.name = "wait", .default_value = "true", .help = "wait until the process is gone (a node of this machine; --no-wait: do not)"},
};
constexpr option_spec wait_options[] = {
    {.name = "pid", .letter = 'P', .kind = option_kind::integer, .value = "<pid>", .help = "the process to wait for, in place of a file"},
};

constexpr command_spec rows[] = {
    {.name = "start_app",
     .tools = tool::ctl,
     .in = section::nodes,
     .description = "Starts the RabbitMQ application but leaves the runtime running",
     .app = app_need::any,
     .banner = "Starting node {node} ..."},
    {.name = "stop_app",
     .tools = tool::ctl,
     .in = section::nodes,
     .description = "Stops the RabbitMQ application, leaving the runtime running",
     .app = app_need::any,
     .banner = "Stopping rabbit application on node {node} ...",
     .details = "The process stays, with its inter-node and command-line listener, so that `reset`, `join_cluster` and "
                "`force_boot` can "
                "be run. Client listeners close."},
    {.name = "stop",
     .tools = tool::ctl,
     .in = section::nodes,
     .usage = "[--idempotent] [<pidfile>]",
     .description = "Stops RabbitMQ and its runtime. Requires a local node pid file path to monitor progress.",
     .args = {0, 1},
     .app = app_need::any,
     .options = stop_options,
     .run = run_stop},
    {.name = "shutdown",
     .tools = tool::ctl,
     .in = section::nodes,
     .usage = "[--wait]",
     .description = "Stops RabbitMQ and its runtime. Monitors progress for local nodes. Does not require a PID file path.",
     .app = app_need::any,
     .options = shutdown_options,
     .usage_shows_timeout = true,
     .run = run_shutdown},
    {.name = "wait",
     .tools = tool::ctl,
     .in = section::nodes,
     .usage = "[<pidfile>] [--pid|-P <pid>]",
     .description = "Waits for RabbitMQ node startup by monitoring a local PID file. See also 'rabbitmqctl await_online_nodes'",
     .args = {0, 1},
     .app = app_need::any,
     .options = wait_options,
     .usage_shows_timeout = true,
     .default_timeout_s = 10,
     .check = check_wait,
     .run = run_wait},
    {.name = "await_startup",
     .tools = tool::ctl | tool::diagnostics,
     .in = section::nodes,
     .description = "Waits for the RabbitMQ application to start on the target node",
     .app = app_need::any,
     .usage_shows_timeout = true,
     .default_timeout_s = 300},
    {.name = "rotate_logs", .tools = tool::ctl, .in = section::nodes, .description = "Does nothing [deprecated]", .banner = ""},
};

}  // namespace

std::span<const command_spec> node_commands() { return rows; }

}  // namespace warren::ctl
