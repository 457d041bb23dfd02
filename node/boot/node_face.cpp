#include "node/boot/node_face.hpp"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "actors/connection/connection_messages.hpp"
#include "actors/control/json_values.hpp"
#include "actors/listener/acceptor_actor.hpp"
#include "node/command_line/version.hpp"

namespace warren::node {

namespace json = boost::json;
using actors::control_done;
using actors::control_error;

namespace {

std::string shown_interface(const std::string& ip) {
  if (ip.empty() || ip == "::") return "[::]";
  return ip.find(':') != std::string::npos ? "[" + ip + "]" : ip;
}

}  // namespace

node_face::node_face(const node_config& config, actors::node_services& services, std::string cookie_hash)
    : config_(config),
      services_(services),
      cookie_hash_(std::move(cookie_hash)),
      started_ms_(actors::wall_clock_ms()),
      partition_handling_(config.partition_handling) {}

void node_face::tree_started(caf::actor root) {
  std::lock_guard lock(mutex_);
  root_ = std::move(root);
}


// ---- the application and the process

void node_face::on_worker(control_done done, std::function<std::string()> what) {
  worker_.post([done = std::move(done), what = std::move(what)] {
    const std::string failed = what();
    if (failed.empty()) return done(nullptr);
    done(control_error{actors::exit_code::unavailable, failed});
  });
}

void node_face::start_app(control_done done) {
  on_worker(std::move(done), [this] { return app() == app_state::running ? std::string() : lifecycle_.start_app(); });
}

void node_face::stop_app(control_done done) {
  on_worker(std::move(done), [this] { return app() == app_state::stopped ? std::string() : lifecycle_.stop_app(); });
}

/// The main thread takes the signal and stops everything in order; the answer is on its way by then.
void node_face::stop_node(control_done done) {
  done(nullptr);
  kill(getpid(), SIGTERM);
}

void node_face::suspend_listeners(control_done done) {
  for (const caf::actor& acceptor : services_.acceptors.all()) caf::anon_send(acceptor, actors::acceptor_close{});
  done(nullptr);
}

void node_face::resume_listeners(control_done done) {
  for (const caf::actor& acceptor : services_.acceptors.all()) caf::anon_send(acceptor, actors::acceptor_resume{});
  done(nullptr);
}

void node_face::drain(control_done done) {
  maintenance_ = true;
  for (const auto& [id, connection] : services_.connections.all())
    caf::anon_send(connection, actors::connection_shutdown{"Node was put into maintenance mode"});
  suspend_listeners(std::move(done));
}

void node_face::revive(control_done done) {
  maintenance_ = false;
  resume_listeners(std::move(done));
}

// ---- membership

void node_face::reset(bool force, int answer_to, control_done done) {
  on_worker(std::move(done), [this, force, answer_to]() -> std::string {
    const bool others = services_.metadata_now.get()->nodes.size() > 1;
    if (!force && others)
      if (std::string failed = lifecycle_.leave(config_.node_name); !failed.empty()) return failed;
    return lifecycle_.begin_again({"", false, dup(answer_to)});
  });
}

/// Waits for a link to the node: its cookie, its name and its port are right then.
std::string node_face::reach(const std::string& seed) {
  network_->keep(seed);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(8);
  for (;;) {
    const auto peers = network_->peers();
    if (std::find(peers.begin(), peers.end(), seed) != peers.end()) return "";
    const std::string why = network_->last_failure(seed);
    if (!why.empty() || std::chrono::steady_clock::now() > deadline) {
      network_->release(seed);
      return "{:cannot_reach, '" + seed + "'}: " + (why.empty() ? "no answer" : why);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));  // the links have no event for threads
  }
}

void node_face::join_cluster(const std::string& seed, bool ram, int answer_to, control_done done) {
  const broker_snapshot now = services_.metadata_now.get();
  if (now->nodes.size() > 1 && now->nodes.get(seed) != nullptr) return done(json::string("The node is already a member of this cluster"));
  if (now->nodes.size() > 1)
    return done(control_error{actors::exit_code::unavailable, "{:error, {:inconsistent_cluster, 'this node belongs to another cluster: reset it first'}}"});
  on_worker(std::move(done), [this, seed, ram, answer_to]() -> std::string {
    if (std::string failed = reach(seed); !failed.empty()) return failed;
    return lifecycle_.begin_again({seed, ram, dup(answer_to)});
  });
}

void node_face::forget_cluster_node(const std::string& node, control_done done) {
  on_worker(std::move(done), [this, node] { return lifecycle_.leave(node); });
}

void node_face::change_cluster_node_type(bool, control_done done) {
  done(control_error{actors::exit_code::unavailable, "a member's type cannot be changed: reset the node and join it again with --disc or --ram"});
}

void node_face::update_cluster_nodes(const std::string& seed, control_done done) {
  on_worker(std::move(done), [this, seed] {  // who is a member stands in the cluster's log: it is enough to hear of it again
    return reach(seed);
  });
}

void node_face::rename_cluster_nodes(const std::vector<std::pair<std::string, std::string>>&, control_done done) {
  done(control_error{actors::exit_code::unavailable, "a member cannot be renamed: reset the node, start it under its new name and join it again"});
}

void node_face::force_boot(control_done done) {
  on_worker(std::move(done), [this] { return lifecycle_.force(); });
}

// ---- facts

