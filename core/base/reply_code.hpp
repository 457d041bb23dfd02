#pragma once

#include <cstdint>
#include <string_view>

namespace warren {

/// AMQP 0-9-1 reply codes (specification 1.2.1 "constants"; names as RabbitMQ prints them).
enum class reply_code : std::uint16_t {
  success = 200,
  content_too_large = 311,
  no_route = 312,
  no_consumers = 313,
  connection_forced = 320,
  invalid_path = 402,
  access_refused = 403,
  not_found = 404,
  resource_locked = 405,
  precondition_failed = 406,
  frame_error = 501,
  syntax_error = 502,
  command_invalid = 503,
  channel_error = 504,
  unexpected_frame = 505,
  resource_error = 506,
  not_allowed = 530,
  not_implemented = 540,
  internal_error = 541,
};

/// `NOT_FOUND`, `PRECONDITION_FAILED`, …
[[nodiscard]] std::string_view reply_code_name(reply_code code);

/// True when the code closes the connection, false when it closes only the channel (specification 1.2.1, "hard-error").
[[nodiscard]] constexpr bool is_hard_error(reply_code code) {
  switch (code) {
    case reply_code::content_too_large:
    case reply_code::no_route:
    case reply_code::no_consumers:
    case reply_code::access_refused:
    case reply_code::not_found:
    case reply_code::resource_locked:
    case reply_code::precondition_failed:
      return false;
    default:
      return true;
  }
}

}  // namespace warren
