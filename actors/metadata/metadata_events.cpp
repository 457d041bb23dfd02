#include "actors/connection/connection_messages.hpp"
#include "actors/logging/log.hpp"
#include "actors/metadata/metadata_actor.hpp"
#include "actors/queue/queue_admin_messages.hpp"
#include "actors/queue/queue_messages.hpp"
#include "actors/storage/storage_messages.hpp"
#include "actors/vhost/vhost_tree.hpp"
#include "supervision/supervisor.hpp"

// What runs on this node because of the metadata: its queues' actors, virtual hosts.

namespace warren::actors {

void metadata_actor::perform(const metadata_event& e, const asker_ptr& who) {
  if (const auto* created = std::get_if<queue_created>(&e)) {
    start_queue(*created, who);
  } else if (const auto* deleted = std::get_if<queue_deleted>(&e)) {
    if (const caf::actor queue = services_.queues.find(deleted->queue->id)) send(queue, queue_dispose{});
  } else if (const auto* changed = std::get_if<queue_settings_changed>(&e)) {
    if (const caf::actor queue = services_.queues.find(changed->queue->id)) send(queue, queue_new_record{changed->now});
  } else if (const auto* vhost = std::get_if<vhost_created>(&e)) {
    start_vhost(vhost->name, who);
  } else if (const auto* gone = std::get_if<vhost_deleted>(&e)) {
    stop_vhost(*this, services_, gone->name);
    for (const auto& [id, connection] : services_.connections.all()) send(connection, connection_vhost_gone{gone->name});
  } else if (const auto* unbound = std::get_if<exchange_deleted>(&e)) {
    if (unbound->exchange->type == exchange_type::recent_history) services_.histories.forget(*unbound->exchange);
  } else if (const auto* bound = std::get_if<binding_created>(&e)) {
    replay_history(*bound);
  }
}

/// Every node gives what was published through it.
void metadata_actor::replay_history(const binding_created& bound) {
  if (bound.source->type != exchange_type::recent_history || bound.binding->kind != destination_kind::queue) return;
  const vhost_ptr in = memory_.view.snapshot()->find_vhost(bound.vhost);
  const queue_state* q = in ? in->find_queue(bound.binding->destination) : nullptr;
  if (q == nullptr) return;
  queue_publish replay;
  for (message_ref& m : services_.histories.of(*bound.source)) replay.items.push_back({std::move(m), 0});
  if (replay.items.empty()) return;
  if (const caf::actor queue = services_.find_queue(*q->record)) send(queue, std::move(replay));
}

/// Queues run on their home node. While the application is stopped nothing starts: the vhosts' keepers see to it later.
void metadata_actor::start_queue(const queue_created& created, const asker_ptr& who) {
  if (!services_.is_home_of(*created.queue)) return;
  const caf::actor supervisor = services_.queue_supervisors.find(created.queue->vhost);
  if (!supervisor) return;
  auto args = std::make_shared<queue_start>();
  args->record = created.queue;
  args->in_force = created.in_force;
  start(supervisor, {created.queue->name, std::move(args)}, who, [](const supervision::child_ref&) {}, "queue '" + created.queue->name + "'");
}

void metadata_actor::start_vhost(const std::string& name, const asker_ptr& who) {
  if (!services_.app_running.load()) return;
  start(services_.vhost_supervisor.get(), {name, std::make_shared<std::string>(name)}, who,
        [this, name](const supervision::child_ref& child) { services_.vhost_children.put(name, child.key); }, "vhost '" + name + "'");
}

void metadata_actor::start(const caf::actor& supervisor, supervision::start_dynamic what, const asker_ptr& who,
                           std::function<void(const supervision::child_ref&)> then, std::string label) {
  ++who->waits_for;
  ++starting_;
  const auto finished = [this, who] {
    --starting_;
    done_with(who);
    pass_barriers();
  };
  request(supervisor, caf::infinite, std::move(what))
      .then(
          [then = std::move(then), finished](const supervision::child_ref& child) {
            then(child);
            finished();
          },
          [this, label = std::move(label), finished](const caf::error& failed) {
            log_error(log_category::queue, "cannot start {}: {}", label, system().render(failed));
            finished();
          });
}

}  // namespace warren::actors
