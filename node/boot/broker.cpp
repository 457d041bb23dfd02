#include "node/boot/broker.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

#include "actors/connection/connection_messages.hpp"
#include "actors/auth/tls_context.hpp"
#include "actors/listener/acceptor_actor.hpp"
#include "actors/listener/listener_tree.hpp"
#include "actors/logging/log.hpp"
#include "actors/queue/queue_admin_messages.hpp"
#include "actors/storage/storage_messages.hpp"
#include "actors/vhost/vhost_tree.hpp"
#include "node/boot/first_contents.hpp"
#include "node/boot/storage_boot.hpp"
#include "node/boot/test_hooks.hpp"
#include "node/boot/tree.hpp"
#include "supervision/crash_report.hpp"
#include "supervision/supervisor.hpp"

namespace warren::node {

using namespace std::chrono_literals;
using actors::log_category;
using actors::log_info;

namespace {

struct system_config : caf::actor_system_config {
  system_config() {
    // settings that are not optional (docs/architecture.md): a busy actor must not hold its worker
    set("scheduler.max-throughput", std::size_t{300});
    set("work-stealing.relaxed-sleep-duration", caf::timespan{100ms});
    set("work-stealing.aggressive-poll-attempts", std::size_t{10});
    set("work-stealing.moderate-poll-attempts", std::size_t{10});
    set("scheduler.max-threads", std::size_t{2});
    set("logger.verbosity", caf::atom("quiet"));
  }
};

[[nodiscard]] int io_threads() { return static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 1u, 16u)); }

}  // namespace

struct broker::parts {
  explicit parts(node_config c) : config(std::move(c)) {}

  node_config config;
  system_config caf_config;
  std::unique_ptr<caf::actor_system> system;
  std::unique_ptr<actors::io_pool> io;
  std::unique_ptr<actors::node_services> services;
  std::unique_ptr<storage_boot> storage;
  std::unique_ptr<caf::scoped_actor> self;
  caf::actor root, listeners;
  std::shared_ptr<std::atomic<bool>> ended = std::make_shared<std::atomic<bool>>(false);  ///< of the tree

  std::string prepare_storage();
  std::string start_runtime();
  std::string start_tree();
  std::string start_vhosts();
  std::string load_contents();
  std::string start_listeners();
  std::string start_listener(const std::string& name, const listener_address& at, bool tls);

  void close_listeners();
  void close_connections();
  void close_queues();

  template <class Answer, class Message>
  std::string ask(const caf::actor& whom, Message&& m, std::chrono::seconds limit, Answer&& answer) {
    std::string failed;
    (*self)->request(whom, limit, std::forward<Message>(m)).receive(std::forward<Answer>(answer), [&](const caf::error& e) {
      failed = system->render(e);
    });
    return failed;
  }
};

broker::broker(node_config config) : parts_(std::make_unique<parts>(std::move(config))) {}

broker::~broker() {
  parts& p = *parts_;
  p.self.reset();
  if (p.io) p.io->stop();
}

std::optional<boot_failure> broker::start() {
  parts& p = *parts_;
  return run_boot({
      {"open the data directory and recover what it holds", {}, [&] { return p.prepare_storage(); }},
      {"start the actor system and the I/O threads", {"open the data directory and recover what it holds"}, [&] { return p.start_runtime(); }},
      {"start the supervision tree", {"start the actor system and the I/O threads"}, [&] { return p.start_tree(); }},
      {"start the virtual hosts and their queues", {"start the supervision tree"}, [&] { return p.start_vhosts(); }},
      {"load definitions", {"start the virtual hosts and their queues"}, [&] { return p.load_contents(); }},
      {"listen", {"load definitions"}, [&] { return p.start_listeners(); }},
  });
}

std::string broker::parts::prepare_storage() {
  storage = std::make_unique<storage_boot>(config);
  return storage->recover();
}

std::string broker::parts::start_runtime() {
  system = std::make_unique<caf::actor_system>(caf_config);
  self = std::make_unique<caf::scoped_actor>(*system);
  io = std::make_unique<actors::io_pool>(*system, io_threads());
  services = std::make_unique<actors::node_services>(*system, *io, to_broker_options(config));
  services->metadata_now.publish(storage->metadata());
  services->put_recovered(storage->take_queues());
  supervision::set_crash_report_sink([](const supervision::crash_report& report) {
    actors::log_error(log_category::plain, "{}", supervision::render(report));
  });
  io->start();
  return "";
}

