#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace warren::supervision {

/// What a supervisor has to tell the log (OTP's supervisor reports).
struct supervisor_event {
  std::string supervisor;  ///< its path
  std::string child;       ///< the child's name, "" when it is about the supervisor itself
  std::string what;        ///< "child ended", "start failed", "killed", "delayed", "supervisor ended"
  std::string reason;
  std::uint32_t restarts = 0;  ///< of the child, before what follows
};

using supervisor_event_sink = std::function<void(const supervisor_event&)>;

/// Process-wide; called on the supervisor's thread. Without a sink, which is the default, nothing is reported.
void set_supervisor_event_sink(supervisor_event_sink sink);
[[nodiscard]] bool has_supervisor_event_sink();
void deliver(const supervisor_event& event) noexcept;

}  // namespace warren::supervision
