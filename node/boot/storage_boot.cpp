#include "node/boot/storage_boot.hpp"

#include <unordered_set>

#include "actors/logging/log.hpp"
#include "actors/storage/storage_shells.hpp"
#include "core/metadata/cluster_metadata.hpp"
#include "core/raft/raft_machine.hpp"
#include "storage/data_directory.hpp"
#include "storage/metadata_codec.hpp"
#include "storage/metadata_wire.hpp"
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

/// Applies what the log of the metadata group has after `upto`.
void apply_log(storage_boot::agreed_metadata& to, const std::vector<raft::entry>& entries) {
  cluster_metadata view("", to.state);
  for (const raft::entry& e : entries) {
    if (e.at <= to.applied) continue;
    to.applied = e.at;
    if (e.kind != raft::entry_kind::command) continue;
    const auto entry = storage::decode_entry(e.view());
    if (entry && to.ledger.note(entry->origin, entry->request)) (void)view.agreed(entry->what, false);
  }
  to.state = view.snapshot();
}

/// Only this node votes: what its log has is decided.
[[nodiscard]] bool alone(const raft::durable_state& found, raft::server_id self) {
  raft::raft_settings settings;
  settings.self = self;
  const raft::raft_machine machine(settings, found, 0, 0);
  return machine.members().voters() == 1 && machine.members().has_voter(self);
}

}  // namespace

struct storage_boot::state {
  std::string path;
  std::shared_ptr<storage::write_meter> writes = std::make_shared<storage::write_meter>();
  storage::metered_file_system files{storage::posix_file_system(), writes};
  std::shared_ptr<storage::data_directory> directory;
  storage::recovered_node found;
  std::string node;
  bool joins = false;
  storage_boot::agreed_metadata metadata;
  std::unordered_set<queue_id> durable;  ///< queues of this node whose files are kept
  actors::storage_shells shells;

  std::string read_metadata(const storage::recovery& reading) {
    metadata.state = std::make_shared<const broker_state>();
    const storage::recovered_group* group = reading.group(raft_group_id{actors::metadata_group});
    if (group == nullptr) return "";
    if (group->state.snapshot.at != 0) {
      auto decoded = storage::decode_agreed(group->blob);
      if (!decoded) return "the snapshot of the metadata cannot be read";
      metadata = {std::move(decoded->state), std::move(decoded->ledger), group->state.snapshot.at};
    }
    agreed_metadata newest = metadata;
    apply_log(newest, group->state.entries);
    // what may be decided is kept; what turns out not to be is removed when that is known
    for (const auto& state : {metadata.state, newest.state})
      for (const vhost_ptr& vhost : state->vhosts)
        for (const queue_state& q : vhost->queues)
          if (q.record->durable && q.record->node == node) durable.insert(q.record->id);
    if (alone(group->state, directory->incarnation())) metadata = std::move(newest);
    return "";
  }

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

storage_boot::storage_boot(const node_config& config) : state_(std::make_unique<state>()) {
  state_->path = config.data_dir;
  state_->node = config.node_name;
}
storage_boot::~storage_boot() = default;

std::string storage_boot::recover() {
  state& s = *state_;
  auto directory = storage::data_directory::open(s.files, s.path);
  if (!directory) return directory.failure().text;
  s.directory = std::move(*directory);
  auto reading = storage::recovery::read(*s.directory, {});
  if (!reading) return reading.failure().text;
  if (std::string failed = s.read_metadata(**reading); !failed.empty()) return failed;
  auto finished = (*reading)->finish([&](queue_id id) { return s.durable.contains(id); });
  if (!finished) return finished.failure().text;
  for (const std::string& note : (*reading)->notes()) actors::log_error(actors::log_category::plain, "recovery: {}", note);
  s.found = std::move(*finished);
  if (!s.directory->fresh())
    actors::log_info(actors::log_category::plain, "recovered {} durable queues after a{} stop; {} messages moved out of the log",
                     s.durable.size(), s.found.clean ? " clean" : "n unclean", s.found.moved_messages);
  return "";
}

storage_boot::agreed_metadata storage_boot::metadata() const { return state_->metadata; }

std::unordered_map<queue_id, recovered_queue> storage_boot::take_queues() {
  std::unordered_map<queue_id, recovered_queue> all;
  for (const queue_id id : state_->durable) all.emplace(id, state_->found.of(id));
  state_->found.queues.clear();
  return all;
}

void storage_boot::join_instead_of_founding() { state_->joins = true; }

bool storage_boot::blank() const { return !state_->found.groups.contains(raft_group_id{actors::metadata_group}); }

std::vector<queue_id> storage_boot::unknown_to(const broker_state& now) const {
  std::unordered_set<queue_id> unknown = state_->durable;
  for (const vhost_ptr& vhost : now.vhosts)
    for (const queue_state& q : vhost->queues) unknown.erase(q.record->id);
  return {unknown.begin(), unknown.end()};
}

actors::raft_open storage_boot::metadata_member() const {
  actors::raft_open open;
  open.group = actors::metadata_group;
  const auto found = state_->found.groups.find(raft_group_id{actors::metadata_group});
  if (found == state_->found.groups.end()) {
    if (!state_->joins) open.founding.set({incarnation(), state_->node, raft::member_role::voter});
    return open;
  }
  open.found = found->second.state;
  open.snapshot = std::make_shared<const std::string>(found->second.blob);
  return open;
}

std::uint64_t storage_boot::incarnation() const { return state_->directory->incarnation(); }

const std::shared_ptr<storage::write_meter>& storage_boot::writes() const { return state_->writes; }

supervision::child_spec storage_boot::store_child(actors::node_services& services) {
  return supervision::worker("store", "store", [this, &services](supervision::start_context&) { return state_->start(services).store; });
}

supervision::child_spec storage_boot::log_child(actors::node_services& services) {
  return supervision::worker("log", "log", [this, &services](supervision::start_context&) { return state_->start(services).log; });
}

}  // namespace warren::node
