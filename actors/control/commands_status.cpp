#include <dirent.h>
#include <openssl/crypto.h>
#include <sys/resource.h>
#include <unistd.h>

#include "actors/alarms/alarm_actor.hpp"
#include "actors/control/command_actor.hpp"
#include "actors/control/command_table.hpp"
#include "actors/control/json_values.hpp"
#include "actors/control/node_status.hpp"
#include "actors/logging/log.hpp"

// What a node says about itself.

namespace warren::actors {

namespace json = boost::json;

namespace {

std::int64_t open_files() {
  std::int64_t n = 0;
  if (DIR* d = opendir("/proc/self/fd")) {
    while (readdir(d) != nullptr) ++n;
    closedir(d);
    n -= 3;  // `.`, `..` and the one that reads this
  }
  return n;
}

json::object file_descriptors(command_actor& call) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  const auto total = static_cast<std::int64_t>(std::min<rlim_t>(limit.rlim_cur, 1u << 30));
  const auto sockets = static_cast<std::int64_t>(call.services().connections.size());
  // RabbitMQ's rule for how many of them may be sockets
  return {{"sockets_limit", (total - 100) * 9 / 10},
          {"sockets_used", sockets},
          {"total_limit", total},
          {"total_used", open_files()}};
}

json::object watermark_setting(const resource_limits& l) {
  if (l.memory_absolute != 0) return {{"absolute", static_cast<std::int64_t>(l.memory_absolute)}};
  return {{"relative", l.memory_blocked ? 0.0 : l.memory_relative}};
}

std::size_t count_queues(const broker_state& state, const std::string& node) {
  std::size_t n = 0;
  for (const vhost_ptr& v : state.vhosts)
    for (const queue_state& q : v->queues) n += q.record->node.empty() || q.record->node == node;
  return n;
}

json::object memory_object(memory_use use) {
  json::object memory = std::move(use.by_category);
  memory["strategy"] = "rss";
  memory["total"] = json::object{{"allocated", static_cast<std::int64_t>(use.allocated)},
                                 {"erlang", static_cast<std::int64_t>(use.allocated)},
                                 {"rss", static_cast<std::int64_t>(use.resident)}};
  return memory;
}

json::object status_object(command_actor& call, const std::vector<alarm_facts>& alarms, memory_use use) {
  const node_facts f = call.node().facts();
  const resource_numbers n = call.services().alarms.numbers();
  const auto state = call.state();
  const std::int64_t uptime_s = (wall_clock_ms() - f.started_ms) / 1000;
  return {
      {"active_plugins", json_words(f.plugins)},
      {"alarms", alarm_texts(alarms)},
      {"config_files", json_words(f.config_files)},
      {"crypto_lib_version", OpenSSL_version(OPENSSL_VERSION)},
      {"data_directory", f.data_dir},
      {"disk_free", static_cast<std::int64_t>(n.disk_free)},
      {"disk_free_limit", static_cast<std::int64_t>(n.disk_limit)},
      {"enabled_plugin_file", f.enabled_plugins_file},
      {"erlang_version", f.runtime},
      {"file_descriptors", file_descriptors(call)},
      {"is_under_maintenance", f.under_maintenance},
      {"listeners", listener_rows(call)},
      {"log_files", json_words(log_files())},
      {"memory", memory_object(std::move(use))},
      {"net_ticktime", static_cast<std::int64_t>(f.net_ticktime_s)},
      {"node", call.node_name()},
      {"os", "Linux"},
      {"pid", static_cast<std::int64_t>(getpid())},
      {"processes",
       json::object{{"limit", 1048576}, {"used", static_cast<std::int64_t>(call.system().registry().running())}}},
      {"product_name", call.services().options.product_name},
      {"product_version", call.services().options.product_version},
      {"rabbitmq_version", f.version},
      {"raft_data_directory", f.data_dir + "/quorum/" + call.node_name()},
      {"release_series_support_status", "supported"},
      {"run_queue", 0},
      {"totals", json::object{{"connection_count", static_cast<std::int64_t>(call.services().connections.size())},
                              {"queue_count", static_cast<std::int64_t>(count_queues(*state, call.node_name()))},
                              {"virtual_host_count", static_cast<std::int64_t>(state->vhosts.size())}}},
      {"uptime", uptime_s},
      {"vm_memory_calculation_strategy", "rss"},
      {"vm_memory_high_watermark_limit", static_cast<std::int64_t>(n.memory_limit)},
      {"vm_memory_high_watermark_setting", watermark_setting(call.services().alarms.limits())},
  };
}

void node_status(command_actor& call) {
  ask_alarms(call, [&call](std::vector<alarm_facts> alarms) {
    ask_memory(call, [&call, alarms](memory_use use) { call.finish(status_object(call, alarms, std::move(use))); });
  });
}

void memory_breakdown(command_actor& call) {
  ask_memory(call, [&call](memory_use use) { call.finish(std::move(use.by_category)); });
}

void environment(command_actor& call) { call.finish(call.node().environment()); }

void ping(command_actor& call) { call.finish("Ping succeeded"); }
void server_version(command_actor& call) { call.finish(json_text(call.node().facts().version)); }
void runtime_version(command_actor& call) { call.finish(json_text(call.node().facts().runtime)); }
void cookie_hash(command_actor& call) { call.finish(json_text(call.node().facts().cookie_hash)); }

void listeners(command_actor& call) {
  call.finish(json::object{{"listeners", listener_rows(call)}, {"node", call.node_name()}, {"result", "ok"}});
}

/// The environment variables that configure a node.
void os_env(command_actor& call) {
  json::object out;
  for (char** v = environ; *v != nullptr; ++v) {
    const std::string_view line = *v;
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos || !line.starts_with("RABBITMQ_")) continue;
    const std::string_view name = line.substr(0, equals);
    out[name] =
        name.find("COOKIE") != std::string_view::npos ? json_text("********") : json_text(line.substr(equals + 1));
  }
  call.finish(std::move(out));
}

