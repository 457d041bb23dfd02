#include <catch2/catch.hpp>

#include "machine_world.hpp"

using namespace supervision_test;
using warren::supervision::auto_shutdown;
using warren::supervision::strategy;
using lines = std::vector<std::string>;

namespace {

child_settings child(restart_type type = restart_type::permanent, bool significant = false) {
  child_settings s;
  s.restart = type;
  s.significant = significant;
  return s;
}

machine_world booted(supervisor_flags flags, std::vector<child_settings> children) {
  machine_world w(flags);
  for (const auto& c : children) w.machine.add_static(c);
  w.boot();
  w.log.clear();
  return w;
}

}  // namespace

TEST_CASE("the next child is started only when the previous one has reported") {
  machine_world w({});
  w.manual = true;
  for (int i = 0; i < 3; ++i) w.machine.add_static(child());
  w.boot();
  CHECK(w.take_log() == lines{"start 1"});
  w.started(1);
  CHECK(w.take_log() == lines{"start 2"});
  w.started(2);
  CHECK(w.take_log() == lines{"start 3"});
  w.started(3);
  CHECK(w.take_log() == lines{"booted"});
}

TEST_CASE("a child that does not start while booting ends the supervisor after those before it have been stopped") {
  machine_world w({});
  w.failing = {3};
  for (int i = 0; i < 4; ++i) w.machine.add_static(child());
  w.boot();
  CHECK(w.log == lines{"start 1", "start 2", "start 3", "stop 2", "stop 1", "end child failed to start"});
}

TEST_CASE("a supervisor without children has booted at once") {
  machine_world w({});
  w.boot();
  CHECK(w.log == lines{"booted"});
}

TEST_CASE("a child that dies while the others still boot is restarted once they have") {
  machine_world w({});
  w.manual = true;
  w.machine.add_static(child());
  w.machine.add_static(child());
  w.boot();
  w.started(1);
  w.exit(1, exit_kind::abnormal);
  CHECK(w.take_log() == lines{"start 1", "start 2"});
  w.started(2);
  CHECK(w.take_log() == lines{"booted", "start 1"});
}

TEST_CASE("requests wait until the boot is over") {
  machine_world w({});
  w.manual = true;
  w.machine.add_static(child());
  w.boot();
  w.add(child(), 7);
  CHECK(w.take_log() == lines{"start 1"});
  w.started(1);
  CHECK(w.take_log() == lines{"booted", "start 2"});
  w.started(2);
  CHECK(w.replies[7] == std::vector{outcome::ok});
}

TEST_CASE("one restart more than the intensity within the period ends the supervisor, one after the period does not") {
  auto w = booted({.intensity = 2, .period_ms = 1000}, {child()});
  w.exit(1, exit_kind::abnormal);
  w.now = 1000;  // still within: the period includes its end
  w.exit(1, exit_kind::abnormal);
  CHECK(w.ends == 0);
  w.now = 1001;  // the first has left the window
  w.exit(1, exit_kind::abnormal);
  CHECK(w.ends == 0);
  w.now = 2000;
  w.exit(1, exit_kind::abnormal);
  CHECK(w.log.back() == "end restart intensity reached");
}

TEST_CASE("an intensity of zero means that the first death ends the supervisor") {
  auto w = booted({.strategy = strategy::one_for_all, .intensity = 0}, {child(), child()});
  w.exit(2, exit_kind::normal);
  CHECK(w.log == lines{"stop 1", "end restart intensity reached"});
}

TEST_CASE("one_for_all stops the survivors right to left before it starts anybody") {
  auto w = booted({.strategy = strategy::one_for_all}, {child(), child(), child()});
  w.manual = true;
  w.exit(2, exit_kind::abnormal);
  CHECK(w.take_log() == lines{"stop 3"});
  w.exit(3, exit_kind::shutdown);
  CHECK(w.take_log() == lines{"stop 1"});
  w.exit(1, exit_kind::shutdown);
  CHECK(w.take_log() == lines{"start 1"});
}

TEST_CASE("a sibling that dies while its group is being restarted is not restarted twice") {
  auto w = booted({.strategy = strategy::one_for_all, .intensity = 1}, {child(), child(), child()});
  w.manual = true;
  w.exit(2, exit_kind::abnormal);
  w.exit(1, exit_kind::abnormal);  // before its turn to be stopped
  w.exit(3, exit_kind::shutdown);
  CHECK(w.take_log() == lines{"stop 3", "start 1"});
  w.started(1);
  w.started(2);
  w.started(3);
  CHECK(w.take_log() == lines{"start 2", "start 3"});
  CHECK(w.ends == 0);
}

