#pragma once

#include <span>
#include <string_view>

namespace warren::actors {

class command_actor;

struct command_entry {
  std::string_view name;
  void (*run)(command_actor&);
  /// What the node itself insists on: `running`, `stopped`; empty = what the request says.
  std::string_view app = "running";
  bool blocking = false;  ///< reads files, connects, resolves: gets a thread of its own
};

/// null: no such command.
[[nodiscard]] const command_entry* find_command(std::string_view name);
[[nodiscard]] std::span<const std::string_view> command_names();  ///< sorted

// The commands by subject, a file each.
[[nodiscard]] std::span<const command_entry> user_commands();
[[nodiscard]] std::span<const command_entry> permission_commands();
[[nodiscard]] std::span<const command_entry> vhost_commands();
[[nodiscard]] std::span<const command_entry> policy_commands();
[[nodiscard]] std::span<const command_entry> parameter_commands();
[[nodiscard]] std::span<const command_entry> topology_commands();
[[nodiscard]] std::span<const command_entry> queue_commands();
[[nodiscard]] std::span<const command_entry> replica_commands();
[[nodiscard]] std::span<const command_entry> connection_commands();
[[nodiscard]] std::span<const command_entry> login_commands();
[[nodiscard]] std::span<const command_entry> status_commands();
[[nodiscard]] std::span<const command_entry> check_commands();
[[nodiscard]] std::span<const command_entry> cluster_commands();
[[nodiscard]] std::span<const command_entry> limit_commands();
[[nodiscard]] std::span<const command_entry> log_commands();
[[nodiscard]] std::span<const command_entry> definition_commands();
[[nodiscard]] std::span<const command_entry> feature_flag_commands();
[[nodiscard]] std::span<const command_entry> runtime_commands();
[[nodiscard]] std::span<const command_entry> inspection_commands();

}  // namespace warren::actors
