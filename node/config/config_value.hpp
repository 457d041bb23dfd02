#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace warren::node {

/// What a configuration key accepts.
enum class value_kind : std::uint8_t {
  text,
  path,                      ///< of a file or directory; whether it exists is checked by what uses it
  boolean,                   ///< true, false
  flag,                      ///< on, off, true, false
  whole,                     ///< 0 or more
  positive,                  ///< 1 or more
  byte,                      ///< 0 … 255
  milliseconds,              ///< a whole number
  milliseconds_or_infinity,  ///< absent value = infinity
  seconds,
  whole_or_infinity,
  port,         ///< 1 … 65535
  bytes,        ///< 131072, 128KB: binary units, as RabbitMQ reads frame_max
  memory_size,  ///< 50MB decimal, 50MiB and 50M binary, as RabbitMQ reads watermarks
  ratio,        ///< 0 or more, with a decimal point
  ratio_below_one,
  listener,  ///< 5672, 127.0.0.1:5672, ::1:5672, [::1]:5672
  choice,    ///< one of the key's choices
};

struct listener_address {
  std::string ip;  ///< empty = all interfaces, IPv6 and IPv4
  std::uint16_t port = 0;
  friend bool operator==(const listener_address&, const listener_address&) = default;
};

/// infinity is held as -1.
using config_value = std::variant<std::string, bool, std::int64_t, double, listener_address>;

struct value_outcome {
  config_value value;
  bool ok = false;
};

/// `choices` is a list separated by spaces, for value_kind::choice.
[[nodiscard]] value_outcome parse_config_value(value_kind kind, std::string_view choices, std::string_view text);

/// "a number of milliseconds", "one of: a, b", …: completes "expected …".
[[nodiscard]] std::string describe_kind(value_kind kind, std::string_view choices);

/// Limits such as `50MB`: decimal for kB/MB/GB, binary for K/M/G and KiB/MiB/GiB. -1 when malformed.
[[nodiscard]] std::int64_t parse_memory_size(std::string_view text);
/// Sizes such as `128KB`: binary for every unit. -1 when malformed.
[[nodiscard]] std::int64_t parse_bytes(std::string_view text);

}  // namespace warren::node
