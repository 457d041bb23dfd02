#pragma once

#include <string>
#include <vector>

#include "node/command_line/command_line.hpp"
#include "node/config/conf_parser.hpp"
#include "node/config/environment.hpp"
#include "node/config/node_config.hpp"

namespace warren::node {

/// Where things are when nobody says otherwise, and what the machine is called. Tests give their own.
struct machine_defaults {
  std::string short_host;
  std::string long_host;
  std::vector<std::string> config_bases{"/etc/warren", "/etc/rabbitmq"};  ///< the first that has a file is used
  std::vector<std::string> config_names{"warren.conf", "rabbitmq.conf"};
  std::string data_base = "/var/lib/warren";
  std::string log_base = "/var/log/warren";

  [[nodiscard]] static machine_defaults of_this_machine();
};

struct loaded_config {
  node_config config;
  std::vector<std::string> files;  ///< that were read, in order
  std::vector<config_problem> errors;
  std::vector<config_problem> warnings;
};

/// Merges configuration files, environment and command line: each beats what stands before it, and later duplicates
/// beat earlier ones. Collects every error instead of stopping at the first.
[[nodiscard]] loaded_config load_config(const command_line& options, environment variables,
                                        const machine_defaults& machine);

}  // namespace warren::node
