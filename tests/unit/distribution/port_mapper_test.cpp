#include <signal.h>
#include <sys/wait.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "distribution/net/deadline.hpp"
#include "distribution/port_mapper/epmd_client.hpp"
#include "distribution/port_mapper/registration.hpp"
#include "net_testkit.hpp"

using namespace warren::distribution;
using namespace distribution_test;

namespace {

/// A node of the host, as far as the port mapper is concerned. Its thread is its process.
struct mapped_node {
  net_thread thread;
  lines log;
  std::shared_ptr<epmd::registration> mapper;
  std::string start_failure = "not started";

  mapped_node(std::uint16_t mapper_port, const std::string& name, std::uint16_t port) {
    mapper = std::make_shared<epmd::registration>(thread.context(), epmd::options{mapper_port, {}},
                                                  epmd::alive2_req{port, 77, 0, 6, 5, name, ""}, "box", log.sink());
    std::promise<std::string> started;
    thread.post([&] { mapper->start([&](const std::string& failure) { started.set_value(failure); }); });
    start_failure = started.get_future().get();
  }
  ~mapped_node() {
    thread.ask([&] { mapper->stop(); });
  }
  [[nodiscard]] bool serves() {
    return thread.ask([&] { return mapper->serves(); });
  }
  [[nodiscard]] bool registered() {
    return thread.ask([&] { return mapper->registered(); });
  }
};

std::string names_at(std::uint16_t port) {
  const auto answered = epmd::names("127.0.0.1", port, 5s);
  if (const auto* e = std::get_if<epmd::client_error>(&answered)) return e->text;
  std::string out;
  for (const auto& n : std::get<0>(answered)) out += n.name + ':' + std::to_string(n.port) + ' ';
  return out;
}

std::string output_of(const std::string& command) {
  std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  std::string out;
  char buffer[256];
  while (std::fgets(buffer, sizeof buffer, pipe.get())) out += buffer;
  return out;
}

/// Erlang's own epmd, in the foreground, ended with the object.
struct real_epmd {
  pid_t pid;
  explicit real_epmd(std::uint16_t port) {
    const std::string text = std::to_string(port);
    pid = fork();
    if (pid == 0) {
      execlp("epmd", "epmd", "-port", text.c_str(), nullptr);
      _exit(127);
    }
    REQUIRE(eventually([&] { return raw_socket(port).connected(); }));
  }
  void end() {
    if (pid <= 0) return;
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
    pid = 0;
  }
  ~real_epmd() { end(); }
};

}  // namespace

TEST_CASE("the first node on a host serves the port mapper, the second registers there") {
  const auto port = free_port();
  mapped_node a(port, "hare", 1001);
  mapped_node b(port, "rabbit", 1002);
  CHECK(a.start_failure.empty());
  CHECK(b.start_failure.empty());
  CHECK(a.serves());
  CHECK_FALSE(b.serves());
  CHECK(names_at(port) == "hare:1001 rabbit:1002 ");
}

TEST_CASE("Erlang's own epmd -names lists our nodes") {
  const auto port = free_port();
  mapped_node a(port, "rabbit", 25672);
  const std::string out = output_of("epmd -port " + std::to_string(port) + " -names 2>&1");
  CHECK(out.find("up and running on port " + std::to_string(port)) != std::string::npos);
  CHECK(out.find("name rabbit at port 25672") != std::string::npos);
}

TEST_CASE("an epmd that runs already is used as it is, and succeeded when it ends") {
  const auto port = free_port();
  real_epmd erlang(port);
  mapped_node a(port, "rabbit", 25672);
  REQUIRE(a.start_failure.empty());
  CHECK_FALSE(a.serves());
  CHECK(output_of("epmd -port " + std::to_string(port) + " -names 2>&1").find("name rabbit at port 25672") !=
        std::string::npos);
  erlang.end();
  CHECK(eventually([&] { return a.serves() && a.registered(); }));
  CHECK(names_at(port) == "rabbit:25672 ");
}

TEST_CASE("when the serving node ends another takes over and the rest register with it") {
  const auto port = free_port();
  auto first = std::make_unique<mapped_node>(port, "a", 1);
  mapped_node b(port, "b", 2), c(port, "c", 3), d(port, "d", 4);
  REQUIRE(first->serves());
  first.reset();
  CHECK(eventually([&] { return b.registered() && c.registered() && d.registered(); }));
  CHECK(b.serves() + c.serves() + d.serves() == 1);
  CHECK(names_at(port) == "b:2 c:3 d:4 ");
}

