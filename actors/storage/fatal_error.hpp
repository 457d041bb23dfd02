#pragma once

#include <functional>
#include <string>

namespace warren::actors {

/// What to do when a write or a sync failed: it must not return. The kernel forgets which pages it could not write, so
/// neither repeating nor going on would keep a promise that was given (issue 2, section 4).
using fatal_handler = std::function<void(const std::string& what)>;

/// Says why on standard error and ends the process with status 1, without running destructors or exit handlers.
[[noreturn]] void end_process(const std::string& what);

}  // namespace warren::actors
