#include "shell_fixture.hpp"

using namespace supervision_test;
using warren::supervision::strategy;

namespace {

/// An actor that owns others without being a supervisor, as a connection owns its channels.
class owner : public guarded<> {
 public:
  owner(caf::actor_config& config, place where, std::shared_ptr<journal> log)
      : guarded(config, std::move(where), "connection"), log_(std::move(log)) {}
  caf::behavior make_behavior() override {
    channel_ = spawn<probe>(place_below("channel 1"), log_);
    return {[](ping) { return pong{}; }};
  }
  void on_exit() override {
    send_exit(channel_, caf::exit_reason::user_shutdown);
    channel_ = nullptr;
  }

 protected:
  void report_children(std::vector<child_info>& into) override {
    child_info c;
    c.name = "channel 1";
    c.kind = "channel";
    c.handle = channel_;
    c.state = child_state::running;
    into.push_back(c);
  }

 private:
  std::shared_ptr<journal> log_;
  caf::actor channel_;
};

}  // namespace

TEST_CASE_METHOD(shell_fixture, "the tree shows supervisors, workers, owners and what they own") {
  auto connection = worker("c1", "connection", [log = log](start_context& c) -> caf::actor {
    return c.supervisor->spawn<owner>(std::move(c.where), log);
  });
  start_and_wait({"node", {}, {supervisor_child({"vhosts", {}, {probe_spec("q1")}}), connection}});
  const auto ref = ask<child_ref>(start_child{probe_spec("stopped")});
  ask<completed>(terminate_child{{{}, ref.key}});

  const auto tree = take_tree(system, root, 10s);
  CHECK(tree.name == "node");
  CHECK(tree.kind == "supervisor");
  CHECK(tree.actor_id == root.id());
  REQUIRE(tree.children.size() == 3);
  const auto* q1 = find(tree, "node/vhosts/q1");
  REQUIRE(q1 != nullptr);
  CHECK(q1->kind == "probe");
  CHECK(q1->state == "running");
  CHECK(q1->mailbox.value() == 0);
  CHECK(q1->restarts == 0);
  const auto* channel = find(tree, "node/c1/channel 1");
  REQUIRE(channel != nullptr);
  CHECK(channel->kind == "probe");  // what the actor says of itself
  const auto* stopped = find(tree, "node/stopped");
  REQUIRE(stopped != nullptr);
  CHECK(stopped->state == "idle");
  CHECK(stopped->actor_id == 0);
  CHECK(stopped->last_exit == "shutdown");
  CHECK_FALSE(stopped->mailbox.has_value());
  CHECK(find(tree, "node/vhosts/q2") == nullptr);
  CHECK(find(tree, "vhosts") == nullptr);
}

TEST_CASE_METHOD(shell_fixture, "restarts and the last reason are in the tree") {
  start_and_wait({"node", {}, {probe_spec("a")}});
  const auto a = child("a");
  self->send(a, die{die::of_error});
  REQUIRE(replaced("a", a));
  const auto tree = take_tree(system, root, 10s);
  CHECK(tree.children.at(0).restarts == 1);
  CHECK(tree.children.at(0).last_exit == "told to fail");
}

TEST_CASE_METHOD(shell_fixture, "an actor that does not answer in time is busy and delays nobody else") {
  auto held = worker("held", "probe", [log = log](start_context& c) -> caf::actor {
    return c.supervisor->spawn<probe, caf::detached>(std::move(c.where), log);  // its own thread: it will block
  });
  start_and_wait({"node", {}, {held, probe_spec("free")}});
  auto gate = std::make_shared<std::mutex>();
  gate->lock();
  auto signal = std::make_shared<journal>();
  self->send(child("held"), hold{gate, signal});
  REQUIRE(signal->wait_for(1).size() == 1);
  const auto tree = take_tree(system, root, 2s);
  gate->unlock();
  CHECK(find(tree, "node/held")->state == "busy");
  CHECK_FALSE(find(tree, "node/held")->mailbox.has_value());
  CHECK(find(tree, "node/free")->state == "running");
}

