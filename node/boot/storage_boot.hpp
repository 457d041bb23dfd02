#pragma once

#include <caf/all.hpp>
#include <memory>
#include <string>
#include <unordered_map>

#include "actors/raft/raft_host_messages.hpp"
#include "actors/runtime/services.hpp"
#include "core/metadata/request_ledger.hpp"
#include "core/metadata/topology.hpp"
#include "core/queue/queue_types.hpp"
#include "node/config/node_config.hpp"
#include "storage/metered_file_system.hpp"
#include "supervision/child_spec.hpp"

namespace warren::node {

/// The node's data directory, from the lock to the actors that write it.
class storage_boot {
 public:
  explicit storage_boot(const node_config& config);
  ~storage_boot();

  /// Locks and reads the directory; "" or what is wrong with it.
  [[nodiscard]] std::string recover();

  /// What this node had of the cluster's metadata: its newest snapshot, and, when nobody else has a say, all of its log.
  struct agreed_metadata {
    broker_snapshot state;
    request_ledger ledger;
    raft::log_index applied = 0;
  };
  [[nodiscard]] agreed_metadata metadata() const;
  /// The node's member of the metadata group: what its machine begins with.
  [[nodiscard]] actors::raft_open metadata_member() const;
  void join_instead_of_founding();  ///< before the tree starts; nothing when there is a group already
  /// The data directory is new, or was emptied.
  [[nodiscard]] bool blank() const;
  /// Files of queues that may have been decided upon, and were not: ids that the metadata do not have.
  [[nodiscard]] std::vector<queue_id> unknown_to(const broker_state& now) const;
  [[nodiscard]] std::unordered_map<queue_id, recovered_queue> take_queues();
  [[nodiscard]] std::uint64_t incarnation() const;  ///< of the directory
  /// Of everything that is written to the directory.
  [[nodiscard]] const std::shared_ptr<storage::write_meter>& writes() const;

  [[nodiscard]] supervision::child_spec store_child(actors::node_services& services);
  [[nodiscard]] supervision::child_spec log_child(actors::node_services& services);

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace warren::node
