#pragma once

#include <caf/all.hpp>
#include <deque>
#include <memory>
#include <unordered_set>
#include <vector>

#include "actors/metadata/metadata_messages.hpp"
#include "actors/runtime/services.hpp"
#include "core/metadata/metadata_machine.hpp"
#include "supervision/guarded.hpp"

namespace warren::actors {

/// The one writer of metadata: applies commands to the metadata machine, has the durable ones logged, and once they are
/// publishes the snapshot, starts and ends the actors that the events call for, and answers. Commands are answered in the
/// order in which they were applied, so that nobody sees a later one without an earlier one.
class metadata_actor : public supervision::guarded<> {
 public:
  metadata_actor(caf::actor_config& config, supervision::place where, node_services& services, std::uint64_t logged_index);

 protected:
  caf::behavior make_behavior() override;

 private:
  struct pending {
    std::uint64_t token = 0;  ///< wait for this one to be synced; 0 = nothing was logged
    broker_snapshot after;
    std::vector<metadata_event> events;
    metadata_answer answer;
    caf::response_promise promise;
    int starting = 0;  ///< actors that the answer waits for
  };

  void apply(const command& c, caf::response_promise promise);
  void drain();
  void complete(std::shared_ptr<pending> p);
  void perform(const metadata_event& e, const std::shared_ptr<pending>& p);
  void start_queue(const queue_created& created, const std::shared_ptr<pending>& p);
  void start_vhost(const std::string& name, const std::shared_ptr<pending>& p);
  void started(const std::shared_ptr<pending>& p);
  void write_snapshot();

  node_services& services_;
  metadata_machine machine_;
  std::deque<std::shared_ptr<pending>> pending_;
  std::uint64_t last_token_ = 0, synced_token_ = 0;
  std::uint64_t synced_index_;  ///< of the last command that is both synced and published
};

}  // namespace warren::actors
