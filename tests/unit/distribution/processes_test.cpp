#include <signal.h>
#include <sys/wait.h>

#include <catch2/catch.hpp>
#include <cstdlib>

#include "node_fixture.hpp"

using namespace distribution_test;

namespace {

/// This test program again, as the node "child": a process that can be killed or stopped.
struct child_process {
  pid_t pid;
  child_process(std::uint16_t mapper, std::chrono::milliseconds tick) {
    // before the fork: other threads may hold locks that nobody releases in the child
    setenv("WARREN_TEST_MAPPER", std::to_string(mapper).c_str(), 1);
    setenv("WARREN_TEST_TICK", std::to_string(tick.count()).c_str(), 1);
    pid = fork();
    if (pid != 0) return;
    execl("/proc/self/exe", "test_distribution", "a node for others", nullptr);
    _exit(127);
  }
  void signal(int which) const { kill(pid, which); }
  ~child_process() {
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
  }
};

const std::string child_name = "child@127.0.0.1";

bool has_child(const test_node& a) {
  const auto all = a.net->peers();
  return std::find(all.begin(), all.end(), child_name) != all.end();
}

std::chrono::milliseconds since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
}

}  // namespace

TEST_CASE("a node for others", "[.]") {
  const char* mapper = std::getenv("WARREN_TEST_MAPPER");
  const char* tick = std::getenv("WARREN_TEST_TICK");
  REQUIRE((mapper && tick));
  node_settings s;
  s.tick = std::chrono::milliseconds(std::atoi(tick));
  test_node child("child", static_cast<std::uint16_t>(std::atoi(mapper)), s);
  // echoes until it is killed, or its parent has ended
  auto echo = child.system().spawn([net = child.net.get()](caf::event_based_actor*) -> caf::behavior {
    return {[](const peer_up&) {}, [](const peer_down&) {},
            [=](const peer_message& m) { net->send(m.from, service::control, m.bytes); }};
  });
  child.net->subscribe(service::raft, echo);
  const pid_t parent = getppid();
  eventually([=] { return getppid() != parent; }, 120s);
  caf::anon_send_exit(echo, caf::exit_reason::kill);
}

TEST_CASE("the death of a peer's process is told within a moment") {
  const auto mapper = free_port();
  test_node a("a", mapper);  // serves the mapper, and so outlives the child's
  auto child = std::make_unique<child_process>(mapper, 60s);
  a.net->keep(child_name);
  REQUIRE(eventually([&] { return has_child(a); }));
  REQUIRE(a.net->send(child_name, service::raft, "ping"));
  CHECK(eventually([&] { return a.events->count("child: ping") == 1; }));
  const auto start = std::chrono::steady_clock::now();
  child->signal(SIGKILL);
  CHECK(eventually([&] { return a.events->count("down child") == 1; }));
  CHECK(since(start) < 2s);  // by the socket, not by the tick of a minute
  child.reset();
  child = std::make_unique<child_process>(mapper, 60s);
  CHECK(eventually([&] { return a.events->count("up child") == 2; }));
}

TEST_CASE("a stopped peer is given up after the tick time, and linked again when it goes on") {
  const auto mapper = free_port();
  node_settings s;
  s.tick = 1000ms;
  test_node a("a", mapper, s);
  const child_process child(mapper, 1000ms);
  a.net->keep(child_name);
  REQUIRE(eventually([&] { return has_child(a); }));
  const auto start = std::chrono::steady_clock::now();
  child.signal(SIGSTOP);
  CHECK(eventually([&] { return a.events->count("down child") == 1; }));
  CHECK(since(start) > 700ms);
  CHECK(since(start) < 5s);
  child.signal(SIGCONT);
  CHECK(eventually([&] { return a.events->count("up child") == 2; }, 30s));
  REQUIRE(a.net->send(child_name, service::raft, "ping"));
  CHECK(eventually([&] { return a.events->count("child: ping") == 1; }));
}

TEST_CASE("when the node that serves the port mapper is killed another serves it and is found there") {
  const auto mapper = free_port();
  auto child = std::make_unique<child_process>(mapper, 60s);
  REQUIRE(eventually([&] { return raw_socket(mapper).connected(); }));
  test_node a("a", mapper), b("b", mapper);
  REQUIRE_FALSE(a.net->serves_port_mapper());
  child.reset();
  CHECK(eventually([&] { return a.net->serves_port_mapper() || b.net->serves_port_mapper(); }));
  a.net->keep(b.name());
  CHECK(both_linked(a, b));
}