TEST_CASE("a failed restart of a group counts again and starts over with the child that failed") {
  auto w = booted({.strategy = strategy::rest_for_one, .intensity = 2}, {child(), child(), child()});
  w.failing = {3};
  w.exit(2, exit_kind::abnormal);
  // 2 is up, 3 is not: what is retried is 3 and what follows it, not 2.
  CHECK(w.log == lines{"stop 3", "start 2", "start 3", "start 3"});
}

TEST_CASE("a temporary sibling stopped by a group restart is forgotten") {
  auto w = booted({.strategy = strategy::one_for_all}, {child(), child(restart_type::temporary)});
  w.exit(1, exit_kind::abnormal);
  CHECK(w.log == lines{"stop 2", "forget 2", "start 1"});
}

TEST_CASE("a child stopped by request does not count as a significant end") {
  auto w = booted({.auto_shutdown = auto_shutdown::any_significant}, {child(restart_type::transient, true)});
  w.terminate(1, 1);
  CHECK(w.ends == 0);
}

TEST_CASE("all_significant waits for the last one, and one that waits for its delay still counts") {
  auto w = booted({.intensity = 0, .auto_shutdown = auto_shutdown::all_significant, .delay_ms = 100},
                  {child(restart_type::transient, true), child(restart_type::transient, true), child()});
  w.exit(1, exit_kind::abnormal);
  CHECK(w.state(1) == child_state::delayed);
  w.exit(2, exit_kind::normal);
  CHECK(w.ends == 0);
  w.fire();
  w.exit(1, exit_kind::normal);
  CHECK(w.log.back() == "end significant child ended");
}

