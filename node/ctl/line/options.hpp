#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "node/ctl/model/command.hpp"

namespace warren::ctl {

/// The options that every command takes.
[[nodiscard]] std::span<const option_spec> global_options();

/// What `words` are, by the options that are known.
struct scanned_words {
  struct option {
    const option_spec* spec;
    std::string value;  ///< flags: `true` or `false`
  };
  std::vector<std::string> positional;
  std::vector<option> options;                           ///< in order: a later one beats an earlier one
  std::vector<std::pair<std::string, std::string>> bad;  ///< unknown, without their value, or with one of another kind
};

/// Options may stand anywhere: `--name value`, `--name=value`, `--flag`, `--no-flag`, `-x value`, `-x=value`; `--` ends
/// them. A lone
/// `-` and negative numbers are words, as Elixir's OptionParser has it.
[[nodiscard]] scanned_words scan(std::span<const std::string> words, std::span<const option_spec* const> known);

/// The first word that is neither an option nor the value of one that any command has.
[[nodiscard]] std::optional<std::size_t> command_position(std::span<const std::string> words, std::span<const option_spec* const> known);

}  // namespace warren::ctl