std::string broker::parts::start_tree() {
  root = supervision::spawn_supervisor(*system, node_tree(*services, *storage, config, [this](caf::actor l) { listeners = std::move(l); }));
  root->attach_functor([flag = ended] { *flag = true; });
  return ask(root, supervision::await_started{}, 60s, [](const supervision::completed&) {});
}

std::string broker::parts::start_vhosts() {
  for (const vhost_ptr& vhost : services->metadata_now.get()->vhosts) {
    const std::string name = vhost->name();
    const std::string failed =
        ask(services->vhost_supervisor.get(), supervision::start_dynamic{name, std::make_shared<std::string>(name)}, 600s,
            [&](const supervision::child_ref& child) { services->vhost_children.put(name, child.key); });
    if (!failed.empty()) return "vhost '" + name + "': " + failed;
  }
  return "";
}

std::string broker::parts::load_contents() { return load_first_contents(config, *services, *self); }

std::string broker::parts::start_listeners() {
  start_test_hooks(*system, root);
  // plain ones last: whoever finds the usual port open may rely on all of them
  for (const auto& [name, at] : config.tls_listeners)
    if (std::string failed = start_listener(name, at, true); !failed.empty()) return failed;
  for (const auto& [name, at] : config.tcp_listeners)
    if (std::string failed = start_listener(name, at, false); !failed.empty()) return failed;
  return "";
}

std::string broker::parts::start_listener(const std::string&, const listener_address& at, bool tls) {
  actors::listener_options options;
  options.address = at.ip;
  options.port = at.port;
  options.name = std::string(tls ? "amqps " : "amqp ") + (at.ip.empty() ? "[::]" : at.ip) + ":" + std::to_string(at.port);
  if (tls) {
    auto context = actors::make_server_context(config.tls);
    if (!context) return context.failure().text;
    options.tls = std::move(*context);
  }
  return ask(listeners, supervision::start_child{listener_child(*services, std::move(options), actors::make_connection_settings(services->options, tls))},
             10s, [](const supervision::child_ref&) {});
}

bool broker::tree_ended() const {
  return *parts_->ended;
}

// ---- stopping

void broker::stop() {
  parts& p = *parts_;
  if (!p.root) return;
  log_info(log_category::plain, "stopping: connections are being closed");
  p.close_listeners();
  p.close_connections();
  p.close_queues();
  (*p.self)->send_exit(p.root, caf::exit_reason::user_shutdown);
  (*p.self)->wait_for(p.root);
  log_info(log_category::plain, "stopped");
}

void broker::parts::close_listeners() {
  for (const caf::actor& acceptor : services->acceptors.all()) (*self)->send(acceptor, actors::acceptor_close{});
}

void broker::parts::close_connections() {
  const auto all = services->connections.all();
  for (const auto& [id, connection] : all)
    (*self)->send(connection, actors::connection_shutdown{"broker forced connection closure with reason 'shutdown'"});
  for (const auto& [id, connection] : all) (*self)->monitor(connection);
  const auto deadline = std::chrono::steady_clock::now() + 5s;
  std::size_t left = all.size();
  while (left > 0 && std::chrono::steady_clock::now() < deadline)
    (*self)->receive([&](const caf::down_msg&) { --left; }, caf::after(100ms) >> [] {});
}

void broker::parts::close_queues() {
  const auto all = services->queues.all();
  for (const auto& [id, queue] : all) (*self)->send(queue, actors::queue_stop_cleanly{caf::actor_cast<caf::actor>(*self)});
  std::size_t left = all.size();
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  while (left > 0 && std::chrono::steady_clock::now() < deadline)
    (*self)->receive([&](const actors::queue_stopped&) { --left; }, [](const caf::down_msg&) {}, caf::after(100ms) >> [] {});
  if (left > 0) actors::log_warning(log_category::queue, "{} queues did not stop in time", left);
  (*self)->send(services->log(), actors::storage_stop{caf::actor_cast<caf::actor>(*self)});
  bool stopped = false;
  while (!stopped && std::chrono::steady_clock::now() < deadline + 20s)
    (*self)->receive([&](const actors::storage_stopped&) { stopped = true; }, [](const caf::down_msg&) {}, caf::after(100ms) >> [] {});
  if (!stopped) actors::log_warning(log_category::plain, "the log did not close in time; the next start recovers it");
}

}  // namespace warren::node
