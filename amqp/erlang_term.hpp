#pragma once

#include <string>

#include "core/base/bytes.hpp"

// RabbitMQ's error texts contain terms as Erlang prints them; clients and their test suites compare these.
namespace warren::amqp {

/// `~w` of a binary: `<<0,0,32,97,98,99>>`.
[[nodiscard]] std::string print_octets(bytes_view bytes);

/// `~p` of a binary: `<<"xxxx">>` when every byte is printable, otherwise as print_octets.
[[nodiscard]] std::string print_binary(bytes_view bytes);

/// `~p` of a string: `".5"`, or its character codes `[1,2]` when one is not printable.
[[nodiscard]] std::string print_string(bytes_view text);

}  // namespace warren::amqp
