#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/ctl/model/command.hpp"

namespace warren::ctl {

enum class formatter : std::uint8_t { standard, table, json, csv, pretty_table, erlang, json_stream };

/// What was asked for: the command line after parsing, with the environment's defaults in it.
struct invocation {
  std::string program;  ///< as invoked or --script-name, without directories: what usage texts begin with
  tool as = tool::ctl;
  const command_spec* command = nullptr;
  std::vector<std::string> arguments;                       ///< positional words after the command
  std::map<std::string, std::string, std::less<>> options;  ///< the command's own, by long name; flags are "true"/"false"
  std::vector<std::string> words;                           ///< all of argv after the program, for `Arguments given:`

  std::string node;  ///< name@host
  bool long_names = false;
  std::string vhost = "/";
  bool vhost_given = false;
  bool quiet = false;
  bool silent = false;
  bool headers = true;
  bool dry_run = false;
  std::optional<std::int64_t> timeout_s;  ///< -t
  formatter format = formatter::standard;
  std::string cookie;  ///< --erlang-cookie

  [[nodiscard]] bool flag(std::string_view name) const {
    const auto found = options.find(name);
    return found != options.end() && found->second == "true";
  }
  /// The option's value, else its default in the table, else empty.
  [[nodiscard]] std::string_view option(std::string_view name) const;
  [[nodiscard]] bool given(std::string_view name) const { return options.find(name) != options.end(); }
  /// 1-based; empty when there is none.
  [[nodiscard]] std::string_view argument(std::size_t n) const {
    return n >= 1 && n <= arguments.size() ? std::string_view(arguments[n - 1]) : std::string_view();
  }
  /// -t, else the command's default; nullopt: as long as it takes.
  [[nodiscard]] std::optional<std::chrono::milliseconds> timeout() const;
};

}  // namespace warren::ctl
