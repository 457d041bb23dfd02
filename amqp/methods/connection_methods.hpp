#pragma once

#include <cstdint>
#include <string>

#include "amqp/methods/method_id.hpp"
#include "core/message/field_table.hpp"

// What channel 0 speaks: handshake, close, alarms (specification class 10).
namespace warren::amqp {

struct connection_start {
  std::uint8_t version_major = 0, version_minor = 9;
  field_table server_properties{};
  std::string mechanisms{}, locales{};
  WARREN_METHOD(connection_start, 10, 10, "connection.start") {
    return visit(m.version_major, m.version_minor, m.server_properties, as_long_string{m.mechanisms},
                 as_long_string{m.locales});
  }
};

struct connection_start_ok {
  field_table client_properties{};
  std::string mechanism{}, response{}, locale{};
  WARREN_METHOD(connection_start_ok, 10, 11, "connection.start-ok") {
    return visit(m.client_properties, m.mechanism, as_long_string{m.response}, m.locale);
  }
};

struct connection_secure {
  std::string challenge{};
  WARREN_METHOD(connection_secure, 10, 20, "connection.secure") { return visit(as_long_string{m.challenge}); }
};

struct connection_secure_ok {
  std::string response{};
  WARREN_METHOD(connection_secure_ok, 10, 21, "connection.secure-ok") { return visit(as_long_string{m.response}); }
};

struct connection_tune {
  std::uint16_t channel_max = 0;
  std::uint32_t frame_max = 0;
  std::uint16_t heartbeat = 0;
  WARREN_METHOD(connection_tune, 10, 30, "connection.tune") { return visit(m.channel_max, m.frame_max, m.heartbeat); }
};

struct connection_tune_ok {
  std::uint16_t channel_max = 0;
  std::uint32_t frame_max = 0;
  std::uint16_t heartbeat = 0;
  WARREN_METHOD(connection_tune_ok, 10, 31, "connection.tune-ok") {
    return visit(m.channel_max, m.frame_max, m.heartbeat);
  }
};

struct connection_open {
  std::string virtual_host{}, capabilities{};
  bool insist = false;
  WARREN_METHOD(connection_open, 10, 40, "connection.open") { return visit(m.virtual_host, m.capabilities, m.insist); }
};

struct connection_open_ok {
  std::string known_hosts{};
  WARREN_METHOD(connection_open_ok, 10, 41, "connection.open-ok") { return visit(m.known_hosts); }
};

struct connection_close {
  std::uint16_t reply_code = 0;
  std::string reply_text{};
  std::uint16_t class_id = 0, method_id = 0;
  WARREN_METHOD(connection_close, 10, 50, "connection.close") {
    return visit(m.reply_code, m.reply_text, m.class_id, m.method_id);
  }
};

struct connection_close_ok {
  WARREN_METHOD(connection_close_ok, 10, 51, "connection.close-ok") { return visit(); }
};

struct connection_blocked {
  std::string reason{};
  WARREN_METHOD(connection_blocked, 10, 60, "connection.blocked") { return visit(m.reason); }
};

struct connection_unblocked {
  WARREN_METHOD(connection_unblocked, 10, 61, "connection.unblocked") { return visit(); }
};

struct connection_update_secret {
  std::string new_secret{}, reason{};
  WARREN_METHOD(connection_update_secret, 10, 70, "connection.update-secret") {
    return visit(as_long_string{m.new_secret}, m.reason);
  }
};

struct connection_update_secret_ok {
  WARREN_METHOD(connection_update_secret_ok, 10, 71, "connection.update-secret-ok") { return visit(); }
};

}  // namespace warren::amqp
