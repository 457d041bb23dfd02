#include "actors/alarms/alarm_actor.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>

using namespace warren;
using namespace warren::actors;
using namespace std::chrono_literals;

namespace {

/// A node of nothing but its alarms, on a disk that the test sets.
struct alarmed_node {
  static constexpr std::uint64_t gib = 1ull << 30;

  caf::actor_system_config config;
  caf::actor_system system{config};
  io_pool io{system, 1};
  std::unique_ptr<node_services> services;
  std::atomic<std::uint64_t> free{1000 * gib};
  std::atomic<int> looks{0};
  caf::actor alarms;

  explicit alarmed_node(std::uint64_t limit) {
    broker_options options;
    options.node_name = "rabbit@here";
    services = std::make_unique<node_services>(system, io, options);
    resource_limits limits = services->alarms.limits();
    limits.disk_absolute = limit;
    services->alarms.limit_to(limits);
    services->disk_writes->when_used_up([this] { check_disk_soon(*services); });
    resource_probe probe{[] { return std::uint64_t{0}; },
                         [this] {
                           ++looks;
                           return free.load();
                         },
                         gib};
    alarms = system.spawn(alarm_actor, services.get(), probe, supervision::make_place("alarms"));
    settle();  // it has begun, and
    settle();  // has taken its own first look
  }
  ~alarmed_node() { 
    services->alarm_actor.set(nullptr);
    caf::anon_send_exit(std::exchange(alarms, nullptr), caf::exit_reason::user_shutdown);
    system.await_all_actors_done();
  }

  /// Everything that was sent to the actor before has been seen to. Looks at the disk itself, once.
  void settle() {
    caf::scoped_actor self(system);
    self->request(alarms, 10s, alarms_check_now{})
        .receive([](const alarms_checked&) {}, [](const caf::error&) { FAIL("the alarms do not answer"); });
  }
};

}  // namespace

TEST_CASE("the disk is looked at when a quarter of the way to its limit was written, without waiting for the clock") {
  alarmed_node node(900 * alarmed_node::gib);  // the next look by the clock is 10 s away
  const int before = node.looks;
  node.services->disk_writes->wrote(25 * alarmed_node::gib - 1);
  node.settle();
  CHECK(node.looks == before + 1);  // settle()'s own
  node.services->disk_writes->wrote(25 * alarmed_node::gib - 1);
  CHECK_FALSE(node.services->alarms.publishers_blocked());
  node.free = 899 * alarmed_node::gib;
  node.services->disk_writes->wrote(1);
  node.settle();
  CHECK(node.looks == before + 3);
  CHECK(node.services->alarms.flags() == alarm_board::disk);
}

TEST_CASE("what may be written before the next look shrinks towards the limit, but never to nothing") {
  resource_numbers n;
  n.disk_limit = 300'000'000;
  n.disk_free = 800'000'000;
  CHECK(writes_until_look(n) == 125'000'000);
  n.disk_free = n.disk_limit;
  CHECK(writes_until_look(n) == 1u << 20);
  n.disk_free = 100'000'000;  // below it, somebody may make room
  CHECK(writes_until_look(n) == 50'000'000);
}
