#include <algorithm>

#include "actors/control/command_actor.hpp"
#include "actors/control/command_table.hpp"
#include "actors/control/json_values.hpp"
#include "actors/control/node_status.hpp"

// The application, the process and the membership of the node: done by node_control, named and checked here.

namespace warren::actors {

namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

/// A name without a host is one of this host's.
std::string full_name(command_actor& call, const std::string& name) {
  if (name.find('@') != std::string::npos) return name;
  return name + call.node_name().substr(call.node_name().find('@'));
}

// ---- the application and the process

void start_app(command_actor& call) { call.node().start_app(call.completion()); }
void stop_app(command_actor& call) { call.node().stop_app(call.completion()); }
void stop(command_actor& call) { call.node().stop_node(call.completion()); }
void suspend_listeners(command_actor& call) { call.node().suspend_listeners(call.completion()); }
void resume_listeners(command_actor& call) { call.node().resume_listeners(call.completion()); }
void drain(command_actor& call) { call.node().drain(call.completion()); }
void revive(command_actor& call) { call.node().revive(call.completion()); }

void await_startup(command_actor& call) {
  call.on_deadline([&call] {
    call.fail(exit_code::timed_out, "Error: operation await_startup on node " + call.node_name() + " timed out. Timeout value used: " +
                                        std::to_string(call.request().timeout_ms),
              control_error::layout::bare);
  });
  call.poll(100ms, [&call] {
    if (call.node().app() != node_control::app_state::running) return false;
    call.finish();
    return true;
  });
}

void await_online_nodes(command_actor& call) {
  const auto wanted = static_cast<std::size_t>(std::max(0ll, std::atoll(call.argument(0).c_str())));
  call.on_deadline([&call] {
    call.fail(exit_code::software, "Error: timed out while waiting. Not enough nodes joined " + call.node_name() + "'s cluster.");
  });
  call.poll(200ms, [&call, wanted] {
    const auto members = call.node().members();
    const auto up = std::count_if(members.begin(), members.end(), [](const member_facts& m) { return m.running; });
    if (static_cast<std::size_t>(up) < wanted) return false;
    call.finish();
    return true;
  });
}

// ---- membership

void reset(command_actor& call) { call.node().reset(false, call.socket(), call.completion()); }
void force_reset(command_actor& call) { call.node().reset(true, call.socket(), call.completion()); }
void force_boot(command_actor& call) { call.node().force_boot(call.completion()); }

void join_cluster(command_actor& call) {
  const std::string seed = full_name(call, call.argument(0));
  if (seed == call.node_name()) return call.fail(exit_code::software, "Error: cannot cluster node with itself: " + seed);
  call.node().join_cluster(seed, call.request().flag("ram"), call.socket(), call.completion());
}

void forget_cluster_node(command_actor& call) {
  if (call.request().flag("offline"))
    return call.fail(exit_code::usage, "this command requires the target node to be stopped.", control_error::layout::validation);
  const std::string name = full_name(call, call.argument(0));
  for (const member_facts& m : call.node().members()) {
    if (m.node != name) continue;
    if (m.running)
      return call.fail(exit_code::unavailable, "RabbitMQ on node " + name + " must be stopped with 'rabbitmqctl -n " + name +
                                                   " stop_app' before it can be removed");
    return call.node().forget_cluster_node(name, call.completion());
  }
  call.fail(exit_code::unavailable, "{:not_a_cluster_node, 'The node selected is not in the cluster.'}");
}

void change_cluster_node_type(command_actor& call) {
  const std::string& type = call.argument(0);
  if (type != "disc" && type != "disk" && type != "ram")
    return call.fail(exit_code::data_error, "Bad argument: The node type must be either disc or ram.", control_error::layout::validation);
  const bool ram = type == "ram";
  for (const member_facts& m : call.node().members())
    if (m.node == call.node_name() && m.ram == ram) return call.finish(ram ? "Node type is already ram" : "Node type is already disc");
  call.node().change_cluster_node_type(ram, call.completion());
}

void update_cluster_nodes(command_actor& call) {
  call.node().update_cluster_nodes(full_name(call, call.argument(0)), call.completion());
}

void rename_cluster_node(command_actor& call) {
  if (call.arguments() == 0 || call.arguments() % 2 != 0)
    return call.fail(exit_code::usage, "not enough arguments.", control_error::layout::validation);
  std::vector<std::pair<std::string, std::string>> pairs;
  for (std::size_t i = 0; i < call.arguments(); i += 2) pairs.emplace_back(full_name(call, call.argument(i)), full_name(call, call.argument(i + 1)));
  call.node().rename_cluster_nodes(pairs, call.completion());
}

void discover_peers(command_actor& call) {
  const std::vector<std::string> peers = call.node().facts().configured_peers;
  if (peers.empty()) return call.finish("No peers discovered");
  std::string text = "Discovered peers:";
  for (const std::string& p : peers) text += "\n" + p;
  call.finish(json_text(text));
}

// ---- cluster_status

/// What one node tells another for cluster_status.
void node_summary(command_actor& call) {
  const node_facts f = call.node().facts();
  json::array alarms;
  for (const alarm_facts& a : local_alarms(call)) alarms.push_back(json::object{{"node", a.node}, {"resource", a.resource}, {"type", "resource_limit"}});
  call.finish(json::object{{"listeners", listener_rows(call)},
                           {"alarms", std::move(alarms)},
                           {"maintenance", f.under_maintenance},
                           {"partitioned_from", json_words(call.node().partitioned_from())},
                           {"version", json::object{{"erlang_version", f.runtime},
                                                    {"rabbitmq_name", call.services().options.product_name},
                                                    {"rabbitmq_version", f.version}}}});
}

void add_summary(json::object& status, const std::string& node, const json::value& summary) {
  const json::object& s = summary.get_object();
  status["listeners"].get_object()[node] = s.at("listeners");
  status["maintenance_status"].get_object()[node] = s.at("maintenance").get_bool() ? "marked for maintenance" : "not under maintenance";
  status["versions"].get_object()[node] = s.at("version");
  for (const json::value& a : s.at("alarms").get_array()) status["alarms"].get_array().push_back(a);
  if (!s.at("partitioned_from").get_array().empty()) status["partitions"].get_object()[node] = s.at("partitioned_from");
}

void cluster_status(command_actor& call) {
  std::vector<member_facts> members = call.node().members();
  std::sort(members.begin(), members.end(), [](const auto& a, const auto& b) { return a.node < b.node; });
  json::array disk, ram, running;
  for (const member_facts& m : members) {
    (m.ram ? ram : disk).push_back(json::string(m.node));
    if (m.running) running.push_back(json::string(m.node));
  }
  auto status = std::make_shared<json::object>(json::object{{"alarms", json::array{}},
                                                            {"cluster_name", cluster_name(call)},
                                                            {"disk_nodes", std::move(disk)},
                                                            {"feature_flags", feature_flag_rows()},
                                                            {"listeners", json::object{}},
                                                            {"maintenance_status", json::object{}},
                                                            {"partitions", json::object{}},
                                                            {"ram_nodes", std::move(ram)},
                                                            {"running_nodes", std::move(running)},
                                                            {"versions", json::object{}}});
  control_request ask;
  ask.command = "node_summary";
  call.ask_node(call.node_name(), ask, [&call, ask, status](control_outcome own) {
    if (const auto* v = std::get_if<json::value>(&own)) add_summary(*status, call.node_name(), *v);
    call.ask_others(ask, [&call, status](std::vector<node_outcome> answers) {
      for (const node_outcome& a : answers)
        if (const auto* v = std::get_if<json::value>(&a.outcome); v != nullptr && v->is_object()) add_summary(*status, a.node, *v);
      call.finish(std::move(*status));
    });
  });
}

constexpr command_entry cluster_table[] = {
    {"start_app", start_app, "any"},
    {"stop_app", stop_app, "any"},
    {"stop", stop, "any"},
    {"shutdown", stop, "any"},
    {"suspend_listeners", suspend_listeners},
    {"resume_listeners", resume_listeners},
    {"drain", drain},
    {"revive", revive},
    {"await_startup", await_startup, "any"},
    {"await_online_nodes", await_online_nodes},
    {"reset", reset, "stopped"},
    {"force_reset", force_reset, "stopped"},
    {"force_boot", force_boot, "stopped"},
    {"join_cluster", join_cluster, "stopped"},
    {"forget_cluster_node", forget_cluster_node},
    {"change_cluster_node_type", change_cluster_node_type, "stopped"},
    {"update_cluster_nodes", update_cluster_nodes, "stopped"},
    {"rename_cluster_node", rename_cluster_node, "stopped"},
    {"discover_peers", discover_peers},
    {"node_summary", node_summary},
    {"cluster_status", cluster_status},
};

}  // namespace

std::span<const command_entry> cluster_commands() { return cluster_table; }

}  // namespace warren::actors
