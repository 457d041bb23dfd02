#include "node/ctl/run/next_life.hpp"

#include <chrono>
#include <thread>

#include "node/ctl/model/exit_code.hpp"

namespace warren::ctl {

namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

constexpr auto patience = 60s;

/// Asks the node's next life: whoever is a member already says so when it is told to join again. nullopt: it cannot say yet.
std::optional<int> outcome(session& s) {
  if (!s.connect_again()) return std::nullopt;
  const bool joins = !s.what().arguments.empty();
  const auto answer = s.ask_if_there(joins ? s.own_question() : session::question{"ping", {}, {}});
  if (!answer) return std::nullopt;
  const auto* refused = std::get_if<node_error>(&*answer);
  if (refused == nullptr) return s.show(nullptr);
  if (!refused->app.empty()) return std::nullopt;  // it is starting
  return s.report(*refused);
}

}  // namespace

int run_into_next_life(session& s) {
  if (const auto failed = s.connect_and_check()) return *failed;
  s.print_banner();
  if (!s.dialer().encrypted()) {
    const auto answer = s.demand(s.own_question());
    const int* failed = std::get_if<int>(&answer);
    return failed != nullptr ? *failed : s.show(std::get<json::value>(answer));
  }
  if (const auto answer = s.ask_if_there(s.own_question())) {
    if (const auto* refused = std::get_if<node_error>(&*answer)) return s.report(*refused);
    return s.show(std::get<json::value>(*answer));
  }
  const auto until = std::chrono::steady_clock::now() + patience;
  while (std::chrono::steady_clock::now() < until) {
    if (const auto code = outcome(s)) return *code;
    std::this_thread::sleep_for(200ms);  // the pace of asking
  }
  return s.fail(exit_unavailable, "node " + s.what().node + " began again and did not come to an end with it within a minute; its log says why");
}

}  // namespace warren::ctl
