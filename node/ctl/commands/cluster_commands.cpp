#include "node/ctl/commands/checks.hpp"
#include "node/ctl/commands/tables.hpp"
#include "node/ctl/run/banners.hpp"
#include "node/ctl/run/next_life.hpp"
#include "node/ctl/show/cluster_status.hpp"

namespace warren::ctl {
namespace {

constexpr option_spec join_options[] = {
    {.name = "disc", .help = "the new member keeps its metadata on disk (the default)"},
    {.name = "ram", .help = "the new member is listed as a RAM node and keeps its metadata in memory"},
};
constexpr option_spec forget_options[] = {
    {.name = "offline", .help = "work on the files of a node that is not running"},
};

constexpr command_spec rows[] = {
    {.name = "join_cluster",
     .tools = tool::ctl,
     .in = section::cluster,
     .usage = "[--disc|--ram] <existing_cluster_member>",
     .description = "Instructs the node to become a member of the cluster that the specified node is in",
     .args = {1, 1},
     .app = app_need::stopped,
     .banner = "Clustering node {node} with {1}",
     .options = join_options,
     .details = "The application must be stopped. Everything that the node holds (users, virtual hosts, queues, "
                "messages) is lost.",
     .run = run_into_next_life},
    {.name = "reset",
     .tools = tool::ctl,
     .in = section::nodes,
     .description = "Instructs a RabbitMQ node to leave the cluster and return to its virgin state",
     .app = app_need::stopped,
     .banner = "Resetting node {node} ...",
     .run = run_into_next_life},
    {.name = "force_reset",
     .tools = tool::ctl,
     .in = section::cluster,
     .description = "Forcefully returns a RabbitMQ node to its virgin state",
     .app = app_need::stopped,
     .banner = "Forcefully resetting node {node} ...",
     .details = "As reset, but without telling anybody: the other members still list the node and must forget it.",
     .run = run_into_next_life},
    {.name = "change_cluster_node_type",
     .tools = tool::ctl,
     .in = section::cluster,
     .usage = "<disc | ram>",
     .description = "Changes the type of the cluster node",
     .args = {1, 1},
     .app = app_need::stopped,
     .banner = "Turning {node} into a {1} node",
     .check = check_node_type},
    {.name = "forget_cluster_node",
     .tools = tool::ctl,
     .in = section::cluster,
     .usage = "[--offline] <existing_cluster_member_node>",
     .description = "Removes a node from the cluster",
     .args = {1, 1},
     .app = app_need::any,
     .banner = "Removing node {1} from the cluster",
     .options = forget_options},
    {.name = "rename_cluster_node",
     .tools = tool::ctl,
     .in = section::cluster,
     .usage = "<oldnode1> <newnode1> [oldnode2] [newnode2] ...",
     .description = "Renames cluster nodes in the local database",
     .args = {2, -1},
     .app = app_need::any,
     .check = check_pairs,
     .make_banner = rename_banner},
    {.name = "update_cluster_nodes",
     .tools = tool::ctl,
     .in = section::cluster,
     .usage = "<seed_node>",
     .description = "Instructs a cluster member node to sync the list of known cluster members from <seed_node>",
     .args = {1, 1},
     .app = app_need::stopped,
     .banner = "Will seed {node} from {1} on next start"},
    {.name = "force_boot",
     .tools = tool::ctl,
     .in = section::cluster,
     .description = "Forces node to start even if it cannot contact or rejoin any of its previously known peers",
     .app = app_need::any},
    {.name = "await_online_nodes",
     .tools = tool::ctl,
     .in = section::cluster,
     .usage = "<count>",
     .description = "Waits for <count> nodes to join the cluster",
     .args = {1, 1},
     .banner = "Will wait for at least {1} nodes to join the cluster of {node}. Timeout: {timeout} seconds.",
     .usage_shows_timeout = true,
     .default_timeout_s = 300,
     .check = check_node_count},
    {.name = "cluster_status",
     .tools = tool::ctl | tool::diagnostics,
     .in = section::cluster,
     .description = "Displays all the nodes in the cluster grouped by node type, together with the currently running nodes",
     .banner = "Cluster status of node {node} ...",
     .form = shape::text,
     .usage_shows_timeout = true,
     .default_timeout_s = 60,
     .show = show_cluster_status},
};

}  // namespace

std::span<const command_spec> cluster_commands() { return rows; }

}  // namespace warren::ctl
