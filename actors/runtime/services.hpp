#pragma once

#include <atomic>
#include <caf/all.hpp>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "actors/alarms/alarm_board.hpp"
#include "actors/auth/login_statistics.hpp"
#include "actors/channel/exchange_history.hpp"
#include "actors/metadata/metadata_memory.hpp"
#include "actors/metadata/metadata_view.hpp"
#include "actors/raft/raft_host_messages.hpp"
#include "actors/remote/remote_queues.hpp"
#include "actors/runtime/directory.hpp"
#include "actors/runtime/io_thread.hpp"
#include "actors/runtime/options.hpp"
#include "core/metadata/records.hpp"
#include "core/queue/queue_machine.hpp"
#include "distribution/peer_transport.hpp"
#include "storage/metered_file_system.hpp"
#include "supervision/machine/types.hpp"

namespace warren::actors {

/// An actor handle that a supervisor's restart replaces while others use it.
class replaceable_actor {
 public:
  void set(caf::actor who) {
    std::lock_guard lock(mutex_);
    who_ = std::move(who);
  }
  [[nodiscard]] caf::actor get() const {
    std::lock_guard lock(mutex_);
    return who_;
  }

 private:
  mutable std::mutex mutex_;
  caf::actor who_;
};

class actor_list {
 public:
  void add(caf::actor who) {
    std::lock_guard lock(mutex_);
    all_.push_back(std::move(who));
  }
  [[nodiscard]] std::vector<caf::actor> all() const {
    std::lock_guard lock(mutex_);
    return all_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<caf::actor> all_;
};

class name_set {
 public:
  void add(std::string name) {
    std::lock_guard lock(mutex_);
    names_.insert(std::move(name));
  }
  void remove(const std::string& name) {
    std::lock_guard lock(mutex_);
    names_.erase(name);
  }
  [[nodiscard]] std::vector<std::string> all() const {
    std::lock_guard lock(mutex_);
    return {names_.begin(), names_.end()};
  }

 private:
  mutable std::mutex mutex_;
  std::set<std::string> names_;
};

/// The newest value, written by one and read by all threads.
template <class Value>
class latest {
 public:
  void set(Value value) {
    std::lock_guard lock(mutex_);
    value_ = std::move(value);
  }
  [[nodiscard]] Value get() const {
    std::lock_guard lock(mutex_);
    return value_;
  }

 private:
  mutable std::mutex mutex_;
  Value value_{};
};

/// Names to values, for all threads.
template <class Value>
class named {
 public:
  void put(const std::string& name, Value value) {
    std::lock_guard lock(mutex_);
    values_[name] = std::move(value);
  }
  void remove(const std::string& name) {
    std::lock_guard lock(mutex_);
    values_.erase(name);
  }
  [[nodiscard]] Value find(const std::string& name) const {
    std::lock_guard lock(mutex_);
    const auto i = values_.find(name);
    return i == values_.end() ? Value{} : i->second;
  }

 private:
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Value> values_;
};

/// What every shell may use; made by node/boot before the first actor, alive until the last has gone.
struct node_services {
  node_services(caf::actor_system& actor_system, io_pool& pool, broker_options broker);

  caf::actor_system& system;
  io_pool& io;
  const broker_options options;
  /// The upper 24 bits of this node's channel, consumer and connection ids, from its name: they meet those of other nodes in
  /// queues and in metadata. Gateways refuse a peer that has the same (actors/remote/).
  const std::uint64_t id_space;

  directory<queue_id> queues;             ///< whose home this node is
  directory<channel_id> channels;
  directory<channel_id> remote_channels;  ///< of other nodes: who speaks for them here
  directory<connection_id> connections;
  metadata_view metadata_now;  ///< the newest snapshot of vhosts, exchanges, queues, users …
  alarm_board alarms;
  std::shared_ptr<storage::write_meter> disk_writes = std::make_shared<storage::write_meter>();  ///< set before the first actor
  exchange_history histories;

  login_statistics logins;

