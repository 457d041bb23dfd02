#include "node/config/environment.hpp"

#include <cctype>

extern char** environ;

namespace warren::node {
namespace {

constexpr std::string_view own_prefix = "WARREN_", rabbit_prefix = "RABBITMQ_";

std::string_view trim_shell(std::string_view s) {
  const auto first = s.find_first_not_of(" \t\r");
  return first == std::string_view::npos ? std::string_view{}
                                         : s.substr(first, s.find_last_not_of(" \t\r") - first + 1);
}

/// A shell word: quotes taken off, or everything up to a blank. nullopt for what only a shell can evaluate.
std::optional<std::string> shell_word(std::string_view s) {
  if (!s.empty() && (s.front() == '"' || s.front() == '\'')) {
    const auto end = s.find(s.front(), 1);
    if (end == std::string_view::npos) return std::nullopt;
    const auto word = s.substr(1, end - 1);
    if (s.front() == '"' && word.find_first_of("$`\\") != std::string_view::npos) return std::nullopt;
    return std::string(word);
  }
  const auto word = s.substr(0, s.find_first_of(" \t;#"));
  if (word.find_first_of("$`\\\"'") != std::string_view::npos) return std::nullopt;
  return std::string(word);
}

}  // namespace

void environment::set(std::string name, variable v) {
  auto& known = variables_[std::move(name)];
  if (v.rank >= known.rank) known = std::move(v);
}

environment environment::of(const std::map<std::string, std::string>& variables) {
  environment out;
  for (const auto& [name, value] : variables) {
    if (name.starts_with(own_prefix)) out.set(name.substr(own_prefix.size()), {value, name, 3});
    if (name.starts_with(rabbit_prefix)) out.set(name.substr(rabbit_prefix.size()), {value, name, 2});
  }
  return out;
}

environment environment::of_process() {
  std::map<std::string, std::string> variables;
  for (char** at = environ; *at; ++at) {
    const std::string_view row = *at;
    const auto equals = row.find('=');
    if (equals != std::string_view::npos) variables.emplace(row.substr(0, equals), row.substr(equals + 1));
  }
  return of(variables);
}

std::optional<std::string> environment::find(std::string_view name) const {
  const auto it = variables_.find(name);
  if (it == variables_.end() || it->second.value.empty()) return std::nullopt;
  return it->second.value;
}

std::string environment::source(std::string_view name) const {
  const auto it = variables_.find(name);
  return it == variables_.end() ? std::string(rabbit_prefix) + std::string(name) : it->second.source;
}

void environment::add_file(std::string_view text, const std::string& file, std::vector<config_problem>& warnings) {
  for (int line = 1; !text.empty(); ++line) {
    const auto end = text.find('\n');
    std::string_view row = trim_shell(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (row.empty() || row.front() == '#') continue;
    if (row.starts_with("export ")) row = trim_shell(row.substr(7));
    const auto equals = row.find('=');
    const auto name = row.substr(0, equals);
    const auto value = equals == std::string_view::npos ? std::nullopt : shell_word(row.substr(equals + 1));
    if (!value || name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") != std::string_view::npos) {
      warnings.push_back({file, line, "only NAME=value is understood, without the shell's substitutions; ignored"});
      continue;
    }
    std::string_view bare = name;
    for (const auto prefix : {own_prefix, rabbit_prefix})
      if (bare.starts_with(prefix)) bare.remove_prefix(prefix.size());
    set(std::string(bare), {*value, file + ":" + std::to_string(line) + " " + std::string(name), 1});
  }
}

}  // namespace warren::node