actors::node_facts node_face::facts() const {
  actors::node_facts f;
  f.node = config_.node_name;
  f.version = services_.options.version;
  f.runtime = std::string("Warren ") + version_text() + " (C++20, CAF " + std::to_string(CAF_MAJOR_VERSION) + "." +
              std::to_string(CAF_MINOR_VERSION) + "." + std::to_string(CAF_PATCH_VERSION) + "), not Erlang";
  f.started_ms = started_ms_;
  f.data_dir = config_.data_dir;
  f.config_files = config_.config_files;
  f.enabled_plugins_file = config_.enabled_plugins_file;
  f.net_ticktime_s = config_.net_tick_s;
  f.cookie_hash = cookie_hash_;
  f.configured_peers = config_.cluster_nodes;
  f.under_maintenance = maintenance_;
  std::lock_guard lock(mutex_);
  f.partition_handling = partition_handling_;
  return f;
}

std::vector<actors::listener_facts> node_face::listeners() const {
  std::vector<actors::listener_facts> all;
  if (network_ != nullptr && network_->port() != 0)
    all.push_back({"[::]", network_->port(), "clustering", "inter-node and CLI tool communication"});
  if (app() != app_state::running) return all;
  for (const auto& [name, at] : config_.tcp_listeners)
    all.push_back({shown_interface(at.ip), at.port, "amqp", "AMQP 0-9-1 and AMQP 1.0"});
  for (const auto& [name, at] : config_.tls_listeners)
    all.push_back({shown_interface(at.ip), at.port, "amqp/ssl", "AMQP 0-9-1 and AMQP 1.0 over TLS"});
  return all;
}

std::vector<actors::member_facts> node_face::members() const {
  std::vector<actors::member_facts> all;
  const auto peers = network_ == nullptr ? std::vector<std::string>{} : network_->peers();
  for (const auto& [name, node] : services_.metadata_now.get()->nodes) {
    const bool self = name == config_.node_name;
    const bool up = std::find(peers.begin(), peers.end(), name) != peers.end();
    all.push_back({name, node.ram, self ? app() == app_state::running : up, self && maintenance_});
  }
  if (all.empty()) all.push_back({config_.node_name, false, app() == app_state::running, maintenance_});
  return all;
}

std::vector<std::string> node_face::certificate_files() const {
  std::vector<std::string> files;
  if (config_.tls_listeners.empty()) return files;
  for (const std::string& file : {config_.tls.certfile, config_.tls.cacertfile})
    if (!file.empty()) files.push_back(file);
  return files;
}

caf::actor node_face::tree_root() const {
  std::lock_guard lock(mutex_);
  return root_;
}

void node_face::set_partition_handling(const std::string& mode, control_done done) {
  {
    std::lock_guard lock(mutex_);
    partition_handling_ = mode;
  }
  done(nullptr);
}

json::object node_face::environment() const { return environment_of(config_); }

json::object environment_of(const node_config& c) {
  json::array tcp, tls;
  for (const auto& [name, at] : c.tcp_listeners)
    tcp.push_back(json::array{json::string(at.ip.empty() ? "::" : at.ip), at.port});
  for (const auto& [name, at] : c.tls_listeners)
    tls.push_back(json::array{json::string(at.ip.empty() ? "::" : at.ip), at.port});
  json::object rabbit{
      {"auth_mechanisms", actors::json_words(c.auth_mechanisms)},
      {"channel_max", c.channel_max},
      {"cluster_name", c.cluster_name},
      {"cluster_partition_handling", c.partition_handling},
      {"collect_statistics_interval", static_cast<std::int64_t>(c.statistics_interval_ms)},
      {"connection_max", c.connection_max ? json::value(*c.connection_max) : json::value("infinity")},
      {"consumer_timeout", c.consumer_timeout_ms ? json::value(static_cast<std::int64_t>(*c.consumer_timeout_ms))
                                                 : json::value("undefined")},
      {"data_dir", c.data_dir},
      {"default_permissions",
       json::array{json::string(c.default_configure), json::string(c.default_write), json::string(c.default_read)}},
      {"default_user", c.default_user},
      {"default_user_tags", actors::json_words(c.default_user_tags)},
      {"default_vhost", c.default_vhost},
      {"disk_free_limit", c.disk_free_limit_relative
                              ? json::value(json::object{{"mem_relative", *c.disk_free_limit_relative}})
                              : json::value(static_cast<std::int64_t>(c.disk_free_limit_bytes))},
      {"frame_max", c.frame_max},
      {"handshake_timeout", c.handshake_timeout_ms},
      {"heartbeat", c.heartbeat_s},
      {"initial_frame_max", c.initial_frame_max},
      {"loopback_users", actors::json_words(c.loopback_users)},
      {"max_message_size", static_cast<std::int64_t>(c.max_message_bytes)},
      {"memory_monitor_interval", static_cast<std::int64_t>(c.memory_interval_ms)},
      {"password_hashing_module", json::string(actors::hashing_module(c.hashing))},
      {"queue_leader_locator", c.queue_leader_locator},
      {"reverse_dns_lookups", c.reverse_dns_lookups},
      {"ssl_handshake_timeout", c.tls_handshake_timeout_ms},
      {"ssl_listeners", std::move(tls)},
      {"tcp_listen_options", json::object{{"backlog", c.sockets.backlog},
                                          {"keepalive", c.sockets.keepalive},
                                          {"linger", json::array{c.sockets.linger_on, c.sockets.linger_seconds}},
                                          {"nodelay", c.sockets.nodelay}}},
      {"tcp_listeners", std::move(tcp)},
      {"vhost_restart_strategy", c.vhost_restart_strategy},
      {"vm_memory_high_watermark",
       c.memory_watermark_bytes
           ? json::value(json::object{{"absolute", static_cast<std::int64_t>(*c.memory_watermark_bytes)}})
           : json::value(c.memory_watermark)},
      {"vm_memory_high_watermark_paging_ratio", c.memory_paging_ratio},
  };
  return {{"kernel", json::object{{"net_ticktime", static_cast<std::int64_t>(c.net_tick_s)}}},
          {"rabbit", std::move(rabbit)}};
}

}  // namespace warren::node
