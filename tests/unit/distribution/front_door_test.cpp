#include <atomic>
#include <catch2/catch.hpp>
#include <future>

#include "distribution/handshake/dial.hpp"
#include "distribution/port_mapper/registration.hpp"
#include "net_testkit.hpp"

using namespace warren::distribution;
using namespace distribution_test;

namespace {

/// A node's front door, registered at a port mapper of its own.
struct door {
  net_thread thread;
  lines log;
  std::uint16_t epmd_port = free_port();
  std::shared_ptr<link_listener> listener;
  std::shared_ptr<epmd::registration> mapper;
  std::atomic<int> tools{0}, nodes{0};

  explicit door(listener_options o = {}, bool take_tools = true) {
    o.self = "rabbit@127.0.0.1";
    o.incarnation = 7;
    listener_callbacks calls;
    calls.decide = [](const hello&, std::uint64_t) { return verdict::accepted; };
    calls.linked = [this](accepted_link) { ++nodes; };
    calls.lost = [](const hello&, std::uint64_t) {};
    if (take_tools)
      calls.tool = [this](int fd, const hello&) {
        ++tools;
        (void)!::write(fd, "welcome", 7);
        ::close(fd);
      };
    std::promise<std::string> started;
    thread.ask([&] {
      listener = *link_listener::listen(thread.context(), o, cookie_of("COOKIE"), calls, log.sink());
      mapper = std::make_shared<epmd::registration>(thread.context(), epmd::options{epmd_port, {}},
                                                    epmd::alive2_req{listener->port(), 77, 0, 6, 5, "rabbit", ""},
                                                    "127.0.0.1", log.sink());
      mapper->start([&](const std::string& failure) { started.set_value(failure); });
    });
    REQUIRE(started.get_future().get().empty());
  }
  ~door() {
    thread.ask([&] {
      listener->stop();
      mapper->stop();
    });
  }
  [[nodiscard]] std::uint16_t port() { return listener->port(); }
  [[nodiscard]] std::size_t half_open() {
    return thread.ask([&] { return listener->half_open(); });
  }
};

std::variant<tool_connection, dial_error> call(std::uint16_t epmd_port, const std::string& cookie = "COOKIE",
                                               const std::string& name = "rabbit",
                                               const std::string& self = "tool@127.0.0.1",
                                               std::chrono::milliseconds timeout = 10s) {
  dial_options o;
  o.self = self;
  o.epmd_port = epmd_port;
  o.timeout = timeout;
  return dial({name, "127.0.0.1"}, cookie_of(cookie), o);
}

dial_error failure(std::variant<tool_connection, dial_error> outcome) {
  REQUIRE(std::holds_alternative<dial_error>(outcome));
  return std::get<dial_error>(outcome);
}

}  // namespace

TEST_CASE("a tool with the cookie is connected and told who answered") {
  door node;
  auto outcome = call(node.epmd_port);
  REQUIRE(std::holds_alternative<tool_connection>(outcome));
  auto& connection = std::get<tool_connection>(outcome);
  CHECK(connection.peer().name == "rabbit@127.0.0.1");
  CHECK(connection.peer().incarnation == 7);
  char text[8] = {};
  REQUIRE(::read(connection.fd(), text, 7) == 7);  // the descriptor blocks
  CHECK(std::string(text) == "welcome");
}

TEST_CASE("a dial tells how far it came") {
  door node;
  SECTION("wrong cookie") {
    const auto e = failure(call(node.epmd_port, "OTHER"));
    CHECK(e.kind == dial_failure::handshake_refused);
    CHECK(e.why == refusal::wrong_cookie);
    CHECK(e.node_port == node.port());
    CHECK(
        eventually([&] { return node.log.count("Connection attempt from node 'tool@127.0.0.1' at 127.0.0.1:") == 1; }));
    CHECK(node.log.count("refused: the Erlang cookies differ") == 1);
    CHECK(node.log.count("COOKIE") + node.log.count("OTHER") == 0);
  }
  SECTION("no such node") {
    const auto e = failure(call(node.epmd_port, "COOKIE", "nope"));
    CHECK(e.kind == dial_failure::not_registered);
    CHECK(e.registered == std::vector<epmd::name_and_port>{{"rabbit", node.port()}});
  }
  SECTION("no mapper") {
    const auto e = failure(call(free_port()));
    CHECK(e.kind == dial_failure::epmd_unreachable);
    CHECK(e.node_port == 0);
  }
  SECTION("nobody at the port") {
    node.thread.ask([&] { node.listener->stop(); });
    CHECK(failure(call(node.epmd_port)).kind == dial_failure::tcp_refused);
  }
  SECTION("the own name") {
    CHECK(failure(call(node.epmd_port, "COOKIE", "rabbit", "rabbit@127.0.0.1")).why == refusal::same_name);
  }
}

