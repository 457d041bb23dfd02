#pragma once

#include <caf/all.hpp>
#include <memory>
#include <unordered_map>
#include <vector>

#include "actors/raft/raft_host_messages.hpp"
#include "actors/storage/fatal_error.hpp"
#include "actors/storage/storage_messages.hpp"
#include "storage/raft_snapshots.hpp"
#include "storage/write_ahead_log.hpp"

namespace warren::actors {

/// The node's log on a thread of its own (spawn detached). Takes in everything that is in its mailbox, then one write and one
/// sync for all of it, then one answer per queue: batches grow while a sync runs, an idle log commits at once.
class log_actor : public caf::event_based_actor {
 public:
  log_actor(caf::actor_config& config, std::shared_ptr<storage::write_ahead_log> log,
            std::shared_ptr<storage::raft_snapshots> snapshots, caf::actor store,
            fatal_handler fatal);
  const char* name() const override { return "log"; }

 protected:
  caf::behavior make_behavior() override;
  void on_exit() override;

 private:
  struct queue_state {
    caf::actor actor;   ///< whoever appended last
    position upto = 0;  ///< appended and not synced; 0 = nothing
  };
  struct owed_metadata {
    caf::actor to;
    log_metadata_synced done;
  };

  void on_append(log_append& wanted);
  void on_metadata(log_metadata& wanted);
  void on_raft(log_raft& wanted);
  void on_raft_snapshot(log_raft_snapshot& taken);
  void on_stop(const storage_stop& wanted);
  void commit_soon();
  void commit();
  void answer();
  void look_after_files();
  void require(const status& s);

  struct owed_raft {
    caf::actor to;
    log_raft_synced done;
  };

  std::shared_ptr<storage::write_ahead_log> log_;
  std::shared_ptr<storage::raft_snapshots> snapshots_;
  caf::actor store_;
  fatal_handler fatal_;
  std::unordered_map<queue_id, queue_state> queues_;
  std::vector<queue_id> touched_;  ///< with `upto` set, in order of their first append
  std::vector<owed_metadata> owed_;
  std::vector<owed_raft> owed_raft_;
  caf::actor raft_host_;
  caf::actor metadata_watcher_;
  caf::actor stopping_for_;
  bool commit_under_way_ = false;
  bool stopped_ = false;
  bool failed_ = false;
  std::uint64_t sync_nanoseconds_ = 0;
};

}  // namespace warren::actors
