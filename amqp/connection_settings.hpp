#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/message/field_table.hpp"

namespace warren::amqp {

/// What the server offers a connection. Defaults are RabbitMQ's.
struct connection_settings {
  std::vector<std::string> mechanisms{
      "PLAIN", "AMQPLAIN"};  ///< of PLAIN, AMQPLAIN, EXTERNAL, RABBIT-CR-DEMO; offered in this order
  std::string locales = "en_US";
  field_table server_properties;
  std::uint16_t channel_max = 2047;        ///< 0 = unlimited
  std::uint32_t frame_max = 131072;        ///< 0 = unlimited
  std::uint16_t heartbeat_s = 60;          ///< suggested; 0 = off
  std::uint32_t initial_frame_max = 4096;  ///< before tune-ok
  std::uint32_t handshake_timeout_ms = 10'000;
};

/// The table of connection.start: the capabilities, cluster_name, copyright, information, platform, product, version.
struct server_identity {
  std::string cluster_name, copyright, information, platform, product, version;
};
[[nodiscard]] field_table make_server_properties(const server_identity& identity);

/// What a client said about itself in connection.start-ok.
struct client_identity {
  field_table properties;
  std::string mechanism, locale;
  std::string connection_name;  ///< RabbitMQ's user_provided_name; empty when not given
  std::string product;          ///< `product` and `version`, for logs
  bool authentication_failure_close = false;
  bool connection_blocked = false;
  bool consumer_cancel_notify = false;
  bool basic_nack = false;
  bool publisher_confirms = false;
  bool exchange_exchange_bindings = false;
};
[[nodiscard]] client_identity identify_client(field_table properties, std::string mechanism, std::string locale);

/// What tune and tune-ok agreed on.
struct negotiated_limits {
  std::uint16_t channel_max = 0;
  std::uint32_t frame_max = 0;
  std::uint16_t heartbeat_s = 0;
};

}  // namespace warren::amqp
