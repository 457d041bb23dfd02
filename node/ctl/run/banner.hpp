#pragma once

#include <string>
#include <string_view>

#include "node/ctl/model/invocation.hpp"

namespace warren::ctl {

/// Fills a template: {node} {vhost} {ctl} {timeout} (seconds), {1} {2} … arguments, {2..} the arguments from the second
/// on as `a, b`, {--name} an option or its default.
[[nodiscard]] std::string fill(std::string_view text, const invocation& i);
/// The command's banner without its newline; empty = none.
[[nodiscard]] std::string banner_of(const invocation& i);

}  // namespace warren::ctl