TEST_CASE("a peer that accepts and says nothing is given up in time") {
  net_thread thread;
  const auto epmd_port = free_port();
  boost::asio::io_context unused;
  boost::asio::ip::tcp::acceptor silent(unused, {boost::asio::ip::address_v4::loopback(), 0});
  auto mapper = std::make_shared<epmd::registration>(
      thread.context(), epmd::options{epmd_port, {}},
      epmd::alive2_req{silent.local_endpoint().port(), 77, 0, 6, 5, "rabbit", ""}, "h", log_sink{});
  std::promise<std::string> started;
  thread.ask([&] { mapper->start([&](const std::string& f) { started.set_value(f); }); });
  REQUIRE(started.get_future().get().empty());
  const auto e = failure(call(epmd_port, "COOKIE", "rabbit", "tool@127.0.0.1", 200ms));
  CHECK(e.kind == dial_failure::timed_out);
  thread.ask([&] { mapper->stop(); });
}

TEST_CASE("garbage, oversized hellos and other versions are refused at once and logged once with the reason") {
  door node;
  const auto say = [&](const std::string& bytes) {
    raw_socket s(node.port());
    s.send(bytes);
    return s.read_to_end();
  };
  CHECK(say("GET / HTTP/1.1\r\n\r\n").empty());
  CHECK(say("GET / HTTP/1.1\r\n\r\n").empty());
  CHECK(say(std::string("WRNL\0\1\xff\xff", 8)).empty());
  CHECK(say(std::string("WRNL\0\x9\0\x60", 8)).substr(0, 6) == std::string("WRNL\0\1", 6));
  CHECK(eventually([&] { return node.half_open() == 0; }));
  CHECK(node.log.count("refused: not the link protocol") == 1);
  CHECK(node.log.count("refused: oversized hello") == 1);
  CHECK(node.log.count("refused: other version of the link protocol: 9 (ours: 1)") == 1);
  CHECK(std::holds_alternative<tool_connection>(call(node.epmd_port)));
}

TEST_CASE("a replayed handshake is refused") {
  door node;
  // recorded by somebody who could listen: a tool's hello and its proof
  hello h;
  h.role = link_role::cli;
  h.name = "tool@127.0.0.1";
  handshake_machine tool(handshake_machine::side::dialler, h, "COOKIE");
  const std::string first = tool.start();
  std::string proof;
  {
    raw_socket s(node.port());
    s.send(first);
    while (proof.empty()) proof = tool.consume(s.read(tool.wanted()));
    s.send(proof);
    CHECK(s.read(1) == std::string(1, '\0'));
  }
  raw_socket replay(node.port());
  replay.send(first + proof);
  const std::string answer = replay.read_to_end();
  CHECK(answer.back() == static_cast<char>(verdict::wrong_cookie));
  CHECK(eventually([&] { return node.log.count("the Erlang cookies differ") == 1; }));
}

TEST_CASE("silent sockets are closed at the deadline") {
  listener_options o;
  o.handshake_time = 100ms;
  door node(o);
  raw_socket s(node.port());
  CHECK(s.closed_by_peer());
  CHECK(eventually([&] { return node.half_open() == 0; }));
  CHECK(node.log.count("refused: no handshake in time") == 1);
}

TEST_CASE("hundreds of silent sockets lock nobody out: the oldest give way") {
  listener_options o;
  o.max_half_open = 200;
  o.handshake_time = 60s;
  door node(o);
  std::vector<raw_socket> silent;
  for (int i = 0; i < 300; ++i) silent.emplace_back(node.port());
  CHECK(eventually([&] { return node.half_open() == 200; }));
  CHECK(std::holds_alternative<tool_connection>(call(node.epmd_port)));
  CHECK(silent.front().closed_by_peer());
  CHECK(node.half_open() <= 200);
}

TEST_CASE("without a taker for tools they are refused with the reason") {
  door node({}, false);
  CHECK(failure(call(node.epmd_port)).why == refusal::role_refused);
}
