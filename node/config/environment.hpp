#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/config/conf_parser.hpp"

namespace warren::node {

/// The environment variables that mean something to a node, by their names without prefix. WARREN_NAME beats
/// RABBITMQ_NAME, and both beat what rabbitmq-env.conf says.
class environment {
 public:
  [[nodiscard]] static environment of_process();
  /// For tests: whole names with their prefixes.
  [[nodiscard]] static environment of(const std::map<std::string, std::string>& variables);

  /// NODENAME, NODE_PORT, …; nullopt when unset or empty.
  [[nodiscard]] std::optional<std::string> find(std::string_view name) const;
  /// The variable as the operator wrote it, for messages: RABBITMQ_NODE_PORT.
  [[nodiscard]] std::string source(std::string_view name) const;

  /// Adds what an env file (`NAME=value` lines of shell, RABBITMQ_ optional) sets and the environment does not.
  void add_file(std::string_view text, const std::string& file, std::vector<config_problem>& warnings);

 private:
  struct variable {
    std::string value;
    std::string source;
    int rank = 0;  ///< 3 WARREN_, 2 RABBITMQ_, 1 the file
  };
  void set(std::string name, variable v);
  std::map<std::string, variable, std::less<>> variables_;
};

}  // namespace warren::node
