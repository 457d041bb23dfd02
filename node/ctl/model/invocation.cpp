#include "node/ctl/model/invocation.hpp"

namespace warren::ctl {

std::string_view invocation::option(std::string_view name) const {
  if (const auto found = options.find(name); found != options.end()) return found->second;
  if (command != nullptr)
    for (const option_spec& o : command->options)
      if (o.name == name) return o.default_value;
  return {};
}

std::optional<std::chrono::milliseconds> invocation::timeout() const {
  if (timeout_s) return std::chrono::seconds(*timeout_s);
  if (command != nullptr && command->default_timeout_s > 0) return std::chrono::seconds(command->default_timeout_s);
  return std::nullopt;
}

std::string_view title(section s) {
  switch (s) {
    case section::help: return "Help";
    case section::nodes: return "Nodes";
    case section::cluster: return "Cluster";
    case section::replication: return "Replication";
    case section::users: return "Users";
    case section::access_control: return "Access Control";
    case section::monitoring: return "Monitoring, observability and health checks";
    case section::parameters: return "Parameters";
    case section::policies: return "Policies";
    case section::virtual_hosts: return "Virtual hosts";
    case section::configuration: return "Configuration and Environment";
    case section::definitions: return "Definitions";
    case section::feature_flags: return "Feature flags";
    case section::operations: return "Operations";
    case section::queues: return "Queues";
    case section::plugins: return "Plugin Management";
    case section::upgrade: return "Upgrade";
    case section::deprecated: return "Deprecated";
  }
  return {};
}

}  // namespace warren::ctl
