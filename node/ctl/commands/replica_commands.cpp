#include "node/ctl/commands/checks.hpp"
#include "node/ctl/commands/tables.hpp"
#include "node/ctl/run/banners.hpp"
#include "node/ctl/show/values.hpp"

namespace warren::ctl {
namespace {

constexpr column_spec size_columns[] = {{"vhost"}, {"name"}, {"size"}, {"result"}};
constexpr column_spec quorum_columns[] = {{"Node Name", column_kind::atom},
                                          {"Raft State", column_kind::atom},
                                          {"Log Index"},
                                          {"Commit Index"},
                                          {"Snapshot Index"},
                                          {"Term"},
                                          {"Machine Version"}};
constexpr column_spec balance_columns[] = {
    {"Node name", column_kind::atom}, {"Number of quorum queues"}, {"Number of replicated classic queues"}};
constexpr option_spec pattern_options[] = {
    {.name = "vhost-pattern", .kind = option_kind::text, .value = "<pattern>", .default_value = ".*", .help = "for names of virtual hosts"},
    {.name = "queue-pattern", .kind = option_kind::text, .value = "<pattern>", .default_value = ".*", .help = "for names of queues"},
};
constexpr option_spec shrink_options[] = {{.name = "errors-only", .help = "list what failed only"}};

constexpr command_spec rows[] = {
    {.name = "sync_queue",
     .tools = tool::ctl,
     .in = section::replication,
     .usage = "[--vhost <vhost>] <queue>",
     .description = "Instructs a mirrored queue with unsynchronised mirrors (follower replicas) to synchronise them",
     .args = {1, 1},
     .banner = "Synchronising queue '{1}' in vhost '{vhost}' ..."},
    {.name = "cancel_sync_queue",
     .tools = tool::ctl,
     .in = section::replication,
     .usage = "[--vhost <vhost>] <queue>",
     .description = "Instructs a synchronising mirrored queue to stop synchronising itself",
     .args = {1, 1},
     .banner = "Stopping synchronising queue '{1}' in vhost '{vhost}' ..."},
    {.name = "add_member",
     .tools = tool::queues,
     .in = section::replication,
     .usage = "[--vhost <vhost>] <queue> <node>",
     .description = "Adds a quorum queue member (replica) on the given node.",
     .args = {2, 2},
     .banner = "Adding a replica for queue {1} on node {2}..."},
    {.name = "delete_member",
     .tools = tool::queues,
     .in = section::replication,
     .usage = "[--vhost <vhost>] <queue> <node>",
     .description = "Removes a quorum queue member (replica) on the given node.",
     .args = {2, 2},
     .banner = "Removing a replica of queue {1} on node {2}..."},
    {.name = "grow",
     .tools = tool::queues,
     .in = section::cluster,
     .usage = "<node> <all | even> [--vhost-pattern <pattern>] [--queue-pattern <pattern>]",
     .description = "Grows quorum queue clusters by adding a member (replica) on the specified node to all or half of "
                    "the matching quorum queues",
     .args = {2, 2},
     .banner = "Growing {2} quorum queues on {1}...",
     .form = shape::table,
     .columns = size_columns,
     .options = pattern_options,
     .check = check_grow,
     .show = show_resized},
    {.name = "shrink",
     .tools = tool::queues,
     .in = section::cluster,
     .usage = "<node> [--errors-only]",
     .description = "Shrinks quorum queue clusters by removing any members (replicas) on the given node.",
     .args = {1, 1},
     .banner = "Shrinking quorum queues on {1}...",
     .form = shape::table,
     .columns = size_columns,
     .options = shrink_options,
     .show = show_resized},
    {.name = "peek",
     .tools = tool::queues,
     .in = section::monitoring,
     .usage = "[--vhost <vhost>] <queue> <position>",
     .description = "Peeks at the given position of a quorum queue",
     .args = {2, 2},
     .banner = "Peeking at quorum queue {1} at position {2} on node {node} ...",
     .form = shape::pretty_table},
    {.name = "quorum_status",
     .tools = tool::queues | tool::diagnostics,
     .in = section::monitoring,
     .usage = "[--vhost <vhost>] <queue>",
     .description = "Displays quorum status of a quorum queue",
     .args = {1, 1},
     .banner = "Status of quorum queue {1} on node {node} ...",
     .form = shape::pretty_table,
     .columns = quorum_columns,
     .usage_shows_timeout = true},
    {.name = "rebalance",
     .tools = tool::queues,
     .in = section::cluster,
     .usage = "< all | classic | quorum > [--vhost-pattern <pattern>] [--queue-pattern <pattern>]",
     .description = "Rebalances leaders of replicated queues across RabbitMQ cluster members",
     .args = {1, 1},
     .form = shape::pretty_table,
     .columns = balance_columns,
     .options = pattern_options,
     .make_banner = rebalance_banner},
    {.name = "reclaim_quorum_memory",
     .tools = tool::queues,
     .in = section::operations,
     .usage = "[--vhost <vhost>] <quorum queue>",
     .description = "Flushes quorum queue processes WAL, performs a full sweep GC on all of its local Erlang processes",
     .args = {1, 1},
     .banner = "Will flush Raft WAL of quorum queue {1} ..."},
    {.name = "check_if_node_is_mirror_sync_critical",
     .tools = tool::queues | tool::diagnostics,
     .in = section::monitoring,
     .description = "Health check that exits with a non-zero code if there are classic mirrored queues without online "
                    "synchronised mirrors "
                    "(queues that would potentially lose data if the target node is shut down)",
     .banner = "Checking if node {node} is critical for data safety of any classic mirrored queues ...",
     .usage_shows_timeout = true,
     .success = "Node {node} reported no classic mirrored queues without online synchronised mirrors"},
    {.name = "check_if_node_is_quorum_critical",
     .tools = tool::queues | tool::diagnostics,
     .in = section::monitoring,
     .description = "Health check that exits with a non-zero code if there are queues with minimum online quorum "
                    "(queues that would lose "
                    "their quorum if the target node shuts down)",
     .banner = "Checking if node {node} is critical for quorum of any quorum queues ...",
     .usage_shows_timeout = true,
     .success = "Node {node} reported no quorum queues with minimum quorum"},
};

}  // namespace

std::span<const command_spec> replica_commands() { return rows; }

}  // namespace warren::ctl
