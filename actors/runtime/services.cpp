#include "actors/runtime/services.hpp"

#include "core/base/hash.hpp"

namespace warren::actors {

node_services::node_services(caf::actor_system& actor_system, io_pool& pool, broker_options broker)
    : system(actor_system),
      io(pool),
      options(std::move(broker)),
      id_space(hash_bytes(options.node_name) & 0xFFFFFF),
      last_id_(id_space << 40) {
  alarms.limit_to({options.memory_watermark_relative, options.memory_watermark_absolute, false, options.disk_free_limit_absolute,
                   options.disk_free_limit_relative});
}

std::uint64_t node_services::new_incarnation() {
  return static_cast<std::uint64_t>(wall_clock_ms()) << 20 | (last_id_.fetch_add(1) & 0xFFFFF);
}

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
