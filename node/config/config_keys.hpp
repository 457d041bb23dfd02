#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "node/config/config_value.hpp"

namespace warren::node {

struct config_draft;

enum class key_effect : std::uint8_t {
  in_force,
  kept,       ///< read and checked; what uses it (clusters, plugins) is not part of Warren yet
  no_effect,  ///< RabbitMQ knows it; it means nothing in Warren: a warning
  refused,    ///< RabbitMQ knows it, Warren does not have it, and going on without it would do harm: an error
};

/// One key of rabbitmq.conf. The table of all of them is the only place that knows a key: parsing, messages and
/// docs/configuration.md come from it.
struct config_key {
  std::string_view name;  ///< `$x` stands for any one segment, a final `**` for any rest
  value_kind kind = value_kind::text;
  std::string_view choices;        ///< for value_kind::choice, separated by spaces
  std::string_view default_value;  ///< as it would be written
  std::string_view doc;
  key_effect effect = key_effect::in_force;
  /// Stores a value that parsed. `wildcard` is what stood for `$x`. Returns what is wrong with the value, or "".
  using setter = std::string (*)(config_draft&, const std::string& wildcard, const config_value&);
  setter set = nullptr;
};

/// Sections of the table in the order of the documentation.
struct key_section {
  std::string_view title;
  std::span<const config_key> keys;
};
[[nodiscard]] std::span<const key_section> config_key_sections();

/// The row for a key, or null. `wildcard` receives what stood for `$x`. An exact name wins over a pattern.
[[nodiscard]] const config_key* find_config_key(const std::vector<std::string>& segments, std::string& wildcard);

/// The known key that is the fewest edits away; empty when none is close.
[[nodiscard]] std::string nearest_config_key(const std::vector<std::string>& segments);

/// docs/configuration.md's table of keys.
[[nodiscard]] std::string config_keys_markdown();

// The sections, each in a file of its own.
[[nodiscard]] std::span<const config_key> listener_keys();
[[nodiscard]] std::span<const config_key> tls_keys();
[[nodiscard]] std::span<const config_key> limit_keys();
[[nodiscard]] std::span<const config_key> access_keys();
[[nodiscard]] std::span<const config_key> resource_keys();
[[nodiscard]] std::span<const config_key> definition_keys();
[[nodiscard]] std::span<const config_key> log_keys();
[[nodiscard]] std::span<const config_key> cluster_keys();
[[nodiscard]] std::span<const config_key> inert_keys();

}  // namespace warren::node
