#pragma once

#include <optional>
#include <string>

#include "core/base/bytes.hpp"

namespace warren::amqp {

struct credentials {
  std::string user, password;
  friend bool operator==(const credentials&, const credentials&) = default;
};

/// PLAIN: `\0user\0password`, no authorisation identity (RFC 4616 would allow one, RabbitMQ does not). nullopt =
/// malformed.
[[nodiscard]] std::optional<credentials> parse_plain(bytes_view response);

/// AMQPLAIN: a field table without its length, with long strings LOGIN and PASSWORD. nullopt = malformed.
[[nodiscard]] std::optional<credentials> parse_amqplain(bytes_view response);

/// RABBIT-CR-DEMO's second step: `My password is <password>`. nullopt = malformed.
[[nodiscard]] std::optional<std::string> parse_cr_demo(bytes_view response);
inline constexpr const char* cr_demo_challenge = "Please tell me your password";

}  // namespace warren::amqp
