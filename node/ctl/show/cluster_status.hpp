#pragma once

#include <boost/json/value.hpp>
#include <string>

#include "node/ctl/model/invocation.hpp"

namespace warren::ctl {

[[nodiscard]] std::string show_cluster_status(const invocation& i, const boost::json::value& result);

}  // namespace warren::ctl
