#pragma once

#include <optional>
#include <string>
#include <vector>

#include "node/command_line/command_line.hpp"
#include "node/config/environment.hpp"
#include "node/config/load_config.hpp"

namespace warren::node {

/// The files to read, in order: those of --config alone, else RABBITMQ_CONFIG_FILE or the first default that exists,
/// then conf.d/*.conf beside it, or what RABBITMQ_CONFIG_FILES names (a directory or a pattern).
[[nodiscard]] std::vector<std::string> config_files(const command_line& options, const environment& variables,
                                                    const machine_defaults& machine,
                                                    std::vector<config_problem>& errors);

/// The whole text of a file; nullopt and `why` when it cannot be read.
[[nodiscard]] std::optional<std::string> read_text_file(const std::string& path, std::string& why);

}  // namespace warren::node