TEST_CASE("a second node of a name on one host is refused with RabbitMQ's words") {
  const auto port = free_port();
  mapped_node a(port, "rabbit", 1);
  mapped_node b(port, "rabbit", 2);
  CHECK(b.start_failure == "node with name \"rabbit\" already running on \"box\"");
  CHECK(names_at(port) == "rabbit:1 ");
}

TEST_CASE("the name is free as soon as its node has ended") {
  const auto port = free_port();
  mapped_node keeper(port, "keeper", 9);
  { mapped_node a(port, "rabbit", 1); }
  CHECK(eventually([&] { return names_at(port) == "keeper:9 "; }));
  mapped_node b(port, "rabbit", 2);
  CHECK(b.start_failure.empty());
}

TEST_CASE("looking up tells a missing node from a missing mapper") {
  const auto port = free_port();
  net_thread thread;
  const auto look_up = [&](const std::string& host, std::uint16_t mapper, const std::string& name) {
    std::promise<epmd::answer_of<epmd::alive2_req>> answer;
    spawn(thread.context(),
          [](net_thread& t, std::string h, std::uint16_t p, std::string n, auto& to) -> boost::asio::awaitable<void> {
            deadline in_time(t.context().get_executor(), 5s);
            to.set_value(co_await epmd::look_up(t.context(), h, p, n, in_time));
          }(thread, host, mapper, name, answer));
    return answer.get_future().get();
  };
  mapped_node a(port, "rabbit", 25672);
  CHECK(std::get<epmd::alive2_req>(look_up("127.0.0.1", port, "rabbit")).port == 25672);
  CHECK(std::get<epmd::client_error>(look_up("127.0.0.1", port, "nope")).kind == epmd::failure::not_registered);
  CHECK(std::get<epmd::client_error>(look_up("127.0.0.1", free_port(), "rabbit")).kind == epmd::failure::unreachable);
  CHECK(std::get<epmd::client_error>(look_up("no-such-host.invalid", port, "rabbit")).kind ==
        epmd::failure::host_unknown);
}

TEST_CASE("the mapper refuses to be killed, dumps, and closes on nonsense") {
  const auto port = free_port();
  mapped_node a(port, "rabbit", 7);
  const auto ask = [&](const std::string& bytes) {
    raw_socket s(port);
    s.send(bytes);
    return s.read_to_end();
  };
  CHECK(ask(epmd::encode(epmd::request{epmd::kill_req{}})) == "NO");
  CHECK(ask(epmd::encode(epmd::request{epmd::dump_req{}})).find("active name     <rabbit> at port 7") !=
        std::string::npos);
  CHECK(ask(epmd::encode(epmd::request{epmd::stop_req{"rabbit"}})).empty());
  CHECK(ask("GET / HTTP/1.0\r\n\r\n").empty());
  CHECK(ask(std::string("\xff\xff", 2)).empty());
  CHECK(names_at(port) == "rabbit:7 ");
}

TEST_CASE("ports and addresses come from Erlang's environment variables") {
  setenv("ERL_EPMD_PORT", "14369", 1);
  setenv("ERL_EPMD_ADDRESS", "127.0.0.2,,::1", 1);
  auto o = epmd::options_from_environment();
  CHECK(o.port == 14369);
  CHECK(o.listen_addresses == std::vector<std::string>{"127.0.0.2", "::1"});
  setenv("ERL_EPMD_PORT", "nonsense", 1);
  CHECK(epmd::options_from_environment().port == 4369);
  unsetenv("ERL_EPMD_PORT");
  unsetenv("ERL_EPMD_ADDRESS");
}

TEST_CASE("a mapper that listens on given addresses listens on loopback too") {
  const auto port = free_port();
  net_thread thread;
  boost::system::error_code failed;
  auto server = thread.ask([&] { return epmd::server::listen(thread.context(), {port, {"127.0.0.2"}}, failed); });
  REQUIRE(server);
  CHECK(raw_socket(port).connected());
  thread.ask([&] { server->stop(); });
}
