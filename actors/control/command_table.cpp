#include "actors/control/command_table.hpp"

#include <algorithm>
#include <map>
#include <vector>

namespace warren::actors {

namespace {

using table = std::map<std::string_view, command_entry>;

const table& all() {
  static const table commands = [] {
    table t;
    for (const auto part :
         {user_commands(), permission_commands(), vhost_commands(), policy_commands(), parameter_commands(),
          topology_commands(), queue_commands(), replica_commands(), connection_commands(), login_commands(),
          status_commands(), check_commands(), cluster_commands(), limit_commands(), log_commands(),
          definition_commands(), feature_flag_commands(), runtime_commands(), inspection_commands()})
      for (const command_entry& e : part) t.emplace(e.name, e);
    return t;
  }();
  return commands;
}

}  // namespace

const command_entry* find_command(std::string_view name) {
  const auto i = all().find(name);
  return i == all().end() ? nullptr : &i->second;
}

std::span<const std::string_view> command_names() {
  static const std::vector<std::string_view> names = [] {
    std::vector<std::string_view> n;
    for (const auto& [name, entry] : all()) n.push_back(name);
    return n;
  }();
  return names;
}

}  // namespace warren::actors
