#include "shell_fixture.hpp"
#include "core/base/assert.hpp"

using namespace supervision_test;
using warren::supervision::strategy;

namespace {

struct broken_start : guarded<> {
  broken_start(caf::actor_config& config, place where) : guarded(config, std::move(where), "broken") {}
  caf::behavior make_behavior() override { throw std::logic_error("no behaviour today"); }
};

struct thrower : guarded<> {
  thrower(caf::actor_config& config) : guarded(config, make_place("thrower"), "thrower") {}
  caf::behavior make_behavior() override {
    return {[](caf::atom_value) {}, [](int) { throw 42; }, [](const std::string&) { WARREN_ENSURE(1 + 1 == 3); },
            [](pong) {}};
  }
};

struct crash_switch {
  explicit crash_switch(bool on) { enable_test_crashes(on); }
  ~crash_switch() { enable_test_crashes(false); }
};

}  // namespace

TEST_CASE_METHOD(shell_fixture, "a crash report names the place, the exception and the last messages, newest first") {
  supervisor_spec queues{"queues", {}, {probe_spec("q/1%")}};
  start_and_wait({"node", {}, {supervisor_child({"vhosts", {}, {supervisor_child(queues)}})}});
  const auto q = child("q/1%", child("queues", child("vhosts")));
  self->monitor(q);
  for (int i = 0; i < 9; ++i) self->send(q, ping{});
  self->send(q, die{die::of_exception});
  CHECK(end_of_root() == "exception: std::runtime_error: told to throw");
  const std::lock_guard lock(reports_mutex);
  REQUIRE(reports.size() == 1);
  const auto& r = reports[0];
  CHECK(r.path == "node/vhosts/queues/q%2F1%25");
  CHECK(r.kind == "probe");
  CHECK(r.actor_id == q.id());
  CHECK(r.exception == "std::runtime_error");
  CHECK(r.reason == "told to throw");
  REQUIRE(r.last_messages.size() == message_trace::capacity);
  CHECK(r.last_messages[0] == "supervision_test::die");
  CHECK(r.last_messages[7] == "supervision_test::ping");
}

TEST_CASE_METHOD(shell_fixture, "atoms, built-in types and whatever is thrown are named in a crash report") {
  auto a = system.spawn<thrower>();
  self->monitor(a);
  self->send(a, caf::atom("tick"));
  self->send(a, pong{});
  self->send(a, 7);
  CHECK(end_of_root() == "exception: int: not a std::exception");
  auto b = system.spawn<thrower>();
  self->monitor(b);
  self->send(b, std::string("x"));
  (void)end_of_root();
  const std::lock_guard lock(reports_mutex);
  REQUIRE(reports.size() == 2);
  CHECK(reports[0].last_messages == lines{"@i32", "supervision_test::pong", "'tick'"});
  CHECK(reports[1].exception == "warren::invariant_violation");
  CHECK(reports[1].reason.find("1 + 1 == 3") != std::string::npos);
}

TEST_CASE_METHOD(shell_fixture, "an exception while an actor is being set up is a failed start with a report") {
  auto spec = worker("broken", "broken", [](start_context& c) -> caf::actor {
    return c.supervisor->spawn<broken_start>(std::move(c.where));
  }, start_mode::handshake);
  start({"node", {}, {spec}});
  self->monitor(root);
  CHECK(end_of_root() ==
        "shutdown: child failed to start: broken: exception: std::logic_error: no behaviour today");
  root = nullptr;
  const std::lock_guard lock(reports_mutex);
  REQUIRE(reports.size() == 1);
  CHECK(reports[0].path == "node/broken");
  CHECK(reports[0].last_messages.empty());
}

TEST_CASE_METHOD(shell_fixture, "a sink that throws harms nobody") {
  set_crash_report_sink([](const crash_report&) { throw std::runtime_error("disk full"); });
  start_and_wait({"node", {}, {probe_spec("a")}});
  const auto a = child("a");
  self->send(a, die{die::of_exception});
  CHECK(replaced("a", a));
}

TEST_CASE_METHOD(shell_fixture, "a test crash ends exactly the actor at that path, abnormally") {
  const crash_switch on(true);
  start_and_wait({"node", {}, {supervisor_child({"inner", {}, {probe_spec("x"), probe_spec("y")}}), probe_spec("z")}});
  const auto inner = child("inner");
  const auto x = child("x", inner);
  const auto y = child("y", inner);
  CHECK_FALSE(crash_by_path(system, root, "node/inner/nobody", "boom", 5s));
  REQUIRE(crash_by_path(system, root, "node/inner/x", "boom", 5s));
  CHECK(replaced("x", x, inner));
  CHECK(child("y", inner) == y);
  CHECK(ask<children_list>(which_children{}, inner).children[0].last_exit ==
        "exception: warren::supervision::injected_crash: boom");
}

TEST_CASE_METHOD(shell_fixture, "a crashed supervisor is restarted with its children") {
  const crash_switch on(true);
  start_and_wait({"node", {}, {supervisor_child({"inner", {}, {probe_spec("x")}})}});
  const auto inner = child("inner");
  const auto x = child("x", inner);
  self->monitor(x);
  REQUIRE(crash_by_path(system, root, "node/inner", "boom", 5s));
  CHECK(end_of_root() == "killed");  // the monitored one: x does not outlive its supervisor
  const auto again = replaced("inner", inner);
  REQUIRE(again);
  ask<completed>(await_started{}, again);
  CHECK(child("x", again) != x);
}

TEST_CASE_METHOD(shell_fixture, "without the switch a test crash is ignored") {
  start_and_wait({"node", {}, {probe_spec("a")}});
  const auto a = child("a");
  CHECK(crash_by_path(system, root, "node/a", "boom", 5s));
  ask<pong>(ping{}, a);
  CHECK(child("a") == a);
}

TEST_CASE_METHOD(shell_fixture, "guard() gives function-based actors reports and test crashes") {
  const crash_switch on(true);
  const auto spawn = [&] {
    return system.spawn([](caf::event_based_actor* me) -> caf::behavior {
      guard(me, make_place("loose"), "helper");
      return {[](ping) -> pong { throw std::runtime_error("pong is out"); }};
    });
  };
  auto a = spawn();
  self->monitor(a);
  self->send(a, ping{});
  CHECK(end_of_root() == "exception: std::runtime_error: pong is out");
  auto b = spawn();
  self->monitor(b);
  self->send(b, test_crash{"boom"});
  CHECK(end_of_root() == "exception: warren::supervision::injected_crash: boom");
  const std::lock_guard lock(reports_mutex);
  REQUIRE(reports.size() == 2);
  CHECK(reports[0].path == "loose");
  CHECK(reports[0].last_messages == lines{"supervision_test::ping"});
}
