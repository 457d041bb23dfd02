#include "node/ctl/commands/registry.hpp"

#include <algorithm>

#include "node/ctl/commands/tables.hpp"
#include "node/ctl/text/jaro.hpp"

namespace warren::ctl {
namespace {

/// Between what RabbitMQ 3.10 suggests (0.775) and what it does not (0.709), as captured.
constexpr double near_enough = 0.75;

std::vector<command_spec> collect() {
  std::vector<command_spec> all;
  for (const auto table :
       {cluster_commands(), node_commands(), user_commands(), permission_commands(), vhost_commands(), policy_commands(),
        parameter_commands(), queue_commands(), connection_commands(), status_commands(), check_commands(), diagnostics_commands(),
        configuration_commands(), definition_commands(), replica_commands(), plugin_commands(), upgrade_commands(), tool_commands()})
    all.insert(all.end(), table.begin(), table.end());
  std::sort(all.begin(), all.end(), [](auto& a, auto& b) { return a.name < b.name; });
  return all;
}

}  // namespace

std::span<const command_spec> all_commands() {
  static const std::vector<command_spec> all = collect();
  return all;
}

const command_spec* find_command(tool t, std::string_view name) {
  const auto all = all_commands();
  // several commands may share a name in different tools (`list` of plugins)
  for (auto c = std::lower_bound(all.begin(), all.end(), name, [](auto&a, std::string_view n) { return a.name < n; });
       c != all.end() && c->name == name; ++c)
    if (c->tools.has(t)) return &*c;
  return nullptr;
}

std::vector<const command_spec*> commands_in(tool t, section s) {
  std::vector<const command_spec*> out;
  for (const command_spec& c : all_commands())
    if (c.tools.has(t) && c.in == s) out.push_back(&c);
  return out;
}

std::optional<std::string_view> suggestion(tool t, std::string_view typed) {
  std::optional<std::string_view> best;
  double distance = near_enough;
  for (const command_spec& c : all_commands()) {
    if (!c.tools.has(t)) continue;
    const double d = jaro(c.name, typed);
    if (d > distance) best = c.name, distance = d;
  }
  return best;
}

}  // namespace warren::ctl
