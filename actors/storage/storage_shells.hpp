#pragma once

#include <caf/all.hpp>
#include <memory>

#include "actors/storage/fatal_error.hpp"
#include "actors/storage/store_actor.hpp"
#include "storage/recovery.hpp"

namespace warren::actors {

struct storage_shells {
  caf::actor log;
  caf::actor store;
};

/// Starts the log and the segment store on what recovery found (its `queues` stay with the caller). Both run on threads of
/// their own until they get an exit message; neither is ever restarted: what they cannot do ends the process through `fatal`.
[[nodiscard]] storage_shells start_storage(caf::actor_system& system, std::shared_ptr<storage::data_directory> directory,
                                           storage::recovered_node& found, damage_handler damage,
                                           fatal_handler fatal = end_process);

}  // namespace warren::actors
