#include "actors/control/json_values.hpp"
#include "tests/unit/actors/control/control_fixture.hpp"

using namespace control_test;

TEST_CASE("a request survives its way through JSON, whatever stands in it") {
  control_request r;
  r.command = "set_policy";
  r.arguments = {"näme", "^\"q\\", ""};
  r.options = {{"vhost", "/"}, {"online", true}, {"priority", "3"}};
  r.app = "running";
  r.timeout_ms = 5;
  const auto back = parse_control_request(write_control_request(r));
  REQUIRE(back.ok());
  CHECK(back->command == r.command);
  CHECK(back->arguments == r.arguments);
  CHECK(back->flag("online"));
  CHECK_FALSE(back->flag("offline"));
  CHECK(back->option("priority") == "3");
  CHECK(back->timeout_ms == 5);
  for (const char* wrong : {"", "[]", "{}", "{\"command\":1}", R"({"command":"a","arguments":{}})",
                            R"({"command":"a","arguments":[1]})", R"({"command":"a","options":[]})"})
    CHECK_FALSE(parse_control_request(wrong).ok());
}

TEST_CASE("frames are put together from any pieces, and a length beyond the limit breaks the stream") {
  control_frames frames;
  const std::string two = control_frame("first") + control_frame("");
  for (const char c : two.substr(0, two.size() - 1)) frames.add({&c, 1});
  CHECK(frames.next() == "first");
  CHECK_FALSE(frames.next().has_value());
  frames.add(two.substr(two.size() - 1));
  CHECK(frames.next() == "");
  frames.add(std::string("\x7f\xff\xff\xff", 4));
  CHECK_FALSE(frames.next().has_value());
  CHECK(frames.broken());
}

TEST_CASE("requests of one tool are answered in their order, and garbage only costs its own session") {
  node_fixture node;
  auto t = node.connect();
  t->send({{"command", "list_users"}});
  t->send({{"command", "ping"}});
  t->send_raw(control_frame("no json"));
  t->send({{"command", "server_version"}});
  CHECK(t->receive().at("result").is_array());
  CHECK(t->receive().at("result") == "Ping succeeded");
  CHECK(t->receive().at("error").at("exit") == 64);
  CHECK(t->receive().at("result") == "3.10.8");
  auto hostile = node.connect();
  hostile->send_raw(std::string("\xff\xff\xff\xff", 4));
  CHECK(hostile->receive().is_null());
  CHECK(node.result("ping") == "Ping succeeded");
}

TEST_CASE("when the tool goes away its command ends, and the session with it") {
  node_fixture node;
  auto t = node.connect();
  t->send({{"command", "await_online_nodes"}, {"arguments", json::array{"9"}}, {"timeout_ms", 600000}});
  t->send({{"command", "ping"}});
  const auto running = [&node](const char* what) {
    return supervision::render_text(supervision::take_tree(*node.system, node.face.root, 1s)).find(what) !=
           std::string::npos;
  };
  const auto until = std::chrono::steady_clock::now() + 10s;
  while (!running("await_online_nodes") && std::chrono::steady_clock::now() < until) std::this_thread::yield();
  REQUIRE(running("await_online_nodes"));
  t->close();
  while (running("await_online_nodes") && std::chrono::steady_clock::now() < until) std::this_thread::yield();
  CHECK_FALSE(running("await_online_nodes"));
}

TEST_CASE("pids are read back as they are written; others are none") {
  const pid_name p{"rabbit@a.long.host", 1795329411, 42};
  const auto back = pid_name::parse(p.text());
  REQUIRE(back.has_value());
  CHECK(back->node == "rabbit@a.long.host");
  CHECK(back->number == 42);
  for (const char* wrong : {"", "<0.1.0>", "notapid", "<rabbit@h.1.2>", "<rabbit@h.1.x.0>", "rabbit@h.1.2.0"})
    CHECK_FALSE(pid_name::parse(wrong).has_value());
}

TEST_CASE("closing connections names those that are none") {
  node_fixture node;
  CHECK(node.failure("close_connection", {"<0.1.0>", "bye"}) == "69 Error:\n{:invalid_pid_syntax, \"<0.1.0>\"}");
  CHECK(node.failure("close_connection", {"<rabbit@box.1795329411.1.0>", "bye"}) ==
        "69 Error:\n{:not_a_connection_pid, \"<rabbit@box.1795329411.1.0>\"}");
  CHECK(node.failure("close_connection", {"<rabbit@gone.1.1.0>", "bye"}).starts_with("69 "));
  CHECK(node.result("close_all_connections", {"bye"}) == "Closed 0 connections");
  CHECK(node.result("close_all_user_connections", {"nouser", "bye"}).is_null());
  CHECK(node.result("list_connections") == json::array{});
  CHECK(node.result("list_channels") == json::array{});
  CHECK(node.failure("list_connections", {"pid", "user_provided_name", "garbage_collection"}) ==
        "64 Info key(s) garbage_collection,user_provided_name are not supported");
  CHECK(node.failure("list_channels", {"nope"}) == "64 Info key(s) nope are not supported");
  CHECK(node.failure("list_consumers", {"nope"}) == "64 Info key(s) nope are not supported");
}

TEST_CASE("login attempts are counted, by source when that is wanted") {
  node_fixture node;
  node.services->logins.attempt("amqp091", "10.0.0.1", "guest", true);
  node.services->logins.attempt("amqp091", "10.0.0.1", "guest", false);
  CHECK(
      node.result("list_node_auth_attempt_stats").at("attempts") ==
      json::array{json::object{
          {"protocol", "amqp091"}, {"auth_attempts", 2}, {"auth_attempts_failed", 1}, {"auth_attempts_succeeded", 1}}});
  CHECK(node.result("list_node_auth_attempt_stats", {}, {{"by-source", true}}).at("attempts") == json::array{});
  CHECK(node.result("enable_auth_attempt_source_tracking").is_null());
  node.services->logins.attempt("amqp091", "10.0.0.1", "guest", true);
  CHECK(node.result("list_node_auth_attempt_stats", {}, {{"by-source", true}})
            .at("attempts")
            .at(0)
            .at("remote_address") == "10.0.0.1");
  CHECK(node.result("reset_node_auth_attempt_metrics").is_null());
  CHECK(node.result("list_node_auth_attempt_stats").at("attempts") == json::array{});
}
