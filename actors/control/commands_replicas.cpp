#include "actors/control/command_actor.hpp"
#include "actors/control/command_table.hpp"

// Replicas of quorum queues and streams. Every queue is a classic one of one node so far: the answers are those that
// RabbitMQ gives for such queues.

namespace warren::actors {

namespace json = boost::json;

namespace {

/// 69: not_found, or that a classic queue cannot do this.
void refuse(command_actor& call, const char* for_classic) {
  const vhost_ptr vhost = call.state()->find_vhost(call.vhost());
  const queue_state* queue = vhost ? vhost->find_queue(call.argument(0)) : nullptr;
  call.fail(exit_code::unavailable, queue == nullptr ? "not_found" : for_classic);
}

void add_member(command_actor& call) { refuse(call, "Cannot add members to a classic queue"); }
void delete_member(command_actor& call) { refuse(call, "Cannot delete members from a classic queue"); }
void quorum_status(command_actor& call) { refuse(call, "Cannot get quorum status of a classic queue"); }
void peek(command_actor& call) { refuse(call, "Cannot peek into a classic queue"); }
void reclaim_quorum_memory(command_actor& call) { refuse(call, "This operation is not applicable to classic queues"); }
void stream_status(command_actor& call) { refuse(call, "Cannot get stream status of a classic queue"); }
void add_replica(command_actor& call) { refuse(call, "Cannot add replicas to a classic queue"); }
void delete_replica(command_actor& call) { refuse(call, "Cannot delete replicas from a classic queue"); }
void set_retention(command_actor& call) { refuse(call, "Cannot set retention policy of a classic queue"); }

/// No quorum queue: nothing grows or shrinks, whichever the node.
void grow(command_actor& call) {
  if (call.argument(1) != "all" && call.argument(1) != "even")
    return call.fail(exit_code::usage, "\"strategy '" + call.argument(1) + "' is not recognised.\"",
                     control_error::layout::validation);
  call.finish(json::array{});
}
void shrink(command_actor& call) { call.finish(json::array{}); }

void rebalance(command_actor& call) {
  const std::string& type = call.argument(0);
  if (type != "all" && type != "classic" && type != "quorum")
    return call.fail(exit_code::unavailable, "type " + type + " is not supported. Try one of all, classic, quorum.");
  json::array rows;
  for (const member_facts& m : call.node().members())
    if (m.running)
      rows.push_back(json::object{
          {"Node name", m.node}, {"Number of quorum queues", 0}, {"Number of replicated classic queues", 0}});
  call.finish(std::move(rows));
}

void quorum_critical(command_actor& call) {
  call.finish(json::value("Node " + call.node_name() + " reported no quorum queues with minimum quorum"));
}
void mirror_critical(command_actor& call) {
  call.finish(json::value("Node " + call.node_name() +
                          " reported no classic mirrored queues without online synchronised mirrors"));
}
/// No replica could be lost: there is nothing to wait for.
void await_nothing(command_actor& call) { call.finish(); }

constexpr command_entry replica_table[] = {
    {"add_member", add_member},
    {"delete_member", delete_member},
    {"quorum_status", quorum_status},
    {"peek", peek},
    {"reclaim_quorum_memory", reclaim_quorum_memory},
    {"grow", grow},
    {"shrink", shrink},
    {"rebalance", rebalance},
    {"post_upgrade", [](command_actor& call) { call.finish(); }},
    {"stream_status", stream_status},
    {"add_replica", add_replica},
    {"delete_replica", delete_replica},
    {"set_stream_retention_policy", set_retention},
    {"check_if_node_is_quorum_critical", quorum_critical},
    {"check_if_node_is_mirror_sync_critical", mirror_critical},
    {"await_online_quorum_plus_one", await_nothing},
    {"await_online_synchronized_mirror", await_nothing},
};

}  // namespace

std::span<const command_entry> replica_commands() { return replica_table; }

}  // namespace warren::actors
