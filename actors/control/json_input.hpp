#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/message/field_table.hpp"

namespace warren::actors {

// JSON on a command line.

/// `JSON decoding error. Reason: badarg` when it is none.
[[nodiscard]] result<boost::json::value> read_json(std::string_view text);
/// An object as a table; `what` names it when it is something else.
[[nodiscard]] result<field_table> read_json_table(std::string_view text, std::string_view what);

}  // namespace warren::actors