// ---- report: what support wants to see, of several commands

constexpr const char* report_parts[] = {"status",         "cluster_status",   "environment",   "list_connections",
                                        "list_channels",  "list_vhosts",      "list_queues",   "list_exchanges",
                                        "list_bindings",  "list_permissions", "list_policies", "list_global_parameters",
                                        "list_parameters"};

void next_part(command_actor& call, std::shared_ptr<json::object> report, std::size_t i) {
  if (i == std::size(report_parts)) return call.finish(std::move(*report));
  control_request part;
  part.command = report_parts[i];
  part.options = call.request().options;
  call.ask_node(call.node_name(), std::move(part), [&call, report, i](control_outcome outcome) {
    if (auto* result = std::get_if<json::value>(&outcome)) {
      (*report)[report_parts[i]] = std::move(*result);
    } else {
      (*report)[report_parts[i]] = json::object{{"error", error_object(std::get<control_error>(outcome))}};
    }
    next_part(call, report, i + 1);
  });
}

void report(command_actor& call) { next_part(call, std::make_shared<json::object>(), 0); }

constexpr command_entry status_table[] = {
    {"status", node_status},
    {"memory_breakdown", memory_breakdown},
    {"environment", environment, "any"},
    {"ping", ping,
     ""},  // as the request says: tools ask with it whether the application is what a command of theirs needs
    {"server_version", server_version, "any"},
    {"version", server_version, "any"},
    {"erlang_version", runtime_version, "any"},
    {"erlang_cookie_hash", cookie_hash, "any"},
    {"listeners", listeners},
    {"os_env", os_env, "any"},
    {"report", report},
};

}  // namespace

std::span<const command_entry> status_commands() { return status_table; }

}  // namespace warren::actors
