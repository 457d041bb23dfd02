#include "actors/runtime/services.hpp"

namespace warren::actors {

void node_services::put_recovered(std::unordered_map<queue_id, recovered_queue> found) {
  std::lock_guard lock(queue_mutex_);
  recovered_ = std::move(found);
}

std::optional<recovered_queue> node_services::take_recovered(queue_id id) {
  std::lock_guard lock(queue_mutex_);
  auto found = recovered_.extract(id);
  return found ? std::optional(std::move(found.mapped())) : std::nullopt;
}

bool node_services::queue_was_started(queue_id id) {
  std::lock_guard lock(queue_mutex_);
  return !started_.insert(id).second;
}

void node_services::forget_queue(queue_id id) {
  std::lock_guard lock(queue_mutex_);
  started_.erase(id);
  recovered_.erase(id);
}

}  // namespace warren::actors
