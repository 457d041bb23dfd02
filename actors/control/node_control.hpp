#pragma once

#include <boost/json/object.hpp>
#include <caf/all.hpp>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "actors/control/control_result.hpp"
#include "distribution/peer_transport.hpp"

namespace warren::actors {

/// What does not change while the node runs, or that only its boot knows.
struct node_facts {
  std::string node;             ///< `rabbit@host`
  std::string version;          ///< RabbitMQ's, whose interface we have: 3.10.8
  std::string runtime;          ///< what stands in Erlang's place: `Warren 0.1.0 (C++20, CAF 0.17.6)`
  std::int64_t started_ms = 0;  ///< of the process
  std::string data_dir;
  std::vector<std::string> config_files;
  std::string enabled_plugins_file;
  std::vector<std::string> plugins;  ///< running ones
  std::uint64_t net_ticktime_s = 60;
  std::string partition_handling = "ignore";
  std::string cookie_hash;                    ///< base64 of its MD5, as RabbitMQ logs it
  std::vector<std::string> configured_peers;  ///< what peer discovery would return
  bool under_maintenance = false;
};

struct listener_facts {
  std::string interface;  ///< `[::]`, `127.0.0.1`
  std::uint16_t port = 0;
  std::string protocol;  ///< `amqp`, `amqp/ssl`, `clustering`, …
  std::string purpose;   ///< `AMQP 0-9-1 and AMQP 1.0`, …
};

/// A node of the cluster as membership knows it.
struct member_facts {
  std::string node;
  bool ram = false;
  bool running = false;  ///< its application
  bool under_maintenance = false;
};

/// What only the node itself can do or knows: its boot, its application, its membership. Implemented by node/.
/// Thread-safe; the calls with a `done` return at once and call it when the thing is done, from any thread.
class node_control {
 public:
  enum class app_state { stopped, booting, running };

  virtual ~node_control() = default;

  // the application: everything but the process, its links and this service
  [[nodiscard]] virtual app_state app() const = 0;
  virtual void start_app(control_done) = 0;  ///< null, also when it runs; an error says why the boot failed
  virtual void stop_app(control_done) = 0;   ///< null, also when it is stopped
  virtual void stop_node(control_done) = 0;  ///< application and process; `done` first, so that the answer gets out
  virtual void suspend_listeners(control_done) = 0;
  virtual void resume_listeners(control_done) = 0;
  virtual void drain(control_done) = 0;  ///< maintenance mode
  virtual void revive(control_done) = 0;

  // membership. The command table has seen to it that the application is in the state that the command needs.
  /// Of reset and join_cluster: `answer_to` is the tool's socket. The node may keep it and answer there in its next life.
  virtual void reset(bool force, int answer_to, control_done) = 0;
  /// A text is a note for the operator: `The node is already a member of this cluster`.
  virtual void join_cluster(const std::string& seed, bool ram, int answer_to, control_done) = 0;
  virtual void forget_cluster_node(const std::string& node, control_done) = 0;
  virtual void change_cluster_node_type(bool ram, control_done) = 0;
  virtual void update_cluster_nodes(const std::string& seed, control_done) = 0;
  virtual void rename_cluster_nodes(const std::vector<std::pair<std::string, std::string>>& old_to_new,
                                    control_done) = 0;
  virtual void force_boot(control_done) = 0;

  [[nodiscard]] virtual node_facts facts() const = 0;
  [[nodiscard]] virtual std::vector<listener_facts> listeners() const = 0;
  [[nodiscard]] virtual std::vector<member_facts> members() const = 0;           ///< this node included
  [[nodiscard]] virtual std::vector<std::string> certificate_files() const = 0;  ///< of the TLS listeners, PEM
  /// Nodes that this one is partitioned from; empty = none.
  [[nodiscard]] virtual std::vector<std::string> partitioned_from() const = 0;
  [[nodiscard]] virtual boost::json::object environment() const = 0;  ///< the configuration in effect, by application
  [[nodiscard]] virtual caf::actor tree_root() const = 0;             ///< of the supervision tree
  [[nodiscard]] virtual distribution::peer_transport* transport() const = 0;  ///< null: a node alone
  virtual void set_partition_handling(const std::string& mode, control_done) = 0;
};

}  // namespace warren::actors
