#include "shell_fixture.hpp"

using namespace supervision_test;
using warren::supervision::strategy;

TEST_CASE_METHOD(shell_fixture, "children start left to right and stop right to left") {
  start_and_wait({"node", {}, {probe_spec("a"), probe_spec("b"), probe_spec("c")}});
  REQUIRE(log->wait_for(3).size() == 3);
  log->clear();
  self->monitor(root);
  self->send_exit(root, caf::exit_reason::user_shutdown);
  REQUIRE(end_of_root() == "shutdown");
  CHECK(log->lines() == lines{"-c", "-b", "-a"});
  root = nullptr;
}

TEST_CASE_METHOD(shell_fixture, "the next child starts only after a handshaking one has reported itself") {
  auto first = std::make_shared<caf::actor>();
  auto spec = probe_spec("first");
  spec.start = starts_probe(first);
  spec.mode = start_mode::handshake;
  start({"node", {}, {spec, probe_spec("second")}});
  REQUIRE(log->wait_for(1) == lines{"+first"});
  // The supervisor answers while it waits, and nothing else has been started.
  const auto before = ask<children_list>(which_children{}).children;
  CHECK(before[0].state == child_state::starting);
  CHECK(before[1].state == child_state::idle);
  self->send(*first, say_started{});
  ask<completed>(await_started{});
  CHECK(log->wait_for(2) == lines{"+first", "+second"});
}

TEST_CASE_METHOD(shell_fixture, "a child that dies before it reports itself makes the boot fail and the others stop") {
  auto b = probe_spec("b");
  b.start = [](start_context&) -> caf::actor { throw std::runtime_error("no such device"); };
  start({"node", {}, {probe_spec("a"), b, probe_spec("c")}});
  self->monitor(root);
  CHECK(end_of_root() == "shutdown: child failed to start: b: std::runtime_error: no such device");
  CHECK(log->lines() == lines{"+a", "-a"});
  root = nullptr;
}

TEST_CASE_METHOD(shell_fixture, "a nested supervisor has started when its own children have") {
  supervisor_spec inner{"inner", {}, {probe_spec("x"), probe_spec("y")}};
  start_and_wait({"node", {}, {probe_spec("a"), supervisor_child(inner), probe_spec("b")}});
  CHECK(log->wait_for(4).size() == 4);
  const auto counts = ask<child_counts>(count_children{});
  CHECK(counts.specs == 3);
  CHECK(counts.active == 3);
  CHECK(counts.supervisors == 1);
  CHECK(counts.workers == 2);
}

TEST_CASE_METHOD(shell_fixture, "a nested boot failure fails the whole boot with the innermost reason") {
  auto bad = probe_spec("bad");
  bad.start = [](start_context&) -> caf::actor { throw std::runtime_error("port in use"); };
  start({"node", {}, {supervisor_child({"net", {}, {bad}})}});
  self->monitor(root);
  CHECK(end_of_root() ==
        "shutdown: child failed to start: net: shutdown: child failed to start: bad: std::runtime_error: port in use");
  root = nullptr;
}

TEST_CASE_METHOD(shell_fixture, "a child that dies of an exception is restarted and the reason is kept") {
  start_and_wait({"node", {}, {probe_spec("a"), probe_spec("b")}});
  const auto a = child("a");
  const auto b = child("b");
  self->send(a, die{die::of_exception});
  REQUIRE(replaced("a", a));
  CHECK(child("b") == b);
  const auto now = ask<children_list>(which_children{}).children;
  CHECK(now[0].restarts == 1);
  CHECK(now[0].last_exit == "exception: std::runtime_error: told to throw");
  CHECK(now[1].restarts == 0);
}

TEST_CASE_METHOD(shell_fixture, "rest_for_one restarts the dead child and those after it, in order") {
  start_and_wait({"node", {.strategy = strategy::rest_for_one}, {probe_spec("a"), probe_spec("b"), probe_spec("c")}});
  REQUIRE(log->wait_for(3).size() == 3);
  log->clear();
  self->send(child("b"), die{die::of_error});
  CHECK(log->wait_for(3) == lines{"-c", "+b", "+c"});
}

TEST_CASE_METHOD(shell_fixture, "one restart too many ends the supervisor with shutdown") {
  start_and_wait({"node", {.intensity = 1, .period_ms = 60000}, {probe_spec("a"), probe_spec("b")}});
  self->monitor(root);
  const auto a = child("a");
  self->send(a, die{die::of_error});
  self->send(replaced("a", a), die{die::of_error});
  CHECK(end_of_root() == "shutdown: restart intensity reached: a: told to fail");
  root = nullptr;
}

