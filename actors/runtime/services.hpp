#pragma once

#include <atomic>
#include <caf/all.hpp>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "actors/alarms/alarm_board.hpp"
#include "actors/channel/exchange_history.hpp"
#include "actors/metadata/metadata_view.hpp"
#include "actors/runtime/directory.hpp"
#include "actors/runtime/io_thread.hpp"
#include "actors/runtime/options.hpp"
#include "core/metadata/records.hpp"
#include "core/queue/queue_machine.hpp"
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
  node_services(caf::actor_system& actor_system, io_pool& pool, broker_options broker)
      : system(actor_system), io(pool), options(std::move(broker)) {}

  caf::actor_system& system;
  io_pool& io;
  const broker_options options;

  directory<queue_id> queues;
  directory<channel_id> channels;
  directory<connection_id> connections;
  metadata_view metadata_now;  ///< the newest snapshot of vhosts, exchanges, queues, users …
  alarm_board alarms;
  exchange_history histories;

  replaceable_actor log_actor, store_actor, metadata_actor;
  replaceable_actor vhost_supervisor;
  actor_list acceptors;
  named<caf::actor> queue_supervisors;                 ///< by vhost
  named<supervision::child_key> vhost_children;        ///< of the vhosts supervisor, by vhost
  [[nodiscard]] caf::actor log() const { return log_actor.get(); }
  [[nodiscard]] caf::actor store() const { return store_actor.get(); }
  [[nodiscard]] caf::actor metadata() const { return metadata_actor.get(); }

  [[nodiscard]] channel_id new_channel_id() { return {last_id_.fetch_add(1) + 1}; }
  [[nodiscard]] consumer_id new_consumer_id() { return {last_id_.fetch_add(1) + 1}; }
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
  std::atomic<std::uint64_t> last_id_{0};
};

}  // namespace warren::actors
