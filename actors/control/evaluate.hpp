#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace warren::actors {

// `eval`: there is no Erlang here. The expressions that RabbitMQ's guides use are known by their text.

enum class known_expression {
  cluster_name,
  alarms,
  get_partition_handling,
  set_partition_handling,
  running_nodes,
  all_nodes,
  other_nodes,
  this_node,
  federation_status,
  shovel_status,
  is_running,
  version
};

struct expression {
  known_expression what;
  std::string argument;  ///< of set_partition_handling
};

struct expression_refusal {
  bool syntax = false;  ///< it does not end with a full stop: 64, otherwise 69
  std::string text;
};

[[nodiscard]] std::variant<expression, expression_refusal> read_expression(std::string_view text);

/// `[a@b,c@d]`
[[nodiscard]] std::string atom_list(const std::vector<std::string>& names);

}  // namespace warren::actors
