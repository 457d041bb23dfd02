#include "node/ctl/commands/tables.hpp"

namespace warren::ctl {
namespace {

constexpr command_spec rows[] = {
    {.name = "await_online_quorum_plus_one",
     .tools = tool::upgrade,
     .in = section::upgrade,
     .description = "Waits for all quorum queues to have an above minimum online quorum. This makes sure that no "
                    "queues would lose their "
                    "quorum if the target node is shut down",
     .banner = "Will wait for a quorum + 1 of nodes to be online for all quorum queues for {timeout} seconds...",
     .usage_shows_timeout = true,
     .default_timeout_s = 120},
    {.name = "await_online_synchronized_mirror",
     .tools = tool::upgrade,
     .in = section::upgrade,
     .description = "Waits for all classic mirrored queues hosted on the target node to have at least one synchronized "
                    "mirror online",
     .banner = "Will wait for a synchronised mirror be online for all classic mirrored queues for {timeout} seconds...",
     .usage_shows_timeout = true,
     .default_timeout_s = 120},
    {.name = "drain",
     .tools = tool::upgrade,
     .in = section::upgrade,
     .description = "Puts the node in maintenance mode. Such nodes will not serve any new client connections",
     .app = app_need::any,
     .banner = "Will put node {node} into maintenance mode. The node will no longer serve any client traffic!",
     .usage_shows_timeout = true},
    {.name = "revive",
     .tools = tool::upgrade,
     .in = section::upgrade,
     .description = "Puts the node out of maintenance and into regular operating mode. Such nodes will again serve "
                    "client traffic and host "
                    "primary queue replicas",
     .app = app_need::any,
     .banner = "Will put node {node} back into regular operating mode. The node will again serve client traffic and "
               "host primary queue "
               "replicas.",
     .usage_shows_timeout = true},
    {.name = "post_upgrade",
     .tools = tool::upgrade,
     .in = section::upgrade,
     .description = "Runs post-upgrade tasks",
     .banner = "Executing post upgrade tasks...\nRebalancing queue masters..."},
};

}  // namespace

std::span<const command_spec> upgrade_commands() { return rows; }

}  // namespace warren::ctl
