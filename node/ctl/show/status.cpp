#include "node/ctl/show/status.hpp"

#include <algorithm>
#include <cmath>

#include "node/ctl/show/sections.hpp"
#include "node/ctl/text/json_text.hpp"

namespace warren::ctl {

namespace json = boost::json;

namespace {

std::string unit_of(const invocation& i) {
  std::string unit(i.option("unit"));
  std::transform(unit.begin(), unit.end(), unit.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return unit.empty() ? "gb" : unit;
}

double divisor(std::string_view unit) {
  if (unit == "mb") return 1e6;
  if (unit == "gb") return 1e9;
  if (unit == "tb") return 1e12;
  if (unit == "mib") return 1048576.0;
  if (unit == "gib") return 1073741824.0;
  if (unit == "tib") return 1099511627776.0;
  return 1;
}

std::string rounded(double value, double to) { return number_text(json::value(std::round(value * to) / to)); }

double number_of(const json::value* v) {
  if (v == nullptr || !v->is_number()) return 0;
  return v->to_number<double>();
}

/// `0.0873 gb`: four decimals at most.
std::string amount(double bytes, const std::string& unit) {
  if (unit == "bytes") return std::to_string(static_cast<long long>(bytes)) + " bytes";
  return rounded(bytes / divisor(unit), 10'000) + " " + unit;
}

struct category {
  std::string name;
  double bytes, percent;
};

/// Biggest first.
std::vector<category> categories(const json::value* memory) {
  std::vector<category> out;
  if (memory == nullptr || !memory->is_object()) return out;
  double total = 0;
  for (const auto& [name, value] : memory->get_object()) {
    if (name == "total" || name == "strategy") continue;
    const double bytes = value.is_object() ? number_of(member(value, "bytes")) : number_of(&value);
    if (!value.is_object() && !value.is_number()) continue;
    out.push_back({std::string(name), bytes, value.is_object() ? number_of(member(value, "percentage")) : -1});
    total += bytes;
  }
  for (category& c : out)
    if (c.percent < 0) c.percent = total > 0 ? c.bytes * 100 / total : 0;
  std::stable_sort(out.begin(), out.end(), [](auto& a, auto& b) { return a.bytes > b.bytes; });
  return out;
}

double total_memory(const json::value* memory, const json::value& r) {
  if (memory == nullptr) return 0;
  const json::value* total = member(*memory, "total");
  if (total == nullptr) return 0;
  if (total->is_number()) return number_of(total);
  return number_of(member(*total, text_of(r, "vm_memory_calculation_strategy")));
}

std::string watermark(const json::value& r, const std::string& unit) {
  const json::value* setting = member(r, "vm_memory_high_watermark_setting");
  std::string out = "Memory high watermark setting: ";
  if (const json::value* relative = setting ? member(*setting, "relative") : nullptr)
    out += number_text(*relative) + " of available memory, computed to: ";
  else
    out += "absolute value, computed to: ";
  return out + amount(number_of(member(r, "vm_memory_high_watermark_limit")), unit);
}

std::string first_of(const json::value& r, std::initializer_list<std::string_view> names) {
  for (const auto name : names)
    if (std::string text = text_of(r, name); !text.empty()) return text;
  return {};
}

void runtime_section(section_writer& w, const invocation& i, const json::value& r) {
  w.title("Runtime");
  w.line("OS PID: " + text_of(r, "pid"));
  w.line("OS: " + text_of(r, "os"));
  w.line("Uptime (seconds): " + text_of(r, "uptime"));
  w.line("Is under maintenance?: " + text_of(r, "is_under_maintenance"));
  w.line("RabbitMQ version: " + text_of(r, "rabbitmq_version"));
  w.line("RabbitMQ release series support status: " + text_of(r, "release_series_support_status"));
  w.line("Node name: " + i.node);
  if (const std::string product = text_of(r, "product_name"); !product.empty() && product != "RabbitMQ")
    w.line("Product: " + product + " " + text_of(r, "product_version"));
  w.line("Erlang configuration: " + text_of(r, "erlang_version"));
  w.line("Crypto library: " + text_of(r, "crypto_lib_version"));
  if (const json::value* processes = member(r, "processes"))
    w.line("Erlang processes: " + text_of(*processes, "used") + " used, " + text_of(*processes, "limit") + " limit");
  w.line("Scheduler run queue: " + text_of(r, "run_queue"));
  w.line("Cluster heartbeat timeout (net_ticktime): " + text_of(r, "net_ticktime"));
}

void memory_section(section_writer& w, const json::value& r, const std::string& unit) {
  const json::value* memory = member(r, "memory");
  w.title("Memory");
  w.line("Total memory used: " + amount(total_memory(memory, r), unit));
  w.line("Calculation strategy: " + text_of(r, "vm_memory_calculation_strategy"));
  w.line(watermark(r, unit)).blank();
  for (const category& c : categories(memory)) w.line(c.name + ": " + amount(c.bytes, unit) + " (" + rounded(c.percent, 100) + " %)");
}

}  // namespace

std::string show_status(const invocation& i, const json::value& r) {
  const std::string unit = unit_of(i);
  section_writer w;
  runtime_section(w, i, r);
  w.title("Plugins").line("Enabled plugin file: " + text_of(r, "enabled_plugin_file")).line("Enabled plugins:").blank();
  w.items(member(r, "active_plugins"));
  w.title("Data directory").line("Node data directory: " + text_of(r, "data_directory"));
  w.line("Raft data directory: " + first_of(r, {"raft_data_directory", "data_directory"}));
  w.title("Config files").items(member(r, "config_files"));
  w.title("Log file(s)").items(member(r, "log_files"));
  w.title("Alarms");
  std::vector<std::string> alarms;
  if (const json::value* list = member(r, "alarms"); list != nullptr && list->is_array())
    for (const json::value& a : list->get_array()) alarms.push_back(alarm_line(a));
  w.lines_or_none(alarms);
  memory_section(w, r, unit);
  if (const json::value* files = member(r, "file_descriptors")) {
    w.title("File Descriptors").line("Total: " + text_of(*files, "total_used") + ", limit: " + text_of(*files, "total_limit"));
    w.line("Sockets: " + text_of(*files, "sockets_used") + ", limit: " + text_of(*files, "sockets_limit"));
  }
  w.title("Free Disk Space").line("Low free disk space watermark: " + amount(number_of(member(r, "disk_free_limit")), unit));
  w.line("Free disk space: " + amount(number_of(member(r, "disk_free")), unit));
  if (const json::value* totals = member(r, "totals")) {
    w.title("Totals").line("Connection count: " + text_of(*totals, "connection_count"));
    w.line("Queue count: " + text_of(*totals, "queue_count")).line("Virtual host count: " + text_of(*totals, "virtual_host_count"));
  }
  w.title("Listeners");
  if (const json::value* list = member(r, "listeners"); list != nullptr && list->is_array())
    for (const json::value& l : list->get_array()) w.line("I" + listener_line(l).substr(1));
  return w.take();
}

std::string show_listeners(const invocation&, const json::value& r) {
  const json::value* list = r.is_array() ? &r : member(r, "listeners");
  section_writer w;
  if (list != nullptr && list->is_array())
    for (const json::value& l : list->get_array()) w.line("I" + listener_line(l).substr(1));
  return w.take();
}

std::string show_memory_breakdown(const invocation& i, const json::value& r) {
  const std::string unit = unit_of(i);
  section_writer w;
  for (const category& c : categories(&r)) w.line(c.name + ": " + amount(c.bytes, unit) + " (" + rounded(c.percent, 100) + "%)");
  return w.blank().take();
}

}  // namespace warren::ctl
