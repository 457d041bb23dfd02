#pragma once

#include <sys/socket.h>
#include <unistd.h>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "node/ctl/link/frame_connection.hpp"
#include "node/ctl/run/console.hpp"
#include "node/ctl/run/run_tool.hpp"

namespace warren::ctl::testing {

/// A node on the other end of a socket pair: `ping` succeeds (or says what the application is), other commands get the
/// replies given, in order.
class fake_node {
 public:
  explicit fake_node(std::vector<std::string> replies) : replies_(std::move(replies)) {
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds_) != 0) std::abort();
    thread_ = std::thread([this] { serve(); });
  }
  ~fake_node() {
    (void)finish();
    close(fds_[0]), close(fds_[1]);
  }
  fake_node(const fake_node&) = delete;
  fake_node& operator=(const fake_node&) = delete;

  [[nodiscard]] int tools_end() const { return fds_[0]; }
  /// Ends the conversation; what was asked besides `ping`.
  [[nodiscard]] const std::vector<boost::json::object>& finish() {
    shutdown(fds_[0], SHUT_RDWR);
    if (thread_.joinable()) thread_.join();
    return asked_;
  }

 private:
  void serve() {
    frame_connection wire(fds_[1], nullptr);
    for (std::size_t next = 0;;) {
      const auto received = wire.receive(std::nullopt);
      if (!std::holds_alternative<std::string>(received)) return;
      boost::json::object request = boost::json::parse(std::get<std::string>(received)).as_object();
      const bool refuses = next < replies_.size() && replies_[next].find("\"app\":") != std::string::npos;
      if (request.at("command") == "ping" && !refuses) {
        if (!wire.send(R"({"result":"Ping succeeded"})")) return;
        continue;
      }
      if (request.at("command") != "ping") asked_.push_back(std::move(request));
      if (next >= replies_.size()) {
        shutdown(fds_[1], SHUT_RDWR);
        return;
      }
      while (next < replies_.size() && replies_[next].starts_with(R"({"item")"))
        if (!wire.send(replies_[next++])) return;
      if (next < replies_.size() && !wire.send(replies_[next++])) return;
    }
  }

  std::vector<std::string> replies_;
  std::vector<boost::json::object> asked_;
  int fds_[2] = {-1, -1};
  std::thread thread_;
};

class fake_console final : public console {
 public:
  std::string input;
  screen shown{};
  std::string printed, complained;

  void out(std::string_view text) override { printed += text; }
  void err(std::string_view text) override { complained += text; }
  std::optional<std::string> read_line(bool) override {
    if (input.empty()) return std::nullopt;
    const auto end = std::min(input.find('\n'), input.size());
    std::string line = input.substr(0, end);
    input.erase(0, end + 1);
    return line;
  }
  std::string read_all() override { return std::exchange(input, {}); }
  screen out_screen() const override { return shown; }
  bool err_is_terminal() const override { return shown.terminal; }
};

/// Connects to the fake node, or fails as told.
class fake_dialer final : public node_dialer {
 public:
  explicit fake_dialer(int fd) : fd_(fd) {}
  explicit fake_dialer(dial_failure failure) : failure_(std::move(failure)) {}
  std::variant<std::unique_ptr<control_connection>, dial_failure> dial(const std::string& node,
                                                                       std::optional<std::chrono::milliseconds>) override {
    if (fd_ >= 0) return std::make_unique<frame_connection>(fd_, nullptr);
    failure_.node = node;
    return failure_;
  }

 private:
  int fd_ = -1;
  dial_failure failure_;
};

inline surroundings on_this_machine() {
  surroundings s;
  s.node = "ref1@localhost";
  s.home = "/var/lib/rabbitmq";
  s.short_host = "localhost";
  s.long_host = "host1.example";
  return s;
}

struct outcome {
  int exit_code = -1;
  std::string out, err;
  std::vector<boost::json::object> asked;
};

struct run_options {
  std::string program = "rabbitmqctl";
  std::string input = {};
  screen shown = {};
  surroundings around = on_this_machine();
};

/// Runs the tool against a node that gives these replies.
inline outcome run(const std::vector<std::string>& words, std::vector<std::string> replies, run_options options = {}) {
  fake_console screen;
  screen.input = options.input;
  screen.shown = options.shown;
  outcome o;
  {
    fake_node node(std::move(replies));
    o.exit_code = run_tool(options.program, words, options.around, screen,
                           [&](const invocation&) { return std::make_unique<fake_dialer>(node.tools_end()); });
    o.asked = node.finish();
  }
  o.out = screen.printed;
  o.err = screen.complained;
  return o;
}

inline outcome run_unreachable(const std::vector<std::string>& words, const dial_failure& failure, run_options options = {}) {
  fake_console screen;
  screen.shown = options.shown;
  outcome o;
  o.exit_code =
      run_tool(options.program, words, options.around, screen, [&](const invocation&) { return std::make_unique<fake_dialer>(failure); });
  o.out = screen.printed;
  o.err = screen.complained;
  return o;
}

}  // namespace warren::ctl::testing
