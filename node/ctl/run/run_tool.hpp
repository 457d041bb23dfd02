#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>

#include "node/ctl/line/surroundings.hpp"
#include "node/ctl/link/node_dialer.hpp"
#include "node/ctl/model/invocation.hpp"
#include "node/ctl/run/console.hpp"

namespace warren::ctl {

/// Made when the line is understood: it may need the line's cookie and node name.
using make_dialer = std::function<std::unique_ptr<node_dialer>(const invocation&)>;

/// The whole tool: `words` is argv without the program. Returns the exit code.
int run_tool(const std::string& program, std::span<const std::string> words, const surroundings& around, console& screen,
             const make_dialer& dialer);

}  // namespace warren::ctl
