#pragma once

#include <boost/json/value.hpp>
#include <string>

#include "node/ctl/model/command.hpp"

namespace warren::ctl {

/// A value as a table shows it: `true`, `[a, b]`, `[{"x-priority",3}]`, `<rabbit@host.1.2.0>`; missing = empty.
[[nodiscard]] std::string cell(const boost::json::value& v, column_kind kind = column_kind::text);
/// As a cell of pretty_table: lists without brackets.
[[nodiscard]] std::string boxed_cell(const boost::json::value& v, column_kind kind = column_kind::text);

}  // namespace warren::ctl
