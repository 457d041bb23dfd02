#pragma once

#include <boost/json/value.hpp>
#include <string>

#include "node/ctl/model/invocation.hpp"

namespace warren::ctl {

// Small results with a form of their own.

/// {"node", "result": "ok", "value"}: the value; of --global, rows.
[[nodiscard]] std::string show_limits(const invocation& i, const boost::json::value& result);
[[nodiscard]] std::string show_rows_without_headers(const invocation& i, const boost::json::value& result);
/// Replicas that were added or removed; an empty line when none were.
[[nodiscard]] std::string show_resized(const invocation& i, const boost::json::value& result);
[[nodiscard]] std::string show_auth_attempts(const invocation& i, const boost::json::value& result);
[[nodiscard]] std::string show_certificates(const invocation& i, const boost::json::value& result);
[[nodiscard]] std::string show_peers(const invocation& i, const boost::json::value& result);
/// Addresses by interface.
[[nodiscard]] std::string show_interfaces(const invocation& i, const boost::json::value& result);
/// NAME=value lines.
[[nodiscard]] std::string show_environment_variables(const invocation& i, const boost::json::value& result);
[[nodiscard]] std::string show_resolver(const invocation& i, const boost::json::value& result);

}  // namespace warren::ctl
