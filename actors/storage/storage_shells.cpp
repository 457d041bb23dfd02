#include "actors/storage/storage_shells.hpp"

#include "actors/storage/log_actor.hpp"

namespace warren::actors {

storage_shells start_storage(caf::actor_system& system, std::shared_ptr<storage::data_directory> directory,
                             storage::recovered_node& found, damage_handler damage, fatal_handler fatal) {
  storage_shells out;
  out.store = system.spawn<store_actor, caf::detached>(std::shared_ptr<storage::segment_store>(std::move(found.store)),
                                                       std::move(directory), fatal, std::move(damage));
  out.log = system.spawn<log_actor, caf::detached>(std::shared_ptr<storage::write_ahead_log>(std::move(found.log)),
                                                   std::shared_ptr<storage::raft_snapshots>(std::move(found.group_snapshots)),
                                                   out.store, std::move(fatal));
  return out;
}

}  // namespace warren::actors
