#include "node/config/conf_parser.hpp"

#include <algorithm>
#include <cctype>
#include <optional>

namespace warren::node {
namespace {

std::string_view trim(std::string_view s) {
  const auto first = s.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return s.substr(first, s.find_last_not_of(" \t\r") - first + 1);
}

/// Splits at dots. nullopt when a segment is empty or holds a character that no key has.
std::optional<std::vector<std::string>> split_key(std::string_view key) {
  std::vector<std::string> segments(1);
  for (std::size_t i = 0; i < key.size(); ++i) {
    const char c = key[i];
    if (c == '\\' && i + 1 < key.size()) {
      segments.back() += key[++i];
    } else if (c == '.') {
      segments.emplace_back();
    } else if (std::isspace(static_cast<unsigned char>(c))) {
      return std::nullopt;
    } else {
      segments.back() += c;
    }
  }
  if (std::any_of(segments.begin(), segments.end(), [](const auto& s) { return s.empty(); })) return std::nullopt;
  return segments;
}

struct parsed_value {
  std::string value;
  std::string error;
  std::string warning;
};

parsed_value parse_value(std::string_view rest) {
  parsed_value out;
  rest = trim(rest);
  if (!rest.empty() && rest.front() == '\'') {
    const auto end = rest.find('\'', 1);
    if (end == std::string_view::npos) {
      out.error = "a quoted value has no closing '";
      return out;
    }
    const auto behind = trim(rest.substr(end + 1));
    if (!behind.empty() && behind.front() != '#') {
      out.error = "text stands behind the closing ' of a quoted value";
      return out;
    }
    out.value = rest.substr(1, end - 1);
    return out;
  }
  const auto comment = rest.find('#');
  if (comment != std::string_view::npos && comment > 0 && rest[comment - 1] != ' ' && rest[comment - 1] != '\t')
    out.warning = "what follows # is a comment, as in RabbitMQ; put the value in single quotes if # belongs to it";
  out.value = trim(rest.substr(0, comment));
  if (out.value.empty()) out.error = "no value stands behind =";
  return out;
}

}  // namespace

std::string conf_entry::key_text() const {
  std::string out;
  for (const auto& segment : key) {
    if (!out.empty()) out += '.';
    for (const char c : segment) {
      if (c == '.' || c == '\\') out += '\\';
      out += c;
    }
  }
  return out;
}

std::string config_problem::describe() const {
  if (file.empty()) return text;
  if (line == 0) return file + ": " + text;
  return file + ":" + std::to_string(line) + ": " + text;
}

conf_file parse_conf(std::string_view text, const std::string& file) {
  conf_file out;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  for (int line = 1; !text.empty(); ++line) {
    const auto end = text.find('\n');
    const std::string_view row = trim(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (row.empty() || row.front() == '#') continue;

    const auto equals = row.find('=');
    if (equals == std::string_view::npos) {
      out.errors.push_back({file, line, "expected `key = value`, found `" + std::string(row) + "`"});
      continue;
    }
    const std::string_view key_text = trim(row.substr(0, equals));
    auto key = split_key(key_text);
    if (!key) {
      out.errors.push_back({file, line, "`" + std::string(key_text) + "` is not a key: expected words joined by dots"});
      continue;
    }
    auto value = parse_value(row.substr(equals + 1));
    if (!value.error.empty()) {
      out.errors.push_back({file, line, std::string(key_text) + ": " + value.error});
      continue;
    }
    if (!value.warning.empty()) out.warnings.push_back({file, line, std::string(key_text) + ": " + value.warning});
    out.entries.push_back({std::move(*key), std::move(value.value), file, line});
  }
  return out;
}

}  // namespace warren::node
