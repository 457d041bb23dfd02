#include "node/boot/broker.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

#include "actors/connection/connection_messages.hpp"
#include "actors/alarms/alarm_actor.hpp"
#include "actors/control/control_tree.hpp"
#include "actors/auth/tls_context.hpp"
#include "actors/listener/acceptor_actor.hpp"
#include "actors/listener/listener_tree.hpp"
#include "actors/logging/log.hpp"
#include "actors/metadata/metadata_messages.hpp"
#include "actors/queue/queue_admin_messages.hpp"
#include "actors/raft/raft_host_messages.hpp"
#include "actors/storage/storage_messages.hpp"
#include "actors/vhost/vhost_tree.hpp"
#include "distribution/link/link_config.hpp"
#include "node/boot/first_contents.hpp"
#include "node/boot/network_boot.hpp"
#include "node/boot/rebirth.hpp"
#include "node/boot/node_face.hpp"
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
  explicit system_config(std::chrono::milliseconds net_ticktime) {
    distribution::configure_links(*this, net_ticktime);
    // settings that are not optional (docs/architecture.md): a busy actor must not hold its worker
    set("scheduler.max-throughput", std::size_t{300});
    set("work-stealing.relaxed-sleep-duration", caf::timespan{100ms});
    set("work-stealing.aggressive-poll-attempts", std::size_t{10});
    set("work-stealing.moderate-poll-attempts", std::size_t{10});
    set("scheduler.max-threads", std::size_t{2});
    set("logger.verbosity", caf::atom("quiet"));
  }
};

/// Whom a blank node tries to join. The first of the list by name founds the cluster, so that nodes that start at the same time do not
/// found one each.
[[nodiscard]] std::vector<std::string> seeds_of(const node_config& config) {
  std::vector<std::string> seeds = config.cluster_nodes;
  std::sort(seeds.begin(), seeds.end());
  if (seeds.empty() || seeds.front() == config.node_name) return {};
  std::erase(seeds, config.node_name);
  return seeds;
}

[[nodiscard]] int io_threads() { return static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 1u, 16u)); }

}  // namespace

struct broker::parts {
  explicit parts(node_config c) : config(std::move(c)), caf_config(std::chrono::seconds(config.net_tick_s)) {}

  node_config config;
  system_config caf_config;
  std::unique_ptr<caf::actor_system> system;
  std::unique_ptr<actors::io_pool> io;
  std::unique_ptr<actors::node_services> services;
  std::unique_ptr<distribution::network> network;
  std::unique_ptr<node_face> face;
  std::unique_ptr<actors::control_environment> control;
  std::unique_ptr<storage_boot> storage;
  std::unique_ptr<caf::scoped_actor> self;
  caf::actor root, listeners;
  std::shared_ptr<std::atomic<bool>> ended = std::make_shared<std::atomic<bool>>(false);  ///< of the tree

  std::optional<rebirth> begun_again = take_rebirth();
  std::function<bool()> interrupted = [] { return false; };

  std::string prepare_storage();
  std::string start_runtime();
  std::string start_tree();
  std::string join();
  std::string join_one(const std::string& seed, bool ram);
  std::string await_metadata();
  void answer_begun_again(const std::string& failed);

  // the application (app_boot.cpp)
  std::string start_app();
  std::string start_vhosts();
  std::string load_contents();
  std::string start_listeners();
  std::string start_listener(const std::string& name, const listener_address& at, bool tls);
  std::string stop_app();
  void end_listeners();
  void end_vhosts();
  void close_listeners();
  void close_connections();
  void close_queues();

