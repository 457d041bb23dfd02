#pragma once

#include <boost/json/value.hpp>
#include <string>

#include "node/ctl/model/invocation.hpp"

namespace warren::ctl {

[[nodiscard]] std::string show_status(const invocation& i, const boost::json::value& result);
[[nodiscard]] std::string show_listeners(const invocation& i, const boost::json::value& result);
[[nodiscard]] std::string show_memory_breakdown(const invocation& i, const boost::json::value& result);

}  // namespace warren::ctl
