#include "node/config/config_keys.hpp"

#include <algorithm>
#include <array>

#include "actors/logging/log_options.hpp"
#include "node/config/edit_distance.hpp"

namespace warren::node {
namespace {

bool is_category(const std::string& name) {
  const auto category = actors::parse_log_category(name);
  return category && *category != actors::log_category::plain;  // log.default has keys of its own
}

/// Walks both side by side. `wildcard` is set when the pattern has one.
bool matches(std::string_view pattern, const std::vector<std::string>& segments, std::string& wildcard) {
  for (std::size_t i = 0;; ++i) {
    const auto dot = pattern.find('.');
    const auto part = pattern.substr(0, dot);
    if (part == "**") return i < segments.size();
    if (i == segments.size()) return false;
    if (part == "$category") {
      if (!is_category(segments[i])) return false;
      wildcard = segments[i];
    } else if (part.starts_with('$')) {
      wildcard = segments[i];
    } else if (part != segments[i]) {
      return false;
    }
    if (dot == std::string_view::npos) return i + 1 == segments.size();
    pattern.remove_prefix(dot + 1);
  }
}

bool is_pattern(std::string_view name) { return name.find_first_of("$*") != std::string_view::npos; }

/// The pattern with the written segments where it has wildcards, so that only the other ones count as edits.
std::string filled_in(std::string_view pattern, const std::vector<std::string>& segments, std::string_view category) {
  std::string out;
  for (std::size_t i = 0; !pattern.empty(); ++i) {
    const auto dot = pattern.find('.');
    const auto part = pattern.substr(0, dot);
    pattern.remove_prefix(dot == std::string_view::npos ? pattern.size() : dot + 1);
    if (part == "**") {  // the rest as it was written: only the prefix can be wrong
      for (; i < segments.size(); ++i) out += '.' + segments[i];
      return out;
    }
    if (!out.empty()) out += '.';
    if (part == "$category")
      out += category;
    else
      out += part.starts_with('$') && i < segments.size() ? std::string_view(segments[i]) : part;
  }
  return out;
}

std::string cell(std::string_view s) {
  std::string out;
  for (const char c : s) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

std::string meaning(const config_key& key) {
  std::string out = key.effect == key_effect::kept        ? "Read and checked, not used yet."
                    : key.effect == key_effect::no_effect ? "No effect."
                    : key.effect == key_effect::refused   ? "Refused."
                                                          : "";
  if (!out.empty() && !key.doc.empty()) out += ' ';
  return out += cell(key.doc);
}

}  // namespace

std::span<const key_section> config_key_sections() {
  static const auto sections = std::to_array<key_section>({
      {"Listeners", listener_keys()},
      {"TLS", tls_keys()},
      {"Limits", limit_keys()},
      {"Users and passwords", access_keys()},
      {"Definitions", definition_keys()},
      {"Memory and disk", resource_keys()},
      {"Logs", log_keys()},
      {"Node and cluster", cluster_keys()},
      {"Known, without effect", inert_keys()},
  });
  return sections;
}

const config_key* find_config_key(const std::vector<std::string>& segments, std::string& wildcard) {
  const config_key* by_pattern = nullptr;
  for (const auto& section : config_key_sections()) {
    for (const auto& key : section.keys) {
      std::string found;
      if (!matches(key.name, segments, found)) continue;
      wildcard = found;
      if (!is_pattern(key.name)) return &key;
      const bool vaguer = key.name.ends_with("**");
      if (!by_pattern || (by_pattern->name.ends_with("**") && !vaguer)) by_pattern = &key;
    }
  }
  if (by_pattern) (void)matches(by_pattern->name, segments, wildcard);
  return by_pattern;
}

std::string nearest_config_key(const std::vector<std::string>& segments) {
  std::string written;
  for (const auto& segment : segments) written += (written.empty() ? "" : ".") + segment;
  std::string best;
  std::size_t least = std::max<std::size_t>(3, written.size() / 3) + 1;  // further away is no help
  for (const auto& section : config_key_sections()) {
    for (const auto& key : section.keys) {
      const bool per_category = key.name.find("$category") != std::string_view::npos;
      for (std::size_t category = 1; category < (per_category ? actors::log_categories : 2); ++category) {
        const auto candidate =
            filled_in(key.name, segments, log_category_name(static_cast<actors::log_category>(category)));
        const auto distance = edit_distance(written, candidate, least);
        if (distance >= least) continue;
        least = distance;
        best = candidate;
      }
    }
  }
  return best;
}

std::string config_keys_markdown() {
  std::string out;
  for (const auto& section : config_key_sections()) {
    out += "### " + std::string(section.title) + "\n\n| key | value | default | meaning |\n|---|---|---|---|\n";
    for (const auto& key : section.keys) {
      const bool any_text = key.kind == value_kind::text && key.effect == key_effect::no_effect;
      out += "| `" + std::string(key.name) + "` | " + (any_text ? "" : cell(describe_kind(key.kind, key.choices))) +
             " | " + (key.default_value.empty() ? "" : "`" + cell(key.default_value) + "`") + " | " + meaning(key) +
             " |\n";
    }
    out += "\n";
  }
  return out;
}

}  // namespace warren::node
