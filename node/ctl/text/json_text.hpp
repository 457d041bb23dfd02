#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <string_view>

namespace warren::ctl {

/// `1.0`, `0.4`: the shortest digits that mean the number, with a point, as Erlang and Elixir write them.
[[nodiscard]] std::string number_text(const boost::json::value& v);
/// Compact JSON on one line, numbers as above, keys in the node's order.
[[nodiscard]] std::string json_text(const boost::json::value& v);
/// `<rabbit@host.1.2.0>` from that or from `#PID<…>`.
[[nodiscard]] std::string shown_pid(std::string_view text);
/// The same as the JSON formatter writes it: `#PID<…>`; empty stays empty.
[[nodiscard]] std::string json_pid(std::string_view text);

}  // namespace warren::ctl