TEST_CASE_METHOD(shell_fixture, "a tree query overtakes the messages that wait, and counts them") {
  auto held = worker("held", "probe", [log = log](start_context& c) -> caf::actor {
    return c.supervisor->spawn<probe, caf::detached>(std::move(c.where), log);
  });
  start_and_wait({"node", {}, {held}});
  auto first = std::make_shared<std::mutex>();
  auto second = std::make_shared<std::mutex>();
  first->lock();
  second->lock();
  auto signal = std::make_shared<journal>();
  const auto target = child("held");
  self->send(target, hold{first, signal});
  REQUIRE(signal->wait_for(1).size() == 1);
  for (int i = 0; i < 5; ++i) self->send(target, hold{second, signal});
  tree_report report;
  // CAF 0.17 drops the priority when the timeout is a std::chrono duration.
  auto asked = self->request<caf::message_priority::high>(target, caf::duration(10s), tree_query{7});
  first->unlock();
  std::string failure;
  asked.receive([&](tree_report& r) { report = r; }, [&](caf::error& e) { failure = render(e); });
  second->unlock();
  CHECK(failure.empty());
  CHECK(report.ticket == 7);
  CHECK(report.mailbox >= 4);
}

TEST_CASE_METHOD(shell_fixture, "children without the guard are shown and not disturbed") {
  auto plain = worker("plain", "plain", [log = log](start_context& c) -> caf::actor {
    return c.supervisor->spawn([log](caf::event_based_actor* me) -> caf::behavior {
      me->set_default_handler([log](caf::scheduled_actor*, caf::message_view&) -> caf::result<caf::message> {
        log->note("disturbed");
        return caf::sec::unexpected_message;
      });
      return {[](ping) { return pong{}; }};
    });
  });
  start_and_wait({"node", {}, {plain}});
  const auto tree = take_tree(system, root, 10s);
  CHECK(tree.children.at(0).state == "running");
  CHECK_FALSE(tree.children.at(0).mailbox.has_value());
  ask<pong>(ping{}, child("plain"));
  CHECK(log->lines().empty());
}

TEST_CASE_METHOD(shell_fixture, "the tree of a supervisor that has ended says so") {
  start_and_wait({"node", {}, {}});
  self->monitor(root);
  self->send_exit(root, caf::exit_reason::user_shutdown);
  CHECK(end_of_root() == "shutdown");
  CHECK(take_tree(system, root, 10s).state == "gone");
  root = nullptr;
}

TEST_CASE("text and JSON of a tree") {
  tree_node root;
  root.name = "node";
  root.kind = "supervisor";
  root.actor_id = 5;
  root.state = "running";
  root.mailbox = 0;
  tree_node q;
  q.name = "a/\"b\"\n\xff\xe2\x82\xac";
  q.kind = "queue";
  q.state = "delayed";
  q.restarts = 3;
  q.last_exit = "exception: x";
  root.children.push_back(q);
  CHECK(render_text(root) ==
        "node  supervisor <5> running mailbox=0\n"
        "  a%2F\"b\"%0A\xff\xe2\x82\xac  queue delayed restarts=3 last_exit=\"exception: x\"\n");
  CHECK(render_json(root) ==
        "{\"name\":\"node\",\"kind\":\"supervisor\",\"actor_id\":5,\"state\":\"running\",\"restarts\":0,"
        "\"last_exit\":null,\"mailbox\":0,\"children\":[{\"name\":\"a/\\\"b\\\"\\u000a\\ufffd\xe2\x82\xac\",\"kind\":"
        "\"queue\",\"actor_id\":null,\"state\":\"delayed\",\"restarts\":3,\"last_exit\":\"exception: x\",\"mailbox\":null,"
        "\"children\":[]}]}");
}
