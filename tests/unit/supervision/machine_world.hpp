#pragma once

#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "supervision/machine/supervisor_machine.hpp"

namespace supervision_test {

using namespace warren::supervision;
using warren::time_ms;

/// The processes around one machine. By default starts succeed and stops take effect at once, in the order in which they
/// were asked for; `manual` leaves the answers to the test.
struct machine_world {
  supervisor_machine machine;
  time_ms now = 0;
  bool manual = false;
  std::set<child_key> failing;             ///< the next start of these fails (once)
  std::vector<std::string> log;            ///< start 1, stop 2, kill 2, booted, forget 3, end requested, reply 7 ok
  std::vector<effects::arm> timers;        ///< armed, not yet fired
  std::map<child_key, incarnation> alive;  ///< processes: from the start effect until their exit is told
  std::map<request_id, std::vector<outcome>> replies;
  std::vector<effects::start> unanswered_starts;
  std::vector<effects::stop> unanswered_stops;
  int ends = 0;

  explicit machine_world(supervisor_flags flags) : machine(flags) {}

  template <class Event>
  void step(Event event) {
    effect_list out;
    event(out);
    for (std::size_t i = 0; i < out.size(); ++i) {  // answers append to `out`
      const effect e = out[i];
      std::visit([&](const auto& x) { perform(x, out); }, e);
    }
  }

  void boot() {
    step([&](effect_list& out) { machine.boot(now, out); });
  }
  void exit(child_key key, exit_kind kind) {
    const auto i = alive.find(key);
    if (i == alive.end()) return;
    const auto inc = i->second;
    alive.erase(i);
    step([&](effect_list& out) { machine.child_exited(key, inc, kind, now, out); });
  }
  void started(child_key key) {
    step([&](effect_list& out) { machine.child_started(key, alive.at(key), now, out); });
  }
  void start_failed(child_key key) {
    const auto inc = alive.at(key);
    alive.erase(key);
    step([&](effect_list& out) { machine.child_start_failed(key, inc, now, out); });
  }
  child_key add(const child_settings& settings, request_id id) {
    child_key key = 0;
    step([&](effect_list& out) { key = machine.start_child(settings, id, now, out); });
    return key;
  }
  void terminate(child_key key, request_id id) {
    step([&](effect_list& out) { machine.terminate_child(key, id, now, out); });
  }
  void restart(child_key key, request_id id) {
    step([&](effect_list& out) { machine.restart_child(key, id, now, out); });
  }
  void erase(child_key key, request_id id) {
    step([&](effect_list& out) { machine.delete_child(key, id, now, out); });
  }
  void shutdown() {
    step([&](effect_list& out) { machine.shutdown(now, out); });
  }
  /// Fires the oldest timer; false if none is armed.
  bool fire() {
    if (timers.empty()) return false;
    const auto t = timers.front();
    timers.erase(timers.begin());
    step([&](effect_list& out) { machine.timer(t.token, now, out); });
    return true;
  }

  [[nodiscard]] child_state state(child_key key) const { return machine.find(key)->state; }
  [[nodiscard]] std::vector<std::string> take_log() { return std::exchange(log, {}); }

 private:
  static std::string n(std::uint64_t x) { return std::to_string(x); }

  void perform(const effects::start& e, effect_list& out) {
    log.push_back("start " + n(e.key));
    if (manual) {
      alive[e.key] = e.inc;
      unanswered_starts.push_back(e);
    } else if (failing.erase(e.key) > 0) {
      machine.child_start_failed(e.key, e.inc, now, out);
    } else {
      alive[e.key] = e.inc;
      machine.child_started(e.key, e.inc, now, out);
    }
  }
  void perform(const effects::stop& e, effect_list& out) {
    log.push_back((e.kill ? "kill " : "stop ") + n(e.key));
    if (manual) {
      unanswered_stops.push_back(e);
    } else if (const auto i = alive.find(e.key); i != alive.end()) {
      const auto inc = i->second;
      alive.erase(i);
      machine.child_exited(e.key, inc, exit_kind::shutdown, now, out);
    }
  }
  void perform(const effects::arm& e, effect_list&) {
    if (manual || e.token.what == timer_token::purpose::retry) timers.push_back(e);
  }
  void perform(const effects::reply& e, effect_list&) { replies[e.request].push_back(e.what); }
  void perform(const effects::forget& e, effect_list&) { log.push_back("forget " + n(e.key)); }
  void perform(const effects::booted&, effect_list&) { log.emplace_back("booted"); }
  void perform(const effects::end& e, effect_list&) {
    ++ends;
    log.push_back("end " + std::string(to_string(e.cause)));
  }
};

}  // namespace supervision_test
