#pragma once

#include <atomic>
#include <caf/all.hpp>
#include <functional>
#include <mutex>

#include "actors/control/node_control.hpp"
#include "actors/runtime/services.hpp"
#include "distribution/network.hpp"
#include "node/boot/rebirth.hpp"
#include "node/boot/worker_thread.hpp"
#include "node/config/node_config.hpp"

namespace warren::node {

/// What the boot does when a tool asks for it. Each waits until it is done; "" or what went wrong.
struct node_lifecycle {
  std::function<std::string()> start_app, stop_app;
  std::function<std::string(const rebirth&)> begin_again;  ///< stops everything; returns only when that failed
  std::function<std::string(const std::string& node)> leave;
  std::function<std::string()> force;
};

/// The node as the command-line tools see it (actors/control): facts of its configuration and boot, its application and membership.
class node_face : public actors::node_control {
 public:
  node_face(const node_config& config, actors::node_services& services, std::string cookie_hash);

  void network_is(distribution::network& network) { network_ = &network; }  ///< before the tree starts

  void tree_started(caf::actor root);
  void app_is(app_state now) { app_ = now; }
  void lifecycle_is(node_lifecycle l) { lifecycle_ = std::move(l); }  ///< before the tree starts
  void end() { worker_.stop(); }

  [[nodiscard]] app_state app() const override { return app_.load(); }
  void start_app(actors::control_done) override;
  void stop_app(actors::control_done) override;
  void stop_node(actors::control_done) override;
  void suspend_listeners(actors::control_done) override;
  void resume_listeners(actors::control_done) override;
  void drain(actors::control_done) override;
  void revive(actors::control_done) override;

  void reset(bool force, int answer_to, actors::control_done) override;
  void join_cluster(const std::string& seed, bool ram, int answer_to, actors::control_done) override;
  void forget_cluster_node(const std::string& node, actors::control_done) override;
  void change_cluster_node_type(bool ram, actors::control_done) override;
  void update_cluster_nodes(const std::string& seed, actors::control_done) override;
  void rename_cluster_nodes(const std::vector<std::pair<std::string, std::string>>& old_to_new, actors::control_done) override;
  void force_boot(actors::control_done) override;

  [[nodiscard]] actors::node_facts facts() const override;
  [[nodiscard]] std::vector<actors::listener_facts> listeners() const override;
  [[nodiscard]] std::vector<actors::member_facts> members() const override;
  [[nodiscard]] std::vector<std::string> certificate_files() const override;
  [[nodiscard]] std::vector<std::string> partitioned_from() const override { return services_.partitioned_from.all(); }
  [[nodiscard]] boost::json::object environment() const override;
  [[nodiscard]] caf::actor tree_root() const override;
  [[nodiscard]] distribution::peer_transport* transport() const override { return network_; }
  void set_partition_handling(const std::string& mode, actors::control_done) override;

 private:
  void on_worker(actors::control_done done, std::function<std::string()> what);
  [[nodiscard]] std::string reach(const std::string& seed);

  const node_config& config_;
  actors::node_services& services_;
  std::string cookie_hash_;
  distribution::network* network_ = nullptr;
  std::int64_t started_ms_;
  std::atomic<app_state> app_{app_state::booting};
  std::atomic<bool> maintenance_{false};
  mutable std::mutex mutex_;
  caf::actor root_;
  std::string partition_handling_;
  node_lifecycle lifecycle_;
  worker_thread worker_;  ///< last: it ends before what it uses
};

/// The configuration in effect, by application, as `rabbitmqctl environment` shows it. Passwords are left out.
[[nodiscard]] boost::json::object environment_of(const node_config& config);

}  // namespace warren::node
