#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "actors/logging/log_options.hpp"

namespace warren::actors {

/// `2022-11-23 10:20:30.123456+00:00 [info] <connection> text`, as RabbitMQ writes it with the category in the place of
/// Erlang's process id. Every further line of the text gets the same beginning. Times are UTC.
void format_plaintext(std::int64_t microseconds, log_level level, log_category category, std::string_view text,
                      std::string& out);

/// `{"time":"…","level":"info","domain":"rabbitmq.connection","msg":"…"}`
void format_json(std::int64_t microseconds, log_level level, log_category category, std::string_view text,
                 std::string& out);

}  // namespace warren::actors
