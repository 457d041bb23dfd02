#include <catch2/catch.hpp>

#include "node_fixture.hpp"
#include "supervision/test_crash.hpp"

using namespace distribution_test;

TEST_CASE("two nodes of which one keeps the other are linked, and talk in both directions") {
  const auto mapper = free_port();
  test_node a("a", mapper), b("b", mapper);
  REQUIRE(a.start_failure.empty());
  REQUIRE(b.start_failure.empty());
  CHECK_FALSE(a.net->send(b.name(), service::control, "too early"));
  a.net->keep(b.name());
  REQUIRE(both_linked(a, b));
  CHECK(a.net->send(b.name(), service::control, "hello b"));
  CHECK(b.net->send(a.name(), service::control, "hello a"));
  CHECK(eventually([&] { return a.events->count() == 2 && b.events->count() == 2; }));
  CHECK(a.events->lines() == std::vector<std::string>{"up b", "b: hello a"});
  CHECK(b.events->lines() == std::vector<std::string>{"up a", "a: hello b"});
}

TEST_CASE("messages keep their order per service, large and small") {
  const auto mapper = free_port();
  test_node a("a", mapper), b("b", mapper);
  auto raft = std::make_shared<told>(), queues = std::make_shared<told>();
  b.listen_to(service::raft, raft);
  b.listen_to(service::queues, queues);
  a.net->keep(b.name());
  REQUIRE(both_linked(a, b));
  std::vector<std::string> expected{"up a"};
  for (int i = 0; i < 3000; ++i) {
    const std::string bytes = std::to_string(i) + std::string(i % 100 == 0 ? 300'000u : 10u, 'x');
    REQUIRE(a.net->send(b.name(), i % 2 ? service::raft : service::queues, bytes));
  }
  CHECK(eventually([&] { return raft->count() == 1501 && queues->count() == 1501; }));
  for (const auto& log : {raft, queues}) {
    int last = -1;
    for (const auto& line : log->lines()) {
      if (line == "up a") continue;
      const int n = std::stoi(line.substr(3));
      CHECK(n > last);
      last = n;
    }
  }
}

TEST_CASE("each subscriber is told once, also one of two services, and a late one of what is up already") {
  const auto mapper = free_port();
  test_node a("a", mapper), b("b", mapper);
  auto both = std::make_shared<told>(), late = std::make_shared<told>();
  auto actor = a.system().spawn(subscriber, both);
  a.net->subscribe(service::raft, actor);
  a.net->subscribe(service::metadata, actor);
  a.net->keep(b.name());
  REQUIRE(both_linked(a, b));
  a.listen_to(service::queues, late);
  CHECK(eventually([&] { return late->count() == 1; }));
  b.stop();
  CHECK(eventually([&] { return both->count() >= 2 && late->count() >= 2 && a.events->count() >= 2; }));
  for (const auto& log : {both, late, a.events}) CHECK(log->lines() == std::vector<std::string>{"up b", "down b"});
  caf::anon_send_exit(actor, caf::exit_reason::kill);
}

TEST_CASE("a released peer is told by the end of the link, and not dialled again") {
  const auto mapper = free_port();
  test_node a("a", mapper), b("b", mapper);
  a.net->keep(b.name());
  REQUIRE(both_linked(a, b));
  a.net->release(b.name());
  CHECK(eventually([&] { return a.events->count("down b") == 1 && b.events->count("down a") == 1; }));
  CHECK_FALSE(a.linked(b));
  CHECK_FALSE(a.net->send(b.name(), service::control, "gone"));
  a.net->keep(b.name());
  CHECK(both_linked(a, b));
}

TEST_CASE("a node that comes back is linked again, under a larger number") {
  const auto mapper = free_port();
  test_node a("a", mapper);
  auto b = std::make_unique<test_node>("b", mapper);
  a.net->keep(b->name());
  REQUIRE(both_linked(a, *b));
  const auto first = a.net->links()[0].number;
  b.reset();
  REQUIRE(eventually([&] { return a.events->count("down b") == 1; }));
  b = std::make_unique<test_node>("b", mapper);
  REQUIRE(both_linked(a, *b));
  CHECK(a.net->links()[0].number > first);
  CHECK(eventually([&] { return a.events->lines() == std::vector<std::string>{"up b", "down b", "up b"}; }));
}

TEST_CASE("fifty times both dial at once, and fifty times there is one link") {
  const auto mapper = free_port();
  test_node a("a", mapper), b("b", mapper);
  for (int round = 1; round <= 50; ++round) {
    a.net->keep(b.name());
    b.net->keep(a.name());
    REQUIRE(eventually([&] { return a.events->count("up b") == round && b.events->count("up a") == round; }));
    REQUIRE(a.net->links().size() == 1);
    REQUIRE(b.net->links().size() == 1);
    REQUIRE(a.net->links()[0].dialled != b.net->links()[0].dialled);
    a.net->release(b.name());
    b.net->release(a.name());
    REQUIRE(eventually([&] { return a.events->count("down b") == round && b.events->count("down a") == round; }));
  }
}

TEST_CASE("a transfer keeps to the window, and an urgent message passes it") {
  const auto mapper = free_port();
  test_node a("a", mapper), b("b", mapper);
  auto bulk = std::make_shared<told>();
  std::atomic<std::size_t> bulk_before_urgent{0};
  auto urgent = b.system().spawn([&](caf::event_based_actor*) -> caf::behavior {
    return {[](const peer_up&) {}, [](const peer_down&) {},
            [&](const peer_message&) { bulk_before_urgent = bulk->count(); }};
  });
  b.listen_to(service::queues, bulk);
  b.net->subscribe(service::raft, urgent);
  a.net->keep(b.name());
  REQUIRE(both_linked(a, b));
  for (int i = 0; i < 200; ++i) REQUIRE(a.net->send(b.name(), service::queues, std::string(1'000'000, 'x')));
  const std::size_t bulk_at_send = bulk->count();
  REQUIRE(a.net->send(b.name(), service::raft, "urgent"));
  std::uint64_t most_in_flight = 0;
  CHECK(eventually(
      [&] {
        for (const auto& l : a.net->links()) most_in_flight = std::max(most_in_flight, l.in_flight_bytes);
        return bulk->count() == 201;
      },
      60s));
  CHECK(most_in_flight <= outbox::default_window_bytes);
  CHECK(bulk_before_urgent > 0);
  CHECK(bulk_before_urgent < bulk_at_send + 40);  // the window holds two
  const auto link = a.net->links()[0];
  CHECK(link.messages_out == 201);
  CHECK(link.bytes_out == 200 * 1'000'006 + 12);
  CHECK(link.queued_bytes == 0);
  CHECK(b.net->links()[0].bytes_in == link.bytes_out);
  caf::anon_send_exit(urgent, caf::exit_reason::kill);
}

TEST_CASE("two hundred silent sockets disturb neither a link nor the making of one") {
  const auto mapper = free_port();
  test_node a("a", mapper), b("b", mapper), c("c", mapper);
  a.net->keep(b.name());
  REQUIRE(both_linked(a, b));
  std::vector<raw_socket> silent;
  for (int i = 0; i < 200; ++i) silent.emplace_back(b.net->port());
  c.net->keep(b.name());
  CHECK(both_linked(c, b));
  CHECK(a.net->send(b.name(), service::control, "still here"));
  CHECK(eventually([&] { return b.events->count("a: still here") == 1; }));
}

TEST_CASE("a node with another cookie is refused, and says so once") {
  const auto mapper = free_port();
  node_settings other;
  other.cookie = "OTHER";
  test_node a("a", mapper), b("b", mapper, other);
  a.net->keep(b.name());
  CHECK(eventually([&] { return a.log.count("Cannot reach node 'b@127.0.0.1': the Erlang cookies differ") == 1; }));
  CHECK(a.net->last_failure(b.name()) == "the Erlang cookies differ");
  CHECK(eventually([&] { return b.log.count("Connection attempt from node 'a@127.0.0.1'") == 1; }));
  CHECK(a.net->peers().empty());
}

TEST_CASE("a second node of one name cannot start on the host, and is refused by a linked peer elsewhere") {
  const auto mapper = free_port(), other_host = free_port();
  test_node a("a", mapper), b("b", mapper);
  test_node twin("b", mapper);
  CHECK(twin.start_failure.find("node with name \"b\" already running on \"127.0.0.1\"") != std::string::npos);
  a.net->keep(b.name());
  REQUIRE(both_linked(a, b));
  // as if on another host: a mapper of its own, at which the first node is known
  node_settings s;
  s.incarnation = 4711;
  test_node impostor("b", other_host, s);
  REQUIRE(impostor.start_failure.empty());
  net_thread thread;
  auto registration =
      std::make_shared<epmd::registration>(thread.context(), epmd::options{other_host, {}},
                                           epmd::alive2_req{a.net->port(), 77, 0, 6, 5, "a", ""}, "h", log_sink{});
  thread.ask([&] { registration->start([](const std::string&) {}); });
  impostor.net->keep(a.name());
  CHECK(eventually(
      [&] { return impostor.net->last_failure(a.name()) == "another node of the same name is linked already"; }));
  CHECK(a.linked(b));
  thread.ask([&] { registration->stop(); });
}

TEST_CASE("a gateway that crashes takes its links down for everybody, and its successor makes them anew") {
  supervision::enable_test_crashes(true);
  const auto mapper = free_port();
  test_node a("a", mapper), b("b", mapper);
  a.net->keep(b.name());
  REQUIRE(both_linked(a, b));
  caf::scoped_actor self(a.system());
  supervision::children_list children;
  self->request(a.root(), 10s, supervision::which_children{})
      .receive([&](supervision::children_list& l) { children = std::move(l); }, [](const caf::error&) {});
  REQUIRE(children.children.size() == 3);
  REQUIRE(children.children[0].name == "links");
  self->send(children.children[0].handle, supervision::test_crash{"on purpose"});
  CHECK(eventually([&] { return a.events->count("down b") == 1 && a.events->count("up b") == 2; }));
  CHECK(eventually([&] { return b.events->lines() == std::vector<std::string>{"up a", "down a", "up a"}; }));
  CHECK(a.net->send(b.name(), service::control, "again"));
  CHECK(eventually([&] { return b.events->count("a: again") == 1; }));
  supervision::enable_test_crashes(false);
}
