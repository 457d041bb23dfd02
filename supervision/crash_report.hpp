#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace warren::supervision {

/// What an actor leaves behind when it dies of an exception.
struct crash_report {
  std::string path;   ///< `node/vhosts/%2F/queues/q1`
  std::string kind;   ///< `queue`
  std::uint64_t actor_id = 0;
  std::string exception;  ///< its type: `warren::invariant_violation`
  std::string reason;     ///< what()
  std::vector<std::string> last_messages;  ///< kinds of the last messages, newest first; [0] is the one that threw
};

/// One line for a log.
[[nodiscard]] std::string render(const crash_report& report);

using crash_report_sink = std::function<void(const crash_report&)>;

/// Process-wide; called on the dying actor's thread, possibly by several at once. An empty sink restores the default,
/// which writes the line to stderr. What a sink throws is swallowed.
void set_crash_report_sink(crash_report_sink sink);

/// For the guard.
void deliver(const crash_report& report) noexcept;

}  // namespace warren::supervision