  // everything
  void stop_storage();
  void stop_all();
  std::string leave(const std::string& node);
  std::string force();
  std::string begin_again_as(const rebirth& how);

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

std::optional<boot_failure> broker::start(std::function<bool()> interrupted) {
  parts& p = *parts_;
  p.interrupted = std::move(interrupted);
  return run_boot({
      {"open the data directory and recover what it holds", {}, [&] { return p.prepare_storage(); }},
      {"start the actor system and the I/O threads", {"open the data directory and recover what it holds"}, [&] { return p.start_runtime(); }},
      {"start the supervision tree", {"start the actor system and the I/O threads"}, [&] { return p.start_tree(); }},
      {"join the cluster", {"start the supervision tree"}, [&] { return p.join(); }},
      {"hear of the cluster's metadata", {"join the cluster"}, [&] { return p.await_metadata(); }},
      {"start the application", {"hear of the cluster's metadata"}, [&] { return p.begun_again ? std::string() : p.start_app(); }},
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
  auto cookie = cookie_of(config);
  if (!cookie) return cookie.failure().text;
  face = std::make_unique<node_face>(config, *services, cookie->hash());
  control = std::make_unique<actors::control_environment>(*services, *face);
  auto made = make_network(*system, config, std::move(*cookie), storage->incarnation(),
                           [this](int fd) { (void)actors::serve_control(*control, fd); });
  if (!made) return made.failure().text;
  network = std::move(*made);
  face->network_is(*network);
  services->transport = network.get();
  services->disk_writes = storage->writes();
  services->disk_writes->when_used_up([s = services.get()] { actors::check_disk_soon(*s); });
  storage_boot::agreed_metadata known = storage->metadata();
  services->metadata_now.publish(known.state);
  services->metadata_memory = std::make_unique<actors::metadata_memory>(config.node_name, std::move(known.state), std::move(known.ledger), known.applied);
  face->lifecycle_is({[this] { return start_app(); }, [this] { return stop_app(); }, [this](const rebirth& how) { return begin_again_as(how); },
                      [this](const std::string& node) { return leave(node); }, [this] { return force(); }});
  if (begun_again && !begun_again->seed.empty()) storage->join_instead_of_founding();
  if (!begun_again && storage->blank() && !seeds_of(config).empty()) storage->join_instead_of_founding();
  services->put_recovered(storage->take_queues());
  supervision::set_crash_report_sink([](const supervision::crash_report& report) {
    actors::log_error(log_category::plain, "{}", supervision::render(report));
  });
  io->start();
  return "";
}

std::string broker::parts::start_tree() {
  root = supervision::spawn_supervisor(*system, node_tree(*services, *storage, config, [this](caf::actor l) { listeners = std::move(l); }, *control, *network));
  face->tree_started(root);
  start_test_hooks(*system, root);
  root->attach_functor([flag = ended] { *flag = true; });
  return ask(root, supervision::await_started{}, 60s, [](const supervision::completed&) {});
}

/// A node that was told to join, or is blank and has a list of those to join (cluster_formation.classic_config).
std::string broker::parts::join() {
  if (begun_again && !begun_again->seed.empty()) {
    const std::string failed = join_one(begun_again->seed, begun_again->ram);
    if (failed.empty()) return "";
    answer_begun_again(failed);
    stop_all();
    return begin_again(config.data_dir, {});  // blank, and alone
  }
  if (begun_again || !storage->blank()) return "";
  const std::vector<std::string> seeds = seeds_of(config);
  std::string failed;
  for (int round = 0; round < config.discovery_retries && !seeds.empty(); ++round) {
    for (const std::string& seed : seeds) {
      if (interrupted()) return "the node was told to stop";
      failed = join_one(seed, config.joins_as_ram);
      if (failed.empty()) return "";
    }
  }
  if (seeds.empty()) return "";
  log_warning(log_category::plain, "none of the configured nodes could be joined ({}): this node forms a cluster of its own", failed);
  actors::raft_open found = storage->metadata_member();
  found.founding.set({storage->incarnation(), config.node_name, raft::member_role::voter});
  (*self)->send(services->raft(), actors::raft_found{actors::metadata_group, found.founding});
  return "";
}

std::string broker::parts::join_one(const std::string& seed, bool ram) {
  std::string refused;
  const std::string failed = ask(services->metadata(), actors::metadata_join{seed, services->options.version, storage->incarnation(), ram}, 60s,
                                 [&](const actors::metadata_membership_done& done) { refused = done.failed; });
  return failed.empty() ? refused : failed;
}

/// Until this node knows what the cluster has agreed upon. A member that finds no majority waits for it: ten times thirty seconds
/// (mnesia_table_loading_retry_timeout), as RabbitMQ does.
std::string broker::parts::await_metadata() {
  for (int left = 300; left > 0; --left) {
    if (interrupted()) return "the node was told to stop";
    if (const std::string failed = ask(services->metadata(), actors::metadata_await_current{}, 1s, [](const actors::metadata_done&) {}); failed.empty()) break;
    if (left % 30 == 0) log_info(log_category::plain, "waiting for a majority of the cluster's nodes, {} s left", left);
    if (left == 1) return "no majority of the cluster's nodes was found in time; start the others, or use force_boot";
  }
  const broker_snapshot now = services->metadata_now.get();
  for (const queue_id id : storage->unknown_to(*now)) {  // was never decided upon
    (*self)->send(services->log(), actors::log_forget{id});
    (*self)->send(services->store(), actors::store_delete{id});
  }
  if (now->nodes.get(config.node_name) == nullptr) {
    std::string failed;
    const command here = put_node{config.node_name, false, services->options.version};
    const std::string unanswered = ask(services->metadata(), actors::metadata_apply{std::make_shared<const command>(here), {}}, 60s,
                                       [&](const actors::metadata_answer& a) { failed = a.failure ? a.failure->text : ""; });
    if (!unanswered.empty() || !failed.empty()) return unanswered + failed;
  }
  if (begun_again) {
    answer_begun_again("");
    face->app_is(actors::node_control::app_state::stopped);
  }
  return "";
}

void broker::parts::answer_begun_again(const std::string& failed) {
  answer_tool(*begun_again, failed.empty() ? actors::control_outcome(nullptr)
                                           : actors::control_outcome(actors::control_error{actors::exit_code::unavailable, failed}));
  begun_again->answer_to = -1;
}

bool broker::tree_ended() const {
  return *parts_->ended;
}

// ---- the application

std::string broker::parts::start_app() {
  face->app_is(actors::node_control::app_state::booting);
  services->app_running = true;
  std::string failed = start_vhosts();
  if (failed.empty()) failed = load_contents();
  if (failed.empty()) failed = start_listeners();
  face->app_is(failed.empty() ? actors::node_control::app_state::running : actors::node_control::app_state::stopped);
  return failed;
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

/// The process, its links and the metadata stay; everything that clients see goes.
std::string broker::parts::stop_app() {
  face->app_is(actors::node_control::app_state::stopped);
  services->app_running = false;
  end_listeners();
  close_connections();
  const std::string failed = ask(services->metadata(), actors::metadata_drop_transients{}, 30s, [](const actors::metadata_done&) {});
  close_queues();
  end_vhosts();
  return failed;
}

void broker::parts::end_listeners() {
  close_listeners();
  supervision::children_list all;
  (void)ask(listeners, supervision::which_children{}, 10s, [&](const supervision::children_list& l) { all = l; });
  for (const supervision::child_info& child : all.children) {
    (void)ask(listeners, supervision::terminate_child{{child.name, child.key}}, 30s, [](const supervision::completed&) {});
    (void)ask(listeners, supervision::delete_child{{child.name, child.key}}, 10s, [](const supervision::completed&) {});
  }
}

void broker::parts::end_vhosts() {
  for (const vhost_ptr& vhost : services->metadata_now.get()->vhosts) {
    const std::string& name = vhost->name();
    services->queue_supervisors.remove(name);
    const auto key = services->vhost_children.find(name);
    if (key == supervision::child_key{}) continue;
    services->vhost_children.remove(name);
    (void)ask(services->vhost_supervisor.get(), supervision::terminate_child{{name, key}}, 60s, [](const supervision::completed&) {});
  }
}

// ---- membership, the end

std::string broker::parts::leave(const std::string& node) {
  std::string refused;
  const std::string failed = ask(services->metadata(), actors::metadata_leave{node}, 60s,
                                 [&](const actors::metadata_membership_done& done) { refused = done.failed; });
  return failed.empty() ? refused : failed;
}

std::string broker::parts::force() {
  std::string refused;
  const std::string failed = ask(services->metadata(), actors::metadata_force{}, 30s,
                                 [&](const actors::metadata_membership_done& done) { refused = done.failed; });
  return failed.empty() ? refused : failed;
}

std::string broker::parts::begin_again_as(const rebirth& how) {
  stop_all();
  std::string failed = begin_again(config.data_dir, how);
  actors::log_critical(log_category::plain, "cannot begin again: {}", failed);
  return failed;
}

void broker::parts::stop_all() {
  stop_storage();
  (*self)->send_exit(root, caf::exit_reason::user_shutdown);
  (*self)->wait_for(root);
}

void broker::stop() {
  parts& p = *parts_;
  if (!p.root) return;
  log_info(log_category::plain, "stopping: connections are being closed");
  p.face->end();
  p.close_listeners();
  p.close_connections();
  p.close_queues();
  p.stop_all();
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
}

void broker::parts::stop_storage() {
  const caf::actor log = services->log();
  if (!log) return;  // the tree did not come so far
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  (*self)->monitor(log);
  (*self)->send(log, actors::storage_stop{caf::actor_cast<caf::actor>(*self)});
  bool stopped = false, gone = false;  // gone: the tree ended by itself
  while (!stopped && !gone && std::chrono::steady_clock::now() < deadline)
    (*self)->receive([&](const actors::storage_stopped&) { stopped = true; },
                     [&](const caf::down_msg& down) { gone = gone || down.source == log.address(); }, caf::after(100ms) >> [] {});
  if (!stopped) actors::log_warning(log_category::plain, "the log did not close in time; the next start recovers it");
}

}  // namespace warren::node