  replaceable_actor log_actor, store_actor, metadata_actor, raft_actor, alarm_actor;
  replaceable_actor vhost_supervisor;
  replaceable_actor channel_gateway;  ///< direct replies to other nodes
  actor_list acceptors;
  named<caf::actor> queue_supervisors;                 ///< by vhost
  named<supervision::child_key> vhost_children;        ///< of the vhosts supervisor, by vhost
  [[nodiscard]] caf::actor log() const { return log_actor.get(); }
  [[nodiscard]] caf::actor store() const { return store_actor.get(); }
  [[nodiscard]] caf::actor metadata() const { return metadata_actor.get(); }
  [[nodiscard]] caf::actor raft() const { return raft_actor.get(); }

  std::unique_ptr<actors::metadata_memory> metadata_memory;  ///< of the metadata actor alone; made before it starts
  latest<raft_standing> cluster;                             ///< how this node stands in the cluster's log
  name_set partitioned_from;                                 ///< nodes that went on by themselves, as this one did
  std::atomic<bool> app_running{false};                     ///< virtual hosts and listeners run (start_app, stop_app)

  // other nodes
  distribution::peer_transport* transport = nullptr;  ///< set before the first actor; null: this node is alone
  remote_queues remote;                               ///< proxies for queues of other nodes
  [[nodiscard]] bool is_home_of(const queue_record& queue) const { return transport == nullptr || queue.node == options.node_name; }
  /// Who to talk to about this queue, here or elsewhere; invalid when nobody runs it or its node cannot be reached.
  [[nodiscard]] caf::actor find_queue(const queue_record& queue) {
    return is_home_of(queue) ? queues.find(queue.id) : remote.find_or_start(queue);
  }
  [[nodiscard]] bool is_unreachable(const queue_record& queue) const { return !is_home_of(queue) && !remote.is_up(queue.node); }
  /// A channel's own actor, or who speaks for it here.
  [[nodiscard]] caf::actor find_channel(channel_id id) const {
    caf::actor channel = channels.find(id);
    return channel ? channel : remote_channels.find(id);
  }
  /// The node where a channel lives, by its id; empty: none that can be reached.
  [[nodiscard]] std::string node_of(channel_id id) const {
    const std::uint64_t space = id.value >> 40;
    return space == id_space ? options.node_name : remote.node_numbered(space);
  }
  [[nodiscard]] std::uint64_t new_incarnation();  ///< of a gateway: never the same, on no run of the node

  [[nodiscard]] channel_id new_channel_id() { return {last_id_.fetch_add(1) + 1}; }
  [[nodiscard]] consumer_id new_consumer_id() { return {last_id_.fetch_add(1) + 1}; }
  /// Never one of the cluster's, which count from 1.
  [[nodiscard]] queue_id new_transient_queue_id() { return {(last_id_.fetch_add(1) + 1) | std::uint64_t{1} << 63}; }
  [[nodiscard]] connection_id new_connection_id() { return {last_id_.fetch_add(1) + 1}; }

  /// How much of a queue may be in memory: little above the paging watermark.
  [[nodiscard]] queue_memory_limits queue_limits() const {
    queue_memory_limits l;
    if (alarms.paging()) l.max_bytes = 1u << 20, l.max_messages = 4096;
    return l;
  }

  std::atomic<std::int64_t> open_connections{0};

  /// What recovery found of a durable queue, once: at the queue's first start.
  [[nodiscard]] std::optional<recovered_queue> take_recovered(queue_id id);
  void put_recovered(std::unordered_map<queue_id, recovered_queue> found);
  /// True from the second call on: a queue that starts again has to read back what is durable of it.
  [[nodiscard]] bool queue_was_started(queue_id id);
  void forget_queue(queue_id id);

 private:
  std::mutex queue_mutex_;
  std::unordered_map<queue_id, recovered_queue> recovered_;
  std::unordered_set<queue_id> started_;
  std::atomic<std::uint64_t> last_id_;
};

}  // namespace warren::actors
