#pragma once

#include <caf/all.hpp>
#include <memory>
#include <string>
#include <unordered_map>

#include "actors/runtime/services.hpp"
#include "core/metadata/topology.hpp"
#include "core/queue/queue_types.hpp"
#include "node/config/node_config.hpp"
#include "supervision/child_spec.hpp"

namespace warren::node {

/// The node's data directory, from the lock to the actors that write it.
class storage_boot {
 public:
  explicit storage_boot(const node_config& config);
  ~storage_boot();

  /// Locks and reads the directory; "" or what is wrong with it.
  [[nodiscard]] std::string recover();

  [[nodiscard]] broker_snapshot metadata() const;
  [[nodiscard]] std::unordered_map<queue_id, recovered_queue> take_queues();
  /// The number of the last metadata command that the log has.
  [[nodiscard]] std::uint64_t logged_commands() const;

  [[nodiscard]] supervision::child_spec store_child(actors::node_services& services);
  [[nodiscard]] supervision::child_spec log_child(actors::node_services& services);

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace warren::node
