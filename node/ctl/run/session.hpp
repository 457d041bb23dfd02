#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "node/ctl/line/surroundings.hpp"
#include "node/ctl/link/node_dialer.hpp"
#include "node/ctl/model/invocation.hpp"
#include "node/ctl/run/console.hpp"

namespace warren::ctl {

/// What a node answered when it did not do what was asked.
struct node_error {
  enum class layout { error, bare, validation };
  int exit_code = 69;
  std::string text;
  layout how = layout::error;
  std::string app;  ///< `running` or `stopped`: the application is in this state and should not be
};
using node_answer = std::variant<boost::json::value, node_error>;

/// One run of a command: its line, where it may write, and the node. Functions of the command table that do more than
/// ask once get it. Everything that returns an int returns the exit code and has said why on standard error.
class session {
 public:
  session(const invocation& i, const surroundings& around, console& screen, node_dialer& dialer)
      : what_(i), around_(around), console_(screen), dialer_(dialer) {}

  [[nodiscard]] const invocation& what() const { return what_; }
  [[nodiscard]] const surroundings& around() const { return around_; }
  [[nodiscard]] console& screen() { return console_; }
  [[nodiscard]] node_dialer& dialer() { return dialer_; }

  /// The command as its row says: application checked, banner, question, answer.
  int run();

  // ---- pieces, for commands with a `run` of their own
  /// Connects (once) and has the node check what the application must be; nullopt: go on.
  [[nodiscard]] std::optional<int> connect_and_check();
  [[nodiscard]] std::optional<int> connect();
  void print_banner();
  /// A question under the command's name, or another, with the line's arguments and options, or others.
  struct question {
    std::string command;
    std::vector<std::string> arguments;
    boost::json::object options;
  };
  [[nodiscard]] question own_question() const;
  /// The answer, or an exit code after the node was lost or took too long.
  [[nodiscard]] std::variant<node_answer, int> ask(const question& q,
                                                   const std::function<void(const boost::json::value&)>& on_item = nullptr);
  /// As ask(), but a node that is lost is no failure, and nothing is said about it: nullopt.
  [[nodiscard]] std::optional<node_answer> ask_if_there(const question& q);
  /// Another connection in place of the one that was lost; false, without a word, when the node cannot be reached.
  [[nodiscard]] bool connect_again();
  /// Asks and, when the node refuses, reports it: the result or an exit code.
  [[nodiscard]] std::variant<boost::json::value, int> demand(const question& q);
  int show(const boost::json::value& result);
  int report(const node_error& e);
  /// `Error:` and a text.
  int fail(int exit_code, std::string_view text);
  int fail_validation(const usage_error& why);
  int fail_timeout();
  int fail_unreachable(const dial_failure& why);
  /// A line on standard output that -q and -s leave out.
  void note(std::string_view line);

  /// Whether the node ended its side of the connection before the deadline: a process that stops does.
  [[nodiscard]] bool wait_for_end(std::optional<std::chrono::milliseconds> limit);

 private:
  const invocation& what_;
  const surroundings& around_;
  console& console_;
  node_dialer& dialer_;
  std::unique_ptr<control_connection> link_;
  bool silent_loss_ = false;
};

}  // namespace warren::ctl
