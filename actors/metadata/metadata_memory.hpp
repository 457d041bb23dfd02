#pragma once

#include "core/metadata/cluster_metadata.hpp"
#include "core/metadata/request_ledger.hpp"
#include "core/raft/raft_types.hpp"

namespace warren::actors {

/// What the metadata actor knows. Stands beside it, so that its restart goes on from here; each step of the machine in it happens
/// whole or not at all. Touched by the metadata actor alone.
struct metadata_memory {
  metadata_memory(std::string self, broker_snapshot state, request_ledger done, raft::log_index upto)
      : view(std::move(self), std::move(state)), ledger(std::move(done)), applied(upto) {}

  cluster_metadata view;
  request_ledger ledger;
  raft::log_index applied;  ///< entries of the cluster's log that are in `view`
};

}  // namespace warren::actors
