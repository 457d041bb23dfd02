#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace warren::amqp {

/// The `expiration` property: a decimal number of milliseconds, written as text. RabbitMQ reads it with Erlang's
/// string:to_integer, takes any size (we cap far beyond any clock) and says what is wrong with the rest.
struct expiration_text {
  static constexpr std::uint64_t longest_ms = 1'000'000'000'000'000;  ///< some 31,000 years

  std::uint64_t ms = 0;
  std::string problem;  ///< empty, or `no_integer`, `{value_negative,-1}`, `{leftover_string,".5"}`
};
[[nodiscard]] expiration_text parse_expiration(std::string_view text);

}  // namespace warren::amqp
