#include "actors/control/node_status.hpp"

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <fstream>

#include "actors/control/json_values.hpp"
#include "actors/control/live_rows.hpp"

namespace warren::actors {

namespace json = boost::json;

std::vector<alarm_facts> local_alarms(command_actor& call) {
  std::vector<alarm_facts> alarms;
  const std::uint8_t flags = call.services().alarms.own_flags();
  if (flags & alarm_board::memory) alarms.push_back({call.node_name(), "memory"});
  if (flags & alarm_board::disk) alarms.push_back({call.node_name(), "disk"});
  return alarms;
}

void ask_alarms(command_actor& call, std::function<void(std::vector<alarm_facts>)> then) {
  control_request what;
  what.command = "local_alarms";
  call.ask_others(std::move(what), [own = local_alarms(call), then](std::vector<node_outcome> answers) {
    std::vector<alarm_facts> all = own;
    for (const node_outcome& a : answers)
      if (const auto* result = std::get_if<json::value>(&a.outcome); result != nullptr && result->is_array())
        for (const json::value& one : result->get_array())
          if (one.is_string()) all.push_back({a.node, std::string(one.get_string())});
    then(std::move(all));
  });
}

std::string alarm_text(const alarm_facts& alarm) {
  return (alarm.resource == "memory" ? "Memory alarm on node " : "Free disk space alarm on node ") + alarm.node;
}

json::array alarm_texts(const std::vector<alarm_facts>& alarms) {
  json::array out;
  for (const alarm_facts& a : alarms) out.push_back(json::string(alarm_text(a)));
  return out;
}

json::array listener_rows(command_actor& call) {
  json::array rows;
  for (const listener_facts& l : call.node().listeners())
    rows.push_back(json::object{{"interface", l.interface},
                                {"node", call.node_name()},
                                {"port", l.port},
                                {"protocol", l.protocol},
                                {"purpose", l.purpose}});
  return rows;
}

json::array feature_flag_rows() {
  struct flag {
    const char *name, *provided_by, *desc, *doc_url;
  };
  // all of 3.10's, and all are in effect: there is no older node that could not have them
  static constexpr flag flags[] = {
      {"classic_mirrored_queue_version", "rabbit", "Support setting version for classic mirrored queues", ""},
      {"drop_unroutable_metric", "rabbitmq_management_agent", "Count unroutable publishes to be dropped in stats", ""},
      {"empty_basic_get_metric", "rabbitmq_management_agent", "Count AMQP `basic.get` on empty queues in stats", ""},
      {"implicit_default_bindings", "rabbit",
       "Default bindings are now implicit, instead of being stored in the database", ""},
      {"maintenance_mode_status", "rabbit", "Maintenance mode status", ""},
      {"quorum_queue", "rabbit", "Support queues of type `quorum`", "https://www.rabbitmq.com/quorum-queues.html"},
      {"stream_queue", "rabbit", "Support queues of type `stream`", "https://www.rabbitmq.com/stream.html"},
      {"user_limits", "rabbit", "Configure connection and channel limits for a user", ""},
      {"virtual_host_metadata", "rabbit", "Virtual host metadata (description, tags, etc)", ""},
  };
  json::array rows;
  for (const flag& f : flags)
    rows.push_back(json::object{{"desc", f.desc},
                                {"doc_url", f.doc_url},
                                {"name", f.name},
                                {"provided_by", f.provided_by},
                                {"stability", "stable"},
                                {"state", "enabled"}});
  return rows;
}

std::string cluster_name(command_actor& call) {
  const auto state = call.state();
  if (const std::string* set = state->global_parameters.get(std::string_view("cluster_name"))) {
    boost::system::error_code wrong;
    const json::value v = json::parse(*set, wrong);
    if (!wrong && v.is_string()) return std::string(v.get_string());
  }
  const broker_options& o = call.services().options;
  return o.cluster_name.empty() ? o.node_name : o.cluster_name;
}

// ---- memory

namespace {

/// resident and text pages of /proc/self/statm.
std::pair<std::uint64_t, std::uint64_t> resident_and_code() {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t all = 0, resident = 0, shared = 0, text = 0;
  statm >> all >> resident >> shared >> text;
  const auto page = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  return {resident * page, std::min(text, shared) * page};
}

/// What an idle connection and a channel take (docs/benchmarks.md); their buffers come and go.
constexpr std::uint64_t connection_bytes = 12 * 1024, channel_bytes = 6 * 1024;

json::value bytes(std::uint64_t n) { return static_cast<std::int64_t>(n); }

}  // namespace

void ask_memory(command_actor& call, std::function<void(memory_use)> then) {
  std::vector<caf::actor> queues;
  for (const auto& [id, queue] : call.services().queues.all()) queues.push_back(queue);
  auto in_queues = std::make_shared<std::uint64_t>(0);
  call.ask_all<queue_status>(
      queues, queue_ask_status{}, call.patience(std::chrono::seconds(5)),
      [in_queues](std::size_t, queue_status& s) { *in_queues += queue_memory_bytes(s); },
      [&call, in_queues, then] {
        memory_use use;
        const auto [resident, code] = resident_and_code();
        const auto heap = mallinfo2();
        use.resident = resident;
        use.allocated = heap.uordblks + heap.hblkhd;
        const std::uint64_t connections = call.services().connections.size() * connection_bytes;
        const std::uint64_t channels = call.services().channels.size() * channel_bytes;
        const std::uint64_t known = *in_queues + connections + channels;
        const std::uint64_t free_heap = resident > use.allocated + code ? resident - use.allocated - code : 0;
        use.by_category = {{"queue_procs", bytes(*in_queues)},
                           {"connection_readers", bytes(connections)},
                           {"connection_channels", bytes(channels)},
                           {"code", bytes(code)},
                           {"reserved_unallocated", bytes(free_heap)},
                           {"other_system", bytes(use.allocated > known ? use.allocated - known : 0)}};
        then(std::move(use));
      });
}

}  // namespace warren::actors
