#pragma once

#include <boost/json/value.hpp>
#include <string>

#include "node/ctl/model/invocation.hpp"

namespace warren::ctl {

/// The supervision tree with lines between parents and children.
[[nodiscard]] std::string show_tree(const invocation& i, const boost::json::value& result);

}  // namespace warren::ctl
