#include <malloc.h>

#include "shell_fixture.hpp"

using namespace supervision_test;
using warren::supervision::strategy;

namespace {

constexpr int children = 10'000;

caf::actor existing(caf::actor_system& system) {
  return system.spawn([](caf::event_based_actor*) -> caf::behavior { return {[](ping) { return pong{}; }}; });
}

std::size_t heap() { return mallinfo2().uordblks; }

}  // namespace

#if !defined(__SANITIZE_ADDRESS__)  // its allocator does not count
TEST_CASE_METHOD(shell_fixture, "ten thousand children of a template cost under 300 bytes each besides their actors") {
  // The start function hands out actors that were there before, so that only the supervisor's own bytes are counted.
  std::vector<caf::actor> actors;
  for (int i = 0; i < children; ++i) actors.push_back(existing(system));
  for (auto& a : actors) ask<pong>(ping{}, a);
  auto next = std::make_shared<std::size_t>(0);
  auto pattern = worker("template", "queue", [&actors, next](start_context&) { return actors[(*next)++]; });
  pattern.restart = restart_type::temporary;
  start_and_wait({"queues", {.strategy = strategy::simple_one_for_one}, {pattern}});
  const auto before = heap();
  // Plain sends: a request with a timeout would leave its timer behind and be counted.
  for (int i = 0; i < children; ++i) self->send(root, start_dynamic{"queue-" + std::to_string(i), nullptr});
  int answered = 0;
  self->receive_while([&] { return answered < children; })([&](const child_ref&) { ++answered; });
  const auto each = static_cast<double>(heap() - before) / children;
  INFO("bytes per child: " << each);
  CHECK(each > 50);  // otherwise nothing was measured
  CHECK(each < 300);
  CHECK(ask<child_counts>(count_children{}).active == children);
  // … and they are given back.
  for (auto& a : actors) self->send_exit(a, caf::exit_reason::normal);
  for (auto& a : actors) self->send_exit(a, caf::exit_reason::user_shutdown);
  actors.clear();
  while (ask<child_counts>(count_children{}).active > 0) {
  }
  CHECK(ask<children_list>(which_children{}).children.empty());
}
#endif

TEST_CASE_METHOD(shell_fixture, "a tree of ten thousand children is taken whole") {
  auto pattern = worker("template", "probe", starts_probe());
  pattern.restart = restart_type::temporary;
  start_and_wait({"queues", {.strategy = strategy::simple_one_for_one}, {pattern}});
  for (int i = 0; i < children; ++i) self->send(root, start_dynamic{"queue-" + std::to_string(i), nullptr});
  int answered = 0;
  self->receive_while([&] { return answered < children; })([&](const child_ref&) { ++answered; });
  const auto tree = take_tree(system, root, 20s);
  REQUIRE(tree.children.size() == children);
  std::size_t known = 0;
  for (const auto& c : tree.children) known += c.state == "running" && c.mailbox.has_value();
  CHECK(known == children);
}
