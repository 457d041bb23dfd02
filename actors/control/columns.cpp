#include "actors/control/columns.hpp"

namespace warren::actors {

std::vector<std::string> split_columns(std::span<const std::string> arguments) {
  std::vector<std::string> out;
  for (const std::string& argument : arguments) {
    std::size_t at = 0;
    while (at <= argument.size()) {
      const std::size_t end = std::min(argument.find_first_of(", ", at), argument.size());
      if (end > at) out.push_back(argument.substr(at, end - at));
      at = end + 1;
    }
  }
  return out;
}

control_error unsupported_columns(std::vector<std::string> unknown) {
  std::sort(unknown.begin(), unknown.end());
  std::string names;
  for (const std::string& name : unknown) names += (names.empty() ? "" : ",") + name;
  return {exit_code::usage, "Info key(s) " + names + " are not supported", control_error::layout::validation, {}};
}

}  // namespace warren::actors
