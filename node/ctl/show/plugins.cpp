#include "node/ctl/show/plugins.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <fstream>
#include <set>
#include <sstream>

#include "core/base/pattern.hpp"
#include "node/ctl/model/exit_code.hpp"
#include "node/ctl/show/sections.hpp"

namespace warren::ctl {

namespace json = boost::json;

namespace {

struct plugin_facts {
  std::vector<std::string> running;
  std::set<std::string> enabled;
  std::string version, file;
};

/// nullopt after reporting an exit code into `failed`.
std::optional<plugin_facts> ask_for_plugins(session& s, int& failed) {
  auto answer = s.demand({"status", {}, {}});
  if (const int* code = std::get_if<int>(&answer)) return failed = *code, std::nullopt;
  const json::value& status = std::get<json::value>(answer);
  plugin_facts out{
      words_of(member(status, "active_plugins")), {}, text_of(status, "rabbitmq_version"), text_of(status, "enabled_plugin_file")};
  std::ifstream file(out.file);
  std::ostringstream text;
  text << file.rdbuf();
  for (std::string& name : enabled_plugins_of(text.str())) out.enabled.insert(std::move(name));
  return out;
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& w : words) out += (out.empty() ? "" : ", ") + w;
  return out;
}

}  // namespace

std::vector<std::string> enabled_plugins_of(std::string_view text) {
  std::vector<std::string> out;
  std::string name;
  bool comment = false;
  for (const char c : text) {
    if (c == '%') comment = true;
    if (c == '\n') comment = false;
    const bool part = !comment && (std::isalnum(static_cast<unsigned char>(c)) || c == '_');
    if (part)
      name += c;
    else if (!name.empty())
      out.push_back(std::exchange(name, {}));
  }
  if (!name.empty()) out.push_back(name);
  return out;
}

int run_list_plugins(session& s) {
  const invocation& i = s.what();
  const std::string wanted(i.arguments.empty() ? ".*" : i.arguments[0]);
  const auto matcher = pattern::compile(wanted);
  if (!matcher) return s.fail(exit_data, "invalid regular expression: " + wanted);
  if (const auto failed = s.connect_and_check()) return *failed;
  s.print_banner();
  int failed = 0;
  const auto facts = ask_for_plugins(s, failed);
  if (!facts) return failed;
  std::set<std::string> names(facts->running.begin(), facts->running.end());
  names.insert(facts->enabled.begin(), facts->enabled.end());
  json::array plugins;
  for (const std::string& name : names) {
    const bool running = std::find(facts->running.begin(), facts->running.end(), name) != facts->running.end();
    const bool is_explicit = facts->enabled.contains(name);
    if (!matcher->found_in(name) || (i.flag("enabled") && !is_explicit)) continue;
    plugins.push_back(json::object{{"enabled", is_explicit ? "enabled" : "implicit"},
                                   {"name", name},
                                   {"running", running},
                                   {"running_version", running ? facts->version : ""},
                                   {"version", facts->version}});
  }
  const char* format = i.flag("verbose") ? "verbose" : i.flag("minimal") ? "minimal" : "normal";
  return s.show(json::object{{"format", format}, {"plugins", std::move(plugins)}, {"status", "running"}});
}

std::string show_plugins(const invocation& i, const json::value& r) {
  const json::value* list = member(r, "plugins");
  const std::string format = text_of(r, "format");
  std::string out;
  if (list == nullptr || !list->is_array()) return out;
  const json::array& plugins = list->get_array();
  if (format != "minimal")
    out = " Configured: E = explicitly enabled; e = implicitly enabled\n | Status: * = running on " + i.node + "\n |/\n";
  std::size_t width = 0;
  for (const json::value& p : plugins) width = std::max(width, text_of(p, "name").size());
  for (const json::value& p : plugins) {
    const std::string name = text_of(p, "name");
    const std::string mark =
        std::string("[") + (text_of(p, "enabled") == "enabled" ? "E" : "e") + (text_of(p, "running") == "true" ? "*" : " ") + "] ";
    if (format == "minimal")
      out += name + '\n';
    else if (format == "verbose")
      out += mark + name + "\n     Version:     \t" + text_of(p, "version") + '\n';
    else
      out += mark + name + std::string(width - name.size() + 1, ' ') + text_of(p, "version") + '\n';
  }
  return out;
}

int run_is_enabled(session& s) {
  const invocation& i = s.what();
  if (const auto failed = s.connect_and_check()) return *failed;
  s.print_banner();
  int failed = 0;
  const auto facts = ask_for_plugins(s, failed);
  if (!facts) return failed;
  std::vector<std::string> missing;
  for (const std::string& name : i.arguments)
    if (std::find(facts->running.begin(), facts->running.end(), name) == facts->running.end()) missing.push_back(name);
  std::vector<std::string> known = facts->running;
  std::sort(known.begin(), known.end());
  const bool one = i.arguments.size() == 1;
  if (!missing.empty())
    return s.fail(exit_unavailable, (one ? "Plugin " + missing[0] + " is not enabled" : "Plugins " + joined(missing) + " are not enabled") +
                                        " on node " + i.node + ". Enabled plugins and dependencies: " + joined(known));
  return s.show(json::value((one ? "Plugin " + i.arguments[0] + " is enabled" : "Plugins " + joined(i.arguments) + " are enabled") +
                            " on node " + i.node));
}

int run_plugin_directories(session& s) {
  if (const auto failed = s.connect_and_check()) return *failed;
  s.print_banner();
  int failed = 0;
  const auto facts = ask_for_plugins(s, failed);
  if (!facts) return failed;
  return s.show(
      json::object{{"enabled_plugins_file", facts->file}, {"plugins_dir", "(bundled with the server)"}, {"plugins_expand_dir", "(none)"}});
}

std::string show_plugin_directories(const invocation&, const json::value& r) {
  return "Plugin archives directory: " + text_of(r, "plugins_dir") + "\nPlugin expansion directory: " + text_of(r, "plugins_expand_dir") +
         "\nEnabled plugins file: " + text_of(r, "enabled_plugins_file") + "\n";
}

}  // namespace warren::ctl
