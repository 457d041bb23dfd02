#pragma once

#include <boost/json/value.hpp>
#include <string>

#include "node/ctl/run/session.hpp"

namespace warren::ctl {

/// What the tool itself would take as its cookie; no node is asked.
int run_cookie_sources(session& s);
[[nodiscard]] std::string show_cookie_sources(const invocation& i, const boost::json::value& result);

}  // namespace warren::ctl
