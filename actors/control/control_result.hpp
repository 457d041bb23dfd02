#pragma once

#include <boost/json/value.hpp>
#include <functional>
#include <string>
#include <variant>

namespace warren::actors {

/// Exit codes of the tools (ctl.md, "Exit codes").
namespace exit_code {
inline constexpr int usage = 64, data_error = 65, no_user = 67, unavailable = 69, software = 70, timed_out = 75;
}

/// Why a command failed, as the tool shows it: on standard error, with this exit code.
struct control_error {
  /// RabbitMQ's tools lay errors out in three ways:
  ///   error       a line `Error:`, then the text
  ///   bare        the text alone
  ///   validation  `Error (argument validation): TEXT`, the arguments and the usage
  enum class layout { error, bare, validation };

  int exit = exit_code::unavailable;
  std::string text;
  layout how = layout::error;
  std::string app = {};  ///< `running` or `stopped`: that is what the application is, and not what the command needs

  friend bool operator==(const control_error&, const control_error&) = default;
};

/// A command's result as `--formatter json` shows it, or why there is none.
using control_outcome = std::variant<boost::json::value, control_error>;
/// May be called from any thread, once.
using control_done = std::function<void(control_outcome)>;

}  // namespace warren::actors