TEST_CASE_METHOD(shell_fixture, "children are added, stopped, restarted and deleted by message") {
  start_and_wait({"node", {}, {}});
  const auto ref = ask<child_ref>(start_child{probe_spec("q")});
  CHECK(ref.handle == child("q"));
  CHECK(refusal<child_ref>(start_child{probe_spec("q")}) == "already started");
  CHECK(refusal<completed>(delete_child{{"q"}}) == "running");
  ask<completed>(terminate_child{{"q"}});
  CHECK(refusal<child_ref>(start_child{probe_spec("q")}) == "already present");
  CHECK(ask<child_ref>(restart_child{{"q"}}).key == ref.key);
  ask<completed>(terminate_child{{{}, ref.key}});
  ask<completed>(delete_child{{"q"}});
  CHECK(refusal<completed>(terminate_child{{"q"}}) == "not found");
  CHECK(refusal<child_ref>(start_dynamic{"x", nullptr}) == "not possible with this strategy");
}

TEST_CASE_METHOD(shell_fixture, "an added child whose start throws is refused with the reason and forgotten") {
  start_and_wait({"node", {}, {}});
  auto bad = probe_spec("bad");
  bad.start = [](start_context&) -> caf::actor { throw std::runtime_error("nope"); };
  CHECK(refusal<child_ref>(start_child{bad}) == "start failed: std::runtime_error: nope");
  CHECK(ask<child_counts>(count_children{}).specs == 0);
  bad.significant = true;
  CHECK(refusal<child_ref>(start_child{bad}) == "bad child specification: child 'bad' is permanent and cannot be significant");
}

TEST_CASE_METHOD(shell_fixture, "a template's children get their own arguments and keep them over a restart") {
  auto pattern = worker("template", "probe", [log = log](start_context& c) -> caf::actor {
    log->note("args=" + *std::static_pointer_cast<std::string>(c.args));
    return c.supervisor->spawn<probe>(std::move(c.where), log);
  });
  start_and_wait({"queues", {.strategy = strategy::simple_one_for_one}, {pattern}});
  const auto ref = ask<child_ref>(start_dynamic{"q1", std::make_shared<std::string>("durable")});
  REQUIRE(log->wait_for(2) == lines{"args=durable", "+q1"});
  self->send(ref.handle, die{die::of_exception});
  CHECK(log->wait_for(4) == lines{"args=durable", "+q1", "args=durable", "+q1"});
  ask<completed>(terminate_child{{{}, ref.key}});
  CHECK(ask<children_list>(which_children{}).children.empty());
}

TEST_CASE_METHOD(shell_fixture, "a child that does not stop in time is killed") {
  auto stubborn = worker("stubborn", "stubborn", [log = log](start_context& c) -> caf::actor {
    return c.supervisor->spawn([log](caf::event_based_actor* me) -> caf::behavior {
      me->set_exit_handler([log](caf::exit_msg&) { log->note("asked"); });
      return {[](ping) { return pong{}; }};
    });
  });
  stubborn.shutdown = shutdown_limit::milliseconds(1);
  start_and_wait({"node", {}, {stubborn}});
  const auto handle = child("stubborn");
  self->monitor(handle);
  ask<completed>(terminate_child{{"stubborn"}});
  CHECK(end_of_root() == "killed");  // the one monitored here is the child
  CHECK(log->lines() == lines{"asked"});
}

TEST_CASE_METHOD(shell_fixture, "brutal_kill does not ask") {
  auto spec = probe_spec("a");
  spec.shutdown = shutdown_limit::brutal_kill();
  start_and_wait({"node", {}, {spec}});
  REQUIRE(log->wait_for(1) == lines{"+a"});
  ask<completed>(terminate_child{{"a"}});
  CHECK(log->lines() == lines{"+a"});
}

TEST_CASE_METHOD(shell_fixture, "a supervisor that is killed takes its children with it") {
  supervisor_spec inner{"inner", {}, {probe_spec("x")}};
  start_and_wait({"node", {.intensity = 0}, {supervisor_child(inner)}});
  const auto x = child("x", child("inner"));
  self->monitor(x);
  self->send_exit(root, caf::exit_reason::kill);
  CHECK(end_of_root() == "killed");
  root = nullptr;
}

TEST_CASE_METHOD(shell_fixture, "a child past its intensity is retried after the delay and its siblings are not disturbed") {
  start_and_wait({"queues", {.intensity = 1, .period_ms = 60000, .delay_ms = 1}, {probe_spec("a"), probe_spec("b")}});
  const auto b = child("b");
  auto a = child("a");
  for (int i = 0; i < 5; ++i) {
    self->send(a, die{die::of_error});
    a = replaced("a", a);
    REQUIRE(a);
  }
  CHECK(child("b") == b);
  CHECK(ask<children_list>(which_children{}).children[0].restarts == 5);
}

TEST_CASE_METHOD(shell_fixture, "the end of a significant child ends its supervisor") {
  auto c = probe_spec("connection", restart_type::temporary);
  c.significant = true;
  start_and_wait({"scope", {.auto_shutdown = auto_shutdown::any_significant}, {c, probe_spec("helper")}});
  self->monitor(root);
  self->send(child("connection"), die{die::normally});
  CHECK(end_of_root() == "shutdown: significant child ended: connection: normal");
  root = nullptr;
}
