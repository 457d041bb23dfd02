#pragma once

#include <atomic>
#include <caf/all.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "distribution/handshake/link_listener.hpp"
#include "distribution/identity/cookie.hpp"
#include "distribution/identity/node_name.hpp"
#include "distribution/link/link_board.hpp"
#include "distribution/link/link_keeper.hpp"
#include "distribution/net/link_tls.hpp"
#include "distribution/net/log_sink.hpp"
#include "distribution/net/net_thread.hpp"
#include "distribution/peer_transport.hpp"
#include "distribution/port_mapper/registration.hpp"
#include "supervision/supervisor.hpp"

namespace warren::distribution {

struct network_options {
  network_options(node_name name, cookie secret) : self(std::move(name)), cookie(std::move(secret)) {}

  node_name self;
  distribution::cookie cookie;
  std::uint64_t incarnation = 0;                   ///< random per data directory
  std::uint16_t port = 0;                          ///< RABBITMQ_DIST_PORT, 25672; 0 = any free one
  std::vector<std::string> addresses;              ///< empty: all interfaces
  epmd::options mapper;                            ///< epmd::options_from_environment()
  link_tls_options tls;                            ///< off by default
  std::chrono::milliseconds setup_time{7'000};     ///< Erlang's net_setuptime: for a dial, and for a peer's handshake
  std::function<void(int fd, const hello&)> tool;  ///< takes command-line tools; on the net thread, owns the descriptor
  log_sink log;
};

/// A node's presence among others: its name at the port mapper, its front door, its links. The whole of `net` in the
/// supervision tree.
///
///     configure_links(caf_config, tick)  →  actor_system  →  network::make  →  tree() under the node's root  →
///     keep(peers)
///
/// It outlives the tree that it describes and ends before the actor system. Every member function is thread-safe.
class network final : public peer_transport {
 public:
  /// Refuses TLS options that cannot work. Nothing listens yet.
  [[nodiscard]] static result<std::unique_ptr<network>> make(caf::actor_system& system, network_options options);
  ~network() override;

  /// `net`, rest_for_one 5/60: links · link listener · port mapper, in this order, since a node may be found only once
  /// it answers. The port mapper's start fails with RabbitMQ's text when a node of the name runs on this host.
  [[nodiscard]] supervision::supervisor_spec tree();

  void subscribe(service, caf::actor who) override;
  bool send(const std::string& peer, service, std::string bytes) override;
  [[nodiscard]] std::vector<std::string> peers() const override;
  void keep(const std::string& peer) override;
  void release(const std::string& peer) override;

  [[nodiscard]] std::vector<link_info> links() const;
  /// Why the last dial of a kept peer failed; "" when it did not. Waits for the net thread.
  [[nodiscard]] std::string last_failure(const std::string& peer);
  [[nodiscard]] bool serves_port_mapper();
  /// The port for nodes and tools; 0 before the listener has started.
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] const node_name& self() const { return options_.self; }

 private:
  network(caf::actor_system& system, network_options options, link_tls tls);

  [[nodiscard]] supervision::child_spec gateway_child();
  [[nodiscard]] supervision::child_spec listener_child();
  [[nodiscard]] supervision::child_spec mapper_child();
  [[nodiscard]] std::string listen();

  network_options options_;
  link_tls tls_;
  caf::actor basp_;
  std::shared_ptr<link_board> board_ = std::make_shared<link_board>();
  net_thread thread_;
  std::shared_ptr<link_keeper> keeper_;  // from here on only on the net thread
  std::shared_ptr<link_listener> listener_;
  std::shared_ptr<epmd::registration> registration_;
  std::atomic<std::uint16_t> port_{0};
};

}  // namespace warren::distribution
