#pragma once

#include <fmt/core.h>

#include <atomic>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "actors/logging/log_options.hpp"

// The node's log. Any thread may call; a call formats its text and puts it into a bounded queue that a thread of the
// log's own writes out. When that queue is full the oldest lines are dropped (and counted in the log), so that a slow
// disk never stops a connection. Nothing is logged per message.

namespace warren::actors {

/// Starts the thread and opens the files. Returns what is wrong ("cannot open …"), or "". Until then, and after
/// stop_logging(), lines go to the standard error.
[[nodiscard]] std::string start_logging(const log_options& options);
/// Writes out what is queued and ends the thread. Also right before the process is ended on purpose.
void stop_logging();
/// Closes and opens the files again: after logrotate has renamed them (SIGHUP).
void reopen_log_files();
/// Every category and sink takes lines from this level on, until the next start (`set_log_level`).
void set_log_level(log_level level);
/// The log files in use, for the banner.
[[nodiscard]] std::vector<std::string> log_files();

/// Writes the line whatever the levels say; use log_info and its like.
void write_log(log_category category, log_level level, std::string_view text);

namespace log_detail {
extern std::atomic<log_level> thresholds[log_categories];
}

/// Whether anything would take such a line: ask before costly preparations.
[[nodiscard]] inline bool log_enabled(log_category category, log_level level) {
  return level >= log_detail::thresholds[static_cast<std::size_t>(category)].load(std::memory_order_relaxed);
}

template <class... Args>
void log_at(log_category category, log_level level, fmt::format_string<Args...> text, Args&&... args) {
  if (log_enabled(category, level)) write_log(category, level, fmt::vformat(text, fmt::make_format_args(args...)));
}
template <class... Args>
void log_debug(log_category category, fmt::format_string<Args...> text, Args&&... args) {
  log_at(category, log_level::debug, text, std::forward<Args>(args)...);
}
template <class... Args>
void log_info(log_category category, fmt::format_string<Args...> text, Args&&... args) {
  log_at(category, log_level::info, text, std::forward<Args>(args)...);
}
template <class... Args>
void log_notice(log_category category, fmt::format_string<Args...> text, Args&&... args) {
  log_at(category, log_level::notice, text, std::forward<Args>(args)...);
}
template <class... Args>
void log_warning(log_category category, fmt::format_string<Args...> text, Args&&... args) {
  log_at(category, log_level::warning, text, std::forward<Args>(args)...);
}
template <class... Args>
void log_error(log_category category, fmt::format_string<Args...> text, Args&&... args) {
  log_at(category, log_level::error, text, std::forward<Args>(args)...);
}
template <class... Args>
void log_critical(log_category category, fmt::format_string<Args...> text, Args&&... args) {
  log_at(category, log_level::critical, text, std::forward<Args>(args)...);
}

}  // namespace warren::actors
