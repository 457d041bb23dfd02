#pragma once

#include <string>
#include <string_view>

#include "core/message/field_table.hpp"

namespace warren {

// Values as Erlang prints them: RabbitMQ's error texts contain them, and clients and tests compare these texts.

[[nodiscard]] std::string term_binary(std::string_view bytes);   ///< `<<"abc">>`, `<<195,164>>` when not printable
[[nodiscard]] std::string term_atom(std::string_view name);      ///< `topic`, `'x-random'`
[[nodiscard]] std::string term_value(const field_value& value);  ///< `5`, `true`, `<<"a">>`, `[1,2]`, `[{<<"k">>,1}]`
[[nodiscard]] std::string term_pairs(const field_table& table);  ///< `[{<<"k">>,1},…]`

}  // namespace warren
