#pragma once

#include <boost/json/value.hpp>
#include <string>

#include "node/ctl/model/invocation.hpp"

namespace warren::ctl {

/// Several commands' results, each as that command shows it.
[[nodiscard]] std::string show_report(const invocation& i, const boost::json::value& result);

}  // namespace warren::ctl