TEST_CASE("past its intensity a child is tried again after the delay, as often as it takes") {
  auto w = booted({.intensity = 1, .period_ms = 60'000, .delay_ms = 10}, {child(), child()});
  w.exit(1, exit_kind::abnormal);
  CHECK(w.state(1) == child_state::running);
  for (int round = 0; round < 3; ++round) {
    w.exit(1, exit_kind::abnormal);
    CHECK(w.state(1) == child_state::delayed);
    REQUIRE(w.timers.size() == 1);
    CHECK(w.timers[0].after_ms == 10);
    w.fire();
    CHECK(w.state(1) == child_state::running);
    w.exit(1, exit_kind::abnormal);  // the served delay gives it its whole intensity again
    CHECK(w.state(1) == child_state::running);
  }
  CHECK(w.ends == 0);
  CHECK(w.state(2) == child_state::running);
}

TEST_CASE("with a delay each child of a one_for_one supervisor has its own intensity") {
  auto w = booted({.intensity = 1, .delay_ms = 10}, {child(), child()});
  w.exit(1, exit_kind::abnormal);
  w.exit(2, exit_kind::abnormal);
  CHECK(w.state(1) == child_state::running);
  CHECK(w.state(2) == child_state::running);
}

TEST_CASE("a group past its intensity is stopped now and started after the delay") {
  auto w = booted({.strategy = strategy::rest_for_one, .intensity = 0, .delay_ms = 10}, {child(), child(), child()});
  w.exit(2, exit_kind::abnormal);
  CHECK(w.take_log() == lines{"stop 3"});
  CHECK(w.state(2) == child_state::delayed);
  w.fire();
  CHECK(w.take_log() == lines{"start 2", "start 3"});
}

TEST_CASE("terminating a delayed child ends its retries") {
  auto w = booted({.intensity = 0, .delay_ms = 10}, {child()});
  w.exit(1, exit_kind::abnormal);
  w.terminate(1, 5);
  CHECK(w.replies[5] == std::vector{outcome::ok});
  w.fire();
  CHECK(w.state(1) == child_state::idle);
}

TEST_CASE("restart and delete are refused while a child waits for its delay") {
  auto w = booted({.intensity = 0, .delay_ms = 10}, {child()});
  w.exit(1, exit_kind::abnormal);
  w.restart(1, 1);
  w.erase(1, 2);
  CHECK(w.replies[1] == std::vector{outcome::restarting});
  CHECK(w.replies[2] == std::vector{outcome::restarting});
}

TEST_CASE("a child that ignores its stop is killed when its time is over, and only then") {
  auto w = booted({}, {child()});
  w.manual = true;
  w.terminate(1, 1);
  CHECK(w.take_log() == lines{"stop 1"});
  REQUIRE(w.timers.size() == 1);
  CHECK(w.timers[0].after_ms == 5000);
  w.fire();
  CHECK(w.take_log() == lines{"kill 1"});
  CHECK(w.replies[1].empty());  // a kill is a request, too
  w.exit(1, exit_kind::abnormal);
  CHECK(w.replies[1] == std::vector{outcome::ok});
}

TEST_CASE("a stop timer that outlived its child does not hit the next incarnation") {
  auto w = booted({}, {child()});
  w.manual = true;
  w.terminate(1, 1);
  w.exit(1, exit_kind::shutdown);
  w.restart(1, 2);
  w.started(1);
  w.terminate(1, 3);
  w.log.clear();
  w.fire();
  CHECK(w.log.empty());
  w.fire();
  CHECK(w.log == lines{"kill 1"});
}

TEST_CASE("infinity arms no timer and brutal_kill does not ask") {
  auto patient = child();
  patient.shutdown = shutdown_limit::infinity();
  auto brutal = child();
  brutal.shutdown = shutdown_limit::brutal_kill();
  auto w = booted({}, {patient, brutal});
  w.manual = true;
  w.terminate(1, 1);
  w.terminate(2, 2);
  CHECK(w.log == lines{"stop 1", "kill 2"});
  CHECK(w.timers.empty());
}

TEST_CASE("a child that is stopped while it starts answers both who asked") {
  machine_world w({.strategy = strategy::simple_one_for_one});
  w.boot();
  w.manual = true;
  const auto key = w.add(child(), 1);
  w.terminate(key, 2);
  w.terminate(key, 3);
  w.started(key);  // too late
  w.exit(key, exit_kind::shutdown);
  CHECK(w.replies[1] == std::vector{outcome::terminated});
  CHECK(w.replies[2] == std::vector{outcome::ok});
  CHECK(w.replies[3] == std::vector{outcome::ok});
  CHECK(w.machine.children().empty());
}

TEST_CASE("an ignored start leaves a static child idle and forgets a dynamic one") {
  machine_world w({});
  w.manual = true;
  w.machine.add_static(child());
  w.boot();
  w.step([&](effect_list& out) { w.machine.child_ignored(1, 1, 0, out); });
  w.alive.clear();
  CHECK(w.state(1) == child_state::idle);
  CHECK(w.log.back() == "booted");
  const auto key = w.add(child(restart_type::temporary), 4);
  w.step([&](effect_list& out) { w.machine.child_ignored(key, 1, 0, out); });
  CHECK(w.replies[4] == std::vector{outcome::ignored});
  CHECK(w.machine.find(key) == nullptr);
}

TEST_CASE("children of a template stop all at once under one timer") {
  machine_world w({.strategy = strategy::simple_one_for_one});
  w.boot();
  for (int i = 0; i < 3; ++i) w.add(child(restart_type::temporary), 0);
  w.manual = true;
  w.log.clear();
  w.shutdown();
  CHECK(w.take_log() == lines{"stop 1", "stop 2", "stop 3"});
  REQUIRE(w.timers.size() == 1);
  w.exit(2, exit_kind::shutdown);
  w.fire();
  CHECK(w.take_log() == lines{"kill 1", "kill 3"});
  w.exit(1, exit_kind::abnormal);
  CHECK(w.ends == 0);
  w.exit(3, exit_kind::abnormal);
  CHECK(w.log.back() == "end requested");
}

TEST_CASE("shutdown in the middle of a boot stops what has started and what is starting") {
  machine_world w({});
  w.manual = true;
  for (int i = 0; i < 3; ++i) w.machine.add_static(child());
  w.boot();
  w.started(1);
  w.log.clear();
  w.shutdown();
  CHECK(w.take_log() == lines{"stop 2"});
  w.exit(2, exit_kind::shutdown);
  CHECK(w.take_log() == lines{"stop 1"});
  w.exit(1, exit_kind::shutdown);
  CHECK(w.take_log() == lines{"end requested"});
}

TEST_CASE("shutdown answers everybody who waits and refuses whoever comes later") {
  auto w = booted({.strategy = strategy::one_for_all}, {child()});
  w.manual = true;
  w.terminate(1, 1);
  w.add(child(), 2);  // waits for the terminate
  w.shutdown();
  CHECK(w.replies[2] == std::vector{outcome::shutting_down});
  w.add(child(), 3);
  CHECK(w.replies[3] == std::vector{outcome::shutting_down});
  w.exit(1, exit_kind::shutdown);
  CHECK(w.replies[1] == std::vector{outcome::ok});
  CHECK(w.ends == 1);
}

TEST_CASE("news of an earlier incarnation changes nothing") {
  auto w = booted({.intensity = 9}, {child()});
  w.exit(1, exit_kind::abnormal);
  w.log.clear();
  w.step([&](effect_list& out) { w.machine.child_exited(1, 1, exit_kind::abnormal, 0, out); });
  w.step([&](effect_list& out) { w.machine.child_start_failed(1, 1, 0, out); });
  w.step([&](effect_list& out) { w.machine.child_exited(99, 1, exit_kind::abnormal, 0, out); });
  CHECK(w.log.empty());
  CHECK(w.state(1) == child_state::running);
}
