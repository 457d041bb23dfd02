#include <algorithm>

#include "core/metadata/checks.hpp"
#include "core/metadata/object_editor.hpp"
#include "core/metadata/transaction.hpp"

// Commands about exchanges, queues and bindings. The rules stand in checks.cpp; here they are only carried out.

namespace warren {

void transaction::operator()(const declare_exchange& c) {
  edit_vhost(c.vhost, [&](vhost_topology& vhost) {
    const auto existing = check_declare_exchange(vhost, {}, c);
    if (!existing) return refuse(existing.failure());
    if (*existing != nullptr) return;
    object_editor(vhost, out.events, cascades)
        .create_exchange(
            {c.vhost, c.name, *exchange_type_named(c.type), c.durable, c.auto_delete, c.internal, c.arguments,
             c.durable ? std::string() : c.node});
    out.changed = true;
  });
}

void transaction::operator()(const delete_exchange& c) {
  edit_vhost(c.vhost, [&](vhost_topology& vhost) {
    const auto existing = check_delete_exchange(vhost, {}, c);
    if (!existing) return refuse(existing.failure());
    if (*existing == nullptr) return;
    object_editor(vhost, out.events, cascades).delete_exchange(c.name);
    out.changed = true;
  });
}

void transaction::operator()(const declare_queue& c) {
  edit_vhost(c.vhost, [&](vhost_topology& vhost) {
    const auto existing = check_declare_queue(vhost, {c.exclusive_owner, nullptr, limits}, c);
    if (!existing) return refuse(existing.failure());
    if (*existing == nullptr) {
      const queue_id id = c.id ? c.id : queue_id{state.next_queue_id};
      const bool durable = c.durable && !c.exclusive_owner;
      // ids of transient queues come from their home node: agreed ones must not depend on them
      if (durable || !c.id) state.next_queue_id = std::max(state.next_queue_id, id.value + 1);
      object_editor(vhost, out.events, cascades)
          .create_queue({id, c.vhost, c.name, "classic", c.node, c.exclusive_owner, durable,
                         c.auto_delete, c.arguments});
      out.changed = true;
    }
    const queue_state* queue = vhost.find_queue(c.name);
    out.queue = queue->record;
    out.in_force = queue->in_force;
  });
}

void transaction::operator()(const delete_queue& c) {
  edit_vhost(c.vhost, [&](vhost_topology& vhost) {
    const queue_state* queue = vhost.find_queue(c.name);
    if (queue == nullptr || (c.id && queue->record->id != c.id)) return;
    out.queue = queue->record;
    object_editor(vhost, out.events, cascades).delete_queue(c.name);
    out.changed = true;
  });
}

void transaction::operator()(const bind& c) {
  edit_vhost(c.vhost, [&](vhost_topology& vhost) {
    const auto wanted = check_bind(vhost, {}, c);
    if (!wanted) return refuse(wanted.failure());
    if (!*wanted) return;
    object_editor(vhost, out.events, cascades).add_binding(c.binding);
    out.changed = true;
  });
}

void transaction::operator()(const unbind& c) {
  edit_vhost(c.vhost, [&](vhost_topology& vhost) {
    const auto wanted = check_unbind(vhost, {}, c);
    if (!wanted) return refuse(wanted.failure());
    if (!*wanted) return;
    object_editor(vhost, out.events, cascades).remove_binding(c.binding);
    out.changed = true;
  });
}

void transaction::operator()(const delete_exclusive_queues& c) {
  const auto vhosts = state.vhosts;
  for (const vhost_ptr& vhost : vhosts) {
    const auto* names = vhost->exclusive_queues.get(c.owner);
    if (names == nullptr) continue;
    auto copy = std::make_shared<vhost_topology>(*vhost);
    object_editor editor(*copy, out.events, cascades);
    for (const std::string& name : **names) editor.delete_queue(name);
    state.vhosts.put(std::move(copy));
    out.changed = true;
  }
}

void transaction::operator()(const reserve_queue_ids& c) {
  if (c.next <= state.next_queue_id) return;
  state.next_queue_id = c.next;
  out.changed = true;
}

}  // namespace warren
