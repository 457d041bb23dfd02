#pragma once

#include <caf/all.hpp>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "actors/remote/remote_tree.hpp"
#include "actors/storage/storage_shells.hpp"
#include "actors/vhost/vhost_tree.hpp"
#include "storage/metadata_codec.hpp"
#include "storage/posix_file_system.hpp"
#include "supervision/supervisor.hpp"
#include "tests/unit/actors/remote/support/network.hpp"
#include "tests/unit/actors/support/metadata_children.hpp"

namespace warren::testing {

/// Until it holds, or the test fails.
inline void eventually(const std::string& what, const std::function<bool()>& holds) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) FAIL("never: " << what);
    std::this_thread::yield();
  }
}

/// The shells of one node, without sockets: storage, metadata, virtual hosts, queues, gateways.
class test_node {
 public:
  test_node(caf::actor_system& system, network& net, const std::string& name, raft::server_id id) : io_(system, 2), system_(system), self_(id) {
    char directory[] = "/tmp/warren-remote-XXXXXX";
    path_ = ::mkdtemp(directory);
    actors::broker_options options;
    options.node_name = name;
    services = std::make_unique<actors::node_services>(system, io_, options);
    services->transport = &net.add(name);
    auto opened = storage::data_directory::open(storage::posix_file_system(), path_);
    REQUIRE(opened.ok());
    directory_ = std::move(opened).value();
    auto reading = storage::recovery::read(*directory_, {});
    REQUIRE(reading.ok());
    auto finished = (*reading)->finish([](queue_id) { return true; });
    REQUIRE(finished.ok());
    found_ = std::move(finished).value();
    shells_ = actors::start_storage(
        system, directory_, found_, [](const std::string&) {}, [](const std::string& what) { FAIL(what); });
    services->log_actor.set(shells_.log);
    services->store_actor.set(shells_.store);
    io_.start();
    root_ = supervision::spawn_supervisor(system, tree());
    caf::scoped_actor self(system);
    self->request(root_, std::chrono::seconds(20), supervision::await_started{})
        .receive([](const supervision::completed&) {}, [](const caf::error&) { FAIL("the tree does not start"); });
    metadata = services->metadata();
  }
  ~test_node() {
    caf::scoped_actor self(system_);
    for (const caf::actor& a : {root_, shells_.log, shells_.store}) {
      self->send_exit(a, a == root_ ? caf::exit_reason::user_shutdown : caf::exit_reason::kill);
      self->wait_for(a);
    }
    io_.stop();
    std::filesystem::remove_all(path_);
  }

  std::unique_ptr<actors::node_services> services;
  caf::actor metadata;  ///< the node's own

  [[nodiscard]] const std::string& name() const { return services->options.node_name; }

 private:
  supervision::supervisor_spec tree() {
    using namespace supervision;
    supervisor_spec cluster{"cluster", {.strategy = strategy::rest_for_one, .intensity = 5, .period_ms = 1000}, {}};
    services->app_running = true;
    for (child_spec& child : metadata_children(*services, self_, voters({{1, "rabbit@a"}, {2, "rabbit@b"}})))
      cluster.children.push_back(std::move(child));
    for (child_spec& gateway : actors::gateway_children(*services)) cluster.children.push_back(std::move(gateway));
    child_spec vhosts = supervisor_child(
        {"vhosts", {.strategy = strategy::simple_one_for_one, .intensity = 3, .period_ms = 300'000}, {actors::vhost_template(*services)}});
    vhosts.start = [this, start = std::move(vhosts.start)](start_context& c) {
      caf::actor supervisor = start(c);
      services->vhost_supervisor.set(supervisor);
      return supervisor;
    };
    return {"node",
            {.strategy = strategy::one_for_all, .intensity = 0, .period_ms = 1000},
            {supervisor_child(std::move(cluster)), std::move(vhosts)}};
  }

  actors::io_pool io_;
  caf::actor_system& system_;
  const raft::server_id self_;
  std::string path_;
  std::shared_ptr<storage::data_directory> directory_;
  storage::recovered_node found_;
  actors::storage_shells shells_;
  caf::actor root_;
};

/// Two members of a cluster with a link.
class two_nodes {
 public:
  two_nodes() : system(config_) {
    a = std::make_unique<test_node>(system, net, "rabbit@a", 1);
    b = std::make_unique<test_node>(system, net, "rabbit@b", 2);
    connect();
    apply(put_vhost{"v", "", {}, "", false});
    apply(put_user{"u", "", "", {}, false});
    apply(set_permission{"u", "v", ".*", ".*", ".*"});
  }
  ~two_nodes() {
    net.go_on();
    a.reset();
    b.reset();
    net.forget_subscribers();
  }

  void apply(command c) {
    caf::scoped_actor self(system);
    self->request(a->metadata, std::chrono::seconds(20), actors::metadata_apply{std::make_shared<const command>(std::move(c)), {}})
        .receive(
            [](const actors::metadata_answer& answer) {
              if (answer.failure) FAIL(answer.failure->text);
            },
            [&](const caf::error& e) { FAIL("no answer of the metadata: " << system.render(e)); });
    eventually("both have it", [this] {
      return storage::encode_state(*a->services->metadata_now.get()) == storage::encode_state(*b->services->metadata_now.get());
    });
  }
  void queue_on(const test_node& home, const std::string& name, field_table arguments = {}, bool durable = true) {
    declare_queue d;
    d.vhost = "v";
    d.name = name;
    d.durable = durable;
    d.node = home.name();
    d.arguments = std::move(arguments);
    apply(std::move(d));
  }
  void connect() {
    net.connect(a->name(), b->name());
    eventually("both know each other", [&] { return a->services->remote.is_up(b->name()) && b->services->remote.is_up(a->name()); });
  }
  void cut() {
    net.cut(a->name(), b->name());
    eventually("both know of the loss", [&] {
      return !a->services->remote.is_up(b->name()) && !b->services->remote.is_up(a->name()) && a->services->remote.all().empty() &&
             b->services->remote.all().empty();
    });
  }
  [[nodiscard]] caf::actor queue_actor(const test_node& home, const std::string& name) {
    return home.services->queues.find(home.services->metadata_now.get()->find_vhost("v")->find_queue(name)->record->id);
  }

 private:
  caf::actor_system_config config_;

 public:
  network net;
  caf::actor_system system;
  std::unique_ptr<test_node> a, b;
};

}  // namespace warren::testing
