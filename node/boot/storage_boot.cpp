#include "node/boot/storage_boot.hpp"

#include "actors/logging/log.hpp"
#include "actors/storage/storage_shells.hpp"
#include "core/metadata/metadata_machine.hpp"
#include "storage/data_directory.hpp"
#include "storage/metadata_codec.hpp"
#include "storage/posix_file_system.hpp"
#include "storage/recovery.hpp"
#include "supervision/supervisor.hpp"

namespace warren::node {

namespace {

/// A write or sync failed: say why in the log too, then end (actors/storage/fatal_error.hpp).
[[noreturn]] void end_for_storage(const std::string& what) {
  actors::log_critical(actors::log_category::plain, "the node ends: {}", what);
  actors::stop_logging();
  actors::end_process(what);
}

/// Commands logged after the snapshot, applied to it. One that does not apply was logged twice around a crash.
result<broker_snapshot> replay(const storage::recovery& found) {
  broker_snapshot state = std::make_shared<const broker_state>();
  if (found.snapshot()) {
    auto decoded = storage::decode_state(found.snapshot()->bytes);
    if (!decoded) return decoded.failure();
    state = std::move(*decoded);
  }
  metadata_machine machine(std::move(state));
  for (const bytes_view logged : found.commands()) {
    const auto c = storage::decode_command(logged);
    if (!c) return c.failure();
    (void)machine.replay(*c).result.ok();
  }
  return machine.snapshot();
}

}  // namespace

struct storage_boot::state {
  std::string path;
  std::shared_ptr<storage::data_directory> directory;
  storage::recovered_node found;
  broker_snapshot metadata = std::make_shared<const broker_state>();
  std::uint64_t commands = 0;
  actors::storage_shells shells;

  /// Both actors, once: what they cannot do ends the process, so they are never restarted.
  const actors::storage_shells& start(actors::node_services& services) {
    if (!shells.log) {
      shells = actors::start_storage(
          services.system, directory, found,
          [](const std::string& what) { actors::log_error(actors::log_category::plain, "damaged file: {}", what); }, end_for_storage);
      services.log_actor.set(shells.log);
      services.store_actor.set(shells.store);
    }
    return shells;
  }
};

storage_boot::storage_boot(const node_config& config) : state_(std::make_unique<state>()) { state_->path = config.data_dir; }
storage_boot::~storage_boot() = default;

std::string storage_boot::recover() {
  state& s = *state_;
  auto directory = storage::data_directory::open(storage::posix_file_system(), s.path);
  if (!directory) return directory.failure().text;
  s.directory = std::move(*directory);
  auto reading = storage::recovery::read(*s.directory, {});
  if (!reading) return reading.failure().text;
  auto metadata = replay(**reading);
  if (!metadata) return "the metadata cannot be read: " + metadata.failure().text;
  s.metadata = std::move(*metadata);
  s.commands = (*reading)->last_command();
  std::unordered_set<queue_id> durable;
  for (const vhost_ptr& vhost : s.metadata->vhosts)
    for (const queue_state& q : vhost->queues)
      if (q.record->durable) durable.insert(q.record->id);
  auto finished = (*reading)->finish([&](queue_id id) { return durable.contains(id); });
  if (!finished) return finished.failure().text;
  for (const std::string& note : (*reading)->notes()) actors::log_error(actors::log_category::plain, "recovery: {}", note);
  s.found = std::move(*finished);
  if (!s.directory->fresh())
    actors::log_info(actors::log_category::plain, "recovered {} durable queues after a{} stop; {} messages moved out of the log",
                     durable.size(), s.found.clean ? " clean" : "n unclean", s.found.moved_messages);
  return "";
}

broker_snapshot storage_boot::metadata() const { return state_->metadata; }

std::unordered_map<queue_id, recovered_queue> storage_boot::take_queues() {
  std::unordered_map<queue_id, recovered_queue> all;
  for (const vhost_ptr& vhost : state_->metadata->vhosts)
    for (const queue_state& q : vhost->queues)
      if (q.record->durable) all.emplace(q.record->id, state_->found.of(q.record->id));
  state_->found.queues.clear();
  return all;
}

std::uint64_t storage_boot::logged_commands() const { return state_->commands; }

supervision::child_spec storage_boot::store_child(actors::node_services& services) {
  return supervision::worker("store", "store", [this, &services](supervision::start_context&) { return state_->start(services).store; });
}

supervision::child_spec storage_boot::log_child(actors::node_services& services) {
  return supervision::worker("log", "log", [this, &services](supervision::start_context&) { return state_->start(services).log; });
}

}  // namespace warren::node
