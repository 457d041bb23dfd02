#include "actors/metadata/metadata_actor.hpp"

#include <utility>
#include <variant>

#include "actors/connection/connection_messages.hpp"
#include "actors/logging/log.hpp"
#include "actors/queue/queue_admin_messages.hpp"
#include "actors/queue/queue_messages.hpp"
#include "actors/storage/storage_messages.hpp"
#include "actors/vhost/vhost_tree.hpp"
#include "storage/metadata_codec.hpp"
#include "supervision/supervisor.hpp"

namespace warren::actors {

metadata_actor::metadata_actor(caf::actor_config& config, supervision::place where, node_services& services, std::uint64_t logged_index)
    : guarded(config, std::move(where), "metadata"), services_(services), machine_(services.metadata_now.get()), synced_index_(logged_index) {}

caf::behavior metadata_actor::make_behavior() {
  services_.metadata_actor.set(caf::actor_cast<caf::actor>(this));
  send(services_.log(), log_watch_metadata{caf::actor_cast<caf::actor>(this)});
  return {
      [this](const metadata_apply& wanted) -> caf::result<metadata_answer> {
        auto promise = make_response_promise();
        apply(*wanted.what, promise);
        return promise;
      },
      [this](const metadata_delete_queue& gone) { apply(delete_queue{gone.vhost, gone.name, gone.id}, {}); },
      [this](const metadata_connection_gone& gone) -> caf::result<metadata_done> {
        apply(delete_exclusive_queues{gone.connection}, {});
        return metadata_done{};
      },
      [this](const log_metadata_synced& done) {
        synced_token_ = done.token;
        synced_index_ = done.index;
        drain();
      },
      [this](const log_snapshot_wanted&) { write_snapshot(); },
      [](const store_snapshot_written&) {},
  };
}

void metadata_actor::apply(const command& c, caf::response_promise promise) {
  applied done = machine_.apply(c);
  if (!done.result) {
    metadata_answer refused;
    refused.failure = done.result.failure();
    if (promise.pending()) promise.deliver(refused);
    return;
  }
  auto p = std::make_shared<pending>();
  p->after = machine_.snapshot();
  p->events = std::move(done.events);
  p->answer.queue = done.queue;
  p->answer.changed = done.changed;
  p->promise = std::move(promise);
  for (const command& durable : done.to_log) {
    p->token = ++last_token_;
    send(services_.log(), log_metadata{storage::encode_command(durable), p->token, caf::actor_cast<caf::actor>(this)});
  }
  pending_.push_back(std::move(p));
  drain();
}

void metadata_actor::drain() {
  while (!pending_.empty() && pending_.front()->token <= synced_token_) {
    auto p = std::move(pending_.front());
    pending_.pop_front();
    complete(std::move(p));
  }
}

void metadata_actor::complete(std::shared_ptr<pending> p) {
  if (p->after->version != services_.metadata_now.get()->version) services_.metadata_now.publish(p->after);
  p->starting = 1;
  for (const metadata_event& e : p->events) perform(e, p);
  started(p);
}

void metadata_actor::started(const std::shared_ptr<pending>& p) {
  if (--p->starting == 0 && p->promise.pending()) p->promise.deliver(p->answer);
}

void metadata_actor::perform(const metadata_event& e, const std::shared_ptr<pending>& p) {
  if (const auto* created = std::get_if<queue_created>(&e)) {
    start_queue(*created, p);
  } else if (const auto* deleted = std::get_if<queue_deleted>(&e)) {
    if (const caf::actor queue = services_.queues.find(deleted->queue->id)) send(queue, queue_dispose{});
  } else if (const auto* changed = std::get_if<queue_settings_changed>(&e)) {
    if (const caf::actor queue = services_.queues.find(changed->queue->id)) send(queue, queue_new_record{changed->now});
  } else if (const auto* vhost = std::get_if<vhost_created>(&e)) {
    start_vhost(vhost->name, p);
  } else if (const auto* gone = std::get_if<vhost_deleted>(&e)) {
    stop_vhost(*this, services_, gone->name);
    for (const auto& [id, connection] : services_.connections.all()) send(connection, connection_vhost_gone{gone->name});
  } else if (const auto* unbound = std::get_if<exchange_deleted>(&e)) {
    if (unbound->exchange->type == exchange_type::recent_history) services_.histories.forget(*unbound->exchange);
  } else if (const auto* bound = std::get_if<binding_created>(&e)) {
    if (bound->source->type != exchange_type::recent_history || bound->binding->kind != destination_kind::queue) return;
    const vhost_ptr in = p->after->find_vhost(bound->vhost);
    const queue_state* q = in ? in->find_queue(bound->binding->destination) : nullptr;
    if (q == nullptr) return;
    queue_publish replay;
    for (message_ref& m : services_.histories.of(*bound->source)) replay.items.push_back({std::move(m), 0});
    if (const caf::actor queue = services_.queues.find(q->record->id); queue && !replay.items.empty()) send(queue, std::move(replay));
  }
}

void metadata_actor::start_queue(const queue_created& created, const std::shared_ptr<pending>& p) {
  const caf::actor supervisor = services_.queue_supervisors.find(created.queue->vhost);
  if (!supervisor) return;  // the vhost is being restarted: its keeper starts what the snapshot has
  ++p->starting;
  auto start = std::make_shared<queue_start>();
  start->record = created.queue;
  start->in_force = created.in_force;
  request(supervisor, caf::infinite, supervision::start_dynamic{created.queue->name, std::move(start)})
      .then([this, p](const supervision::child_ref&) { started(p); },
            [this, p](const caf::error& failed) {
              log_error(log_category::queue, "cannot start a queue: {}", system().render(failed));
              started(p);
            });
}

void metadata_actor::start_vhost(const std::string& name, const std::shared_ptr<pending>& p) {
  ++p->starting;
  request(services_.vhost_supervisor.get(), caf::infinite, supervision::start_dynamic{name, std::make_shared<std::string>(name)})
      .then(
          [this, p, name](const supervision::child_ref& child) {
            services_.vhost_children.put(name, child.key);
            started(p);
          },
          [this, p, name](const caf::error& failed) {
            log_error(log_category::plain, "cannot start vhost '{}': {}", name, system().render(failed));
            started(p);
          });
}

void metadata_actor::write_snapshot() {
  // the published snapshot has exactly the commands up to synced_index_ (and transient objects, which are not exported)
  send(services_.store(), store_snapshot{storage::encode_state(*services_.metadata_now.get()), synced_index_,
                                         caf::actor_cast<caf::actor>(this)});
}

}  // namespace warren::actors
