#include "node/ctl/show/cluster_status.hpp"

#include "node/ctl/show/sections.hpp"

namespace warren::ctl {

namespace json = boost::json;

namespace {

std::vector<std::string> by_node(const json::value* per_node, std::string (*line)(std::string_view node, const json::value& of_node)) {
  std::vector<std::string> out;
  if (per_node != nullptr && per_node->is_object())
    for (const auto& [node, value] : per_node->get_object()) out.push_back(line(node, value));
  return out;
}

std::string version_line(std::string_view node, const json::value& v) {
  std::string runtime = text_of(v, "erlang_version");
  // a bare number is Erlang's; another runtime tells its own name
  if (!runtime.empty() && runtime[0] >= '0' && runtime[0] <= '9') runtime = "Erlang " + runtime;
  return std::string(node) + ": " + text_of(v, "rabbitmq_name") + " " + text_of(v, "rabbitmq_version") + " on " + runtime;
}

std::string maintenance_line(std::string_view node, const json::value& v) {
  std::string status = v.is_string() ? std::string(v.get_string()) : std::string();
  if (status == "marked for maintenance") status = "\x1b[35m" + status + "\x1b[0m";
  return "Node: " + std::string(node) + ", status: " + status;
}

std::string partition_line(std::string_view node, const json::value& v) {
  std::string out = "Node " + std::string(node) + " cannot communicate with ";
  bool first = true;
  for (const std::string& other : words_of(&v)) out += (std::exchange(first, false) ? "" : ", ") + other;
  return out;
}

std::vector<std::string> listener_lines(const json::value* listeners) {
  std::vector<std::string> out;
  if (listeners == nullptr || !listeners->is_object()) return out;
  for (const auto& [node, list] : listeners->get_object())
    if (list.is_array())
      for (const json::value& l : list.get_array()) out.push_back("Node: " + std::string(node) + ", " + listener_line(l));
  return out;
}

std::vector<std::string> each(const json::value* list, std::string (*line)(const json::value&)) {
  std::vector<std::string> out;
  if (list != nullptr && list->is_array())
    for (const json::value& e : list->get_array()) out.push_back(line(e));
  return out;
}

std::string flag_line(const json::value& flag) { return "Flag: " + text_of(flag, "name") + ", state: " + text_of(flag, "state"); }

void node_list(section_writer& w, std::string_view title, const json::value* nodes) {
  w.title(title);
  for (const std::string& n : words_of(nodes)) w.line(n);
}

}  // namespace

std::string show_cluster_status(const invocation&, const json::value& r) {
  section_writer w;
  w.title("Basics").line("Cluster name: " + text_of(r, "cluster_name"));
  node_list(w, "Disk Nodes", member(r, "disk_nodes"));
  if (const json::value* ram = member(r, "ram_nodes"); ram != nullptr && !words_of(ram).empty()) node_list(w, "RAM Nodes", ram);
  node_list(w, "Running Nodes", member(r, "running_nodes"));
  w.title("Versions");
  for (const auto& l : by_node(member(r, "versions"), version_line)) w.line(l);
  w.title("Maintenance status");
  for (const auto& l : by_node(member(r, "maintenance_status"), maintenance_line)) w.line(l);
  w.title("Alarms").lines_or_none(each(member(r, "alarms"), alarm_line));
  w.title("Network Partitions").lines_or_none(by_node(member(r, "partitions"), partition_line));
  w.title("Listeners");
  for (const auto& l : listener_lines(member(r, "listeners"))) w.line(l);
  w.title("Feature flags");
  for (const auto& l : each(member(r, "feature_flags"), flag_line)) w.line(l);
  return w.take();
}

}  // namespace warren::ctl
