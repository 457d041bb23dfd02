#pragma once

#include <optional>
#include <string>
#include <vector>

#include "actors/logging/log_options.hpp"

namespace warren::node {

// Exit codes of the server (sysexits.h): what a script or a service manager may tell apart.
inline constexpr int exit_ok = 0;
inline constexpr int exit_boot_failed = 1;
inline constexpr int exit_usage = 64;
inline constexpr int exit_config = 78;

struct command_line {
  std::string name;  ///< as written; empty = not given
  std::string data_dir;
  std::vector<std::string> config_files;
  std::optional<actors::log_level> log_level;
  std::string erlang_cookie;
  bool check_config = false;  ///< read the configuration, say what is wrong with it, and end
  bool config_help = false;   ///< print the table of keys (docs/configuration.md) and end
};

/// Either options, or what to print and the exit code to end with (--help, --version, mistakes).
struct command_line_outcome {
  command_line options;
  std::optional<int> exit_code;
  std::string output;  ///< for stdout when exit_code is 0, else for stderr
};

[[nodiscard]] command_line_outcome parse_command_line(int argc, const char* const* argv);

}  // namespace warren::node
