#include "node/ctl/run/stopping.hpp"

#include <signal.h>

#include <cerrno>
#include <charconv>
#include <fstream>
#include <functional>
#include <thread>

#include "node/ctl/model/exit_code.hpp"

namespace warren::ctl {

namespace json = boost::json;
using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

namespace {

using deadline = std::optional<clock::time_point>;

deadline deadline_of(const session& s) {
  const auto limit = s.what().timeout();
  return limit ? deadline(clock::now() + *limit) : std::nullopt;
}

bool process_exists(long pid) { return kill(static_cast<pid_t>(pid), 0) == 0 || errno == EPERM; }

/// A process and a file tell nobody when they come or go: they are looked at twenty times a second.
bool wait_until(const deadline& end, const std::function<bool()>& condition) {
  while (!condition()) {
    if (end && clock::now() >= *end) return false;
    std::this_thread::sleep_for(50ms);
  }
  return true;
}

struct pid_file {
  std::optional<long> pid;
  std::string why;  ///< in Erlang's words, when there is none
};

pid_file read_pid_file(const std::string& path) {
  std::ifstream file(path);
  if (!file) return {std::nullopt, "enoent"};
  std::string text;
  std::getline(file, text);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) text.pop_back();
  long pid = 0;
  const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), pid);
  if (text.empty() || wrong != std::errc() || end != text.data() + text.size() || pid <= 0) return {std::nullopt, "contents: " + text};
  return {pid, ""};
}

std::optional<long> pid_of(const json::value& result) {
  if (result.is_int64()) return static_cast<long>(result.get_int64());
  if (result.is_object())
    if (const json::value* pid = result.get_object().if_contains("pid"); pid != nullptr && pid->is_int64())
      return static_cast<long>(pid->get_int64());
  return std::nullopt;
}

bool is_local(const invocation& i, const surroundings& around) {
  const std::string host = i.node.substr(i.node.find('@') + 1);
  return host == "localhost" || host == "127.0.0.1" || host == around.host(i.long_names);
}

int run_stop_by_file(session& s, const std::string& path) {
  const pid_file found = read_pid_file(path);
  if (!found.pid) return s.fail(exit_unavailable, "could not read pid file " + path + ". Error: " + found.why);
  if (const auto failed = s.connect()) return *failed;
  auto answer = s.demand({"stop", {}, {}});
  if (const int* failed = std::get_if<int>(&answer)) return *failed;
  if (!wait_until(deadline_of(s), [&] { return !process_exists(*found.pid); })) return s.fail_timeout();
  s.note("process " + std::to_string(*found.pid) + " (take from pid file " + path + ") is no longer running");
  return exit_ok;
}

}  // namespace

int run_stop(session& s) {
  const invocation& i = s.what();
  if (shows_banner(i)) {
    std::string banner = "Stopping and halting node " + i.node;
    if (!i.arguments.empty()) banner += " (will monitor pid file " + i.arguments[0] + ")";
    s.screen().out(banner + " ...\n");
  }
  if (!i.arguments.empty()) return run_stop_by_file(s, i.arguments[0]);
  if (i.flag("idempotent")) {
    if (auto dialled = s.dialer().dial(i.node, i.timeout().value_or(15s)); std::holds_alternative<dial_failure>(dialled)) {
      const auto at = std::get<dial_failure>(dialled).at;
      if (at == dial_failure::step::registration || at == dial_failure::step::port_mapper || at == dial_failure::step::connection) {
        s.note("Node " + i.node + " is no longer running");
        return exit_ok;
      }
    }
  }
  if (const auto failed = s.connect()) return *failed;
  auto answer = s.demand({"stop", {}, {}});
  if (const int* failed = std::get_if<int>(&answer)) return *failed;
  return exit_ok;
}

int run_shutdown(session& s) {
  const invocation& i = s.what();
  const bool wait = i.option("wait") != "false";
  if (wait && i.given("wait") && !is_local(i, s.around()))
    return s.fail_validation({exit_data, "\nThis command can only --wait for shutdown of local nodes but node " + i.node +
                                             " is remote.\nTarget node hostname: " + i.node.substr(i.node.find('@') + 1) +
                                             ", local hostname: " + s.around().short_host + "\n"});
  if (const auto failed = s.connect()) return *failed;
  // only a running application tells its process; without it the end of the connection has to do
  std::optional<long> pid;
  auto status = s.ask({"status", {}, {}});
  if (const int* failed = std::get_if<int>(&status)) return *failed;
  if (const auto* told = std::get_if<json::value>(&std::get<node_answer>(status))) pid = pid_of(*told);
  const std::string where = pid ? " running at PID " + std::to_string(*pid) : std::string();
  s.note("Shutting down RabbitMQ node " + i.node + where);
  auto answer = s.demand({"shutdown", {}, {}});
  if (const int* failed = std::get_if<int>(&answer)) return *failed;
  if (!wait || !is_local(i, s.around())) {
    s.note("RabbitMQ node " + i.node + where + " was told to shut down");
    return exit_ok;
  }
  if (pid) s.note("Waiting for PID " + std::to_string(*pid) + " to terminate");
  const deadline end = deadline_of(s);
  // the connection ends with the process, or shortly before it
  if (!s.wait_for_end(i.timeout())) return s.fail_timeout();
  if (pid && !wait_until(end, [&] { return !process_exists(*pid); })) return s.fail_timeout();
  s.note("RabbitMQ node " + i.node + where + " successfully shut down");
  return exit_ok;
}

std::optional<usage_error> check_wait(const invocation& i) {
  if (i.arguments.empty() && !i.given("pid")) return usage_error{exit_usage, "No pid or pidfile specified"};
  if (!i.arguments.empty() && i.given("pid")) return usage_error{exit_usage, "Cannot specify both pid and pidfile"};
  return std::nullopt;
}

int run_wait(session& s) {
  const invocation& i = s.what();
  const deadline end = deadline_of(s);
  std::optional<long> pid;
  if (!i.arguments.empty()) {
    const std::string& path = i.arguments[0];
    s.note("Waiting for pid file '" + path + "' to appear");
    if (!wait_until(end, [&] { return (pid = read_pid_file(path).pid).has_value(); })) {
      const pid_file last = read_pid_file(path);
      if (last.why == "enoent") return s.fail_timeout();
      return s.fail(exit_software, "Error: garbage in pid file.");
    }
    s.note("pid is " + std::to_string(*pid));
  } else {
    pid = std::stol(std::string(i.option("pid")));
  }
  s.note("Waiting for erlang distribution on node '" + i.node + "' while OS process '" + std::to_string(*pid) + "' is running");
  bool gone = false;
  const bool answered = wait_until(end, [&] {
    if (!process_exists(*pid)) return gone = true;
    auto dialled = s.dialer().dial(i.node, 1s);
    return std::holds_alternative<std::unique_ptr<control_connection>>(dialled);
  });
  if (gone) return s.fail(exit_software, "Error: process is not running.");
  if (!answered) return s.fail_timeout();
  s.note("Waiting for applications 'rabbit_and_plugins' to start on node '" + i.node + "'");
  if (const auto failed = s.connect()) return *failed;
  auto answer = s.demand({"await_startup", {}, {}});
  if (const int* failed = std::get_if<int>(&answer)) return *failed;
  s.note("Applications 'rabbit_and_plugins' are running on node '" + i.node + "'");
  return exit_ok;
}

}  // namespace warren::ctl
