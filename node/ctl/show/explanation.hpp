#pragma once

#include <boost/json/value.hpp>
#include <string>

#include "node/ctl/model/invocation.hpp"

namespace warren::ctl {

/// Why a message would go where it goes: exchange by exchange, then queue by queue, then what a confirm would mean.
[[nodiscard]] std::string show_explanation(const invocation& i, const boost::json::value& result);

}  // namespace warren::ctl
