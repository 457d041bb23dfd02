#include "core/metadata/cluster_metadata.hpp"

#include <iterator>
#include <utility>

#include "core/metadata/checks.hpp"
#include "core/metadata/transaction.hpp"

namespace warren {
namespace {

/// null: absent, or durable only for `agreed`.
const queue_state* queue_in(const broker_state& state, std::string_view vhost, std::string_view name) {
  const vhost_ptr v = state.find_vhost(vhost);
  return v == nullptr ? nullptr : v->find_queue(name);
}

const exchange_state* exchange_in(const broker_state& state, std::string_view vhost, std::string_view name) {
  const vhost_ptr v = state.find_vhost(vhost);
  return v == nullptr ? nullptr : v->find_exchange(name);
}

bool is_agreed_queue(const broker_state& state, std::string_view vhost, std::string_view name) {
  const queue_state* q = queue_in(state, vhost, name);
  return q != nullptr && q->record->durable;
}

bool is_agreed_exchange(const broker_state& state, std::string_view vhost, std::string_view name) {
  const exchange_state* x = exchange_in(state, vhost, name);
  return x != nullptr && x->record->durable;
}

std::string home_in(const broker_state& state, const std::string& vhost, const binding_record& b) {
  const vhost_ptr v = state.find_vhost(vhost);
  return v == nullptr ? std::string() : home_of_binding(*v, b);
}

void append(applied& to, applied&& more) {
  std::move(more.events.begin(), more.events.end(), std::back_inserter(to.events));
  to.changed = to.changed || more.changed;
}

declare_queue again(const queue_record& q) {
  declare_queue c;
  c.vhost = q.vhost;
  c.name = q.name;
  c.durable = false;
  c.auto_delete = q.auto_delete;
  c.exclusive_owner = q.exclusive_owner;
  c.arguments = q.arguments;
  c.node = q.node;
  c.server_named = q.name.starts_with("amq.");
  c.id = q.id;
  return c;
}

declare_exchange again(const exchange_record& x) {
  return {x.vhost,    x.name,      std::string(to_string(x.type)), false, x.auto_delete,
          x.internal, x.arguments, x.name.starts_with("amq."),     x.node};
}

}  // namespace

std::string home_of_binding(const vhost_topology& vhost, const binding_record& b) {
  if (b.kind == destination_kind::queue) {
    const queue_state* q = vhost.find_queue(b.destination);
    if (q == nullptr) return {};
    if (!q->record->durable) return q->record->node;
  } else {
    const exchange_state* x = vhost.find_exchange(b.destination);
    if (x == nullptr) return {};
    if (!x->record->durable) return x->record->node;
  }
  const exchange_state* source = vhost.find_exchange(b.source);
  return source == nullptr || source->record->durable ? std::string() : source->record->node;
}

cluster_metadata::route cluster_metadata::route_of(const command& c) const {
  const broker_state& state = *machine_.snapshot();
  if (is_durable(c, state)) return {way::agreed, {}};
  std::string home = self_;
  if (const auto* d = std::get_if<declare_queue>(&c)) {
    const queue_state* q = queue_in(state, d->vhost, d->name);
    if (!d->exclusive_owner) {  // an exclusive queue lives where its connection is
      if (q == nullptr) home = d->node;
      else if (!q->record->durable) home = q->record->node;  // it answers for itself
    }
  } else if (const auto* d = std::get_if<delete_queue>(&c)) {
    if (const queue_state* q = queue_in(state, d->vhost, d->name)) home = q->record->node;
  } else if (const auto* d = std::get_if<delete_exchange>(&c)) {
    if (const exchange_state* x = exchange_in(state, d->vhost, d->name)) home = x->record->node;
  } else if (const auto* b = std::get_if<bind>(&c)) {
    home = home_in(state, b->vhost, b->binding);
  } else if (const auto* b = std::get_if<unbind>(&c)) {
    home = home_in(state, b->vhost, b->binding);
  }
  if (home.empty() || home == self_) return {way::here, {}};
  return {way::elsewhere, std::move(home)};
}

applied cluster_metadata::run(const command& c, bool limits) {
  return machine_.run(c, {cascade_rule::kind::own, self_}, limits);
}

void cluster_metadata::remove_transient(const std::string& vhost, std::string_view name, bool queue, applied& into) {
  const broker_state& state = *machine_.snapshot();
  if (queue) {
    const queue_state* q = queue_in(state, vhost, name);
    if (q != nullptr && !q->record->durable) append(into, run(delete_queue{vhost, std::string(name), {}}, false));
  } else {
    const exchange_state* x = exchange_in(state, vhost, name);
    if (x != nullptr && !x->record->durable) append(into, run(delete_exchange{vhost, std::string(name), false}, false));
  }
}

std::vector<metadata_event> differences(const broker_state& before, const broker_state& now) {
  std::vector<metadata_event> events;
  for (const vhost_ptr& old : before.vhosts) {
    const vhost_ptr vhost = now.find_vhost(old->name());
    for (const queue_state& q : old->queues) {
      const queue_state* still = vhost == nullptr ? nullptr : vhost->find_queue(q.record->name);
      if (still == nullptr || still->record->id != q.record->id) events.emplace_back(queue_deleted{q.record});
    }
    if (vhost == nullptr) events.emplace_back(vhost_deleted{old->name()});
  }
  for (const vhost_ptr& vhost : now.vhosts) {
    const vhost_ptr old = before.find_vhost(vhost->name());
    if (old == nullptr) events.emplace_back(vhost_created{vhost->name()});
    for (const queue_state& q : vhost->queues) {
      const queue_state* known = old == nullptr ? nullptr : old->find_queue(q.record->name);
      if (known == nullptr || known->record->id != q.record->id) {
        events.emplace_back(queue_created{q.record, q.in_force});
      } else if (*known->in_force != *q.in_force) {
        events.emplace_back(queue_settings_changed{q.record, known->in_force, q.in_force});
      }
    }
  }
  return events;
}

// ---- agreed

/// The same on every member: transient objects neither help nor hinder an agreed command.
applied cluster_metadata::agreed_object(const command& c) {
  const broker_state& state = *machine_.snapshot();
  applied out;
  if (const auto* d = std::get_if<declare_queue>(&c)) {
    remove_transient(d->vhost, d->name, true, out);
  } else if (const auto* d = std::get_if<declare_exchange>(&c)) {
    remove_transient(d->vhost, d->name, false, out);
  } else if (const auto* d = std::get_if<delete_queue>(&c)) {
    if (!is_agreed_queue(state, d->vhost, d->name)) return out;
  } else if (const auto* d = std::get_if<delete_exchange>(&c)) {
    if (!is_agreed_exchange(state, d->vhost, d->name)) return out;
    if (d->if_unused)
      for (const binding_ptr& b : exchange_in(state, d->vhost, d->name)->bindings)
        if (is_durable(bind{d->vhost, *b}, state)) {
          out.result = fail(reply_code::precondition_failed, exchange_label(d->name, d->vhost) + " in use");
          return out;
        }
    append(out, run(delete_exchange{d->vhost, d->name, false}, false));
    return out;
  } else if (const auto* b = std::get_if<bind>(&c)) {
    const binding_record& wanted = b->binding;
    if (state.find_vhost(b->vhost) != nullptr && !is_durable(c, state)) {
      const bool source = is_agreed_exchange(state, b->vhost, wanted.source);
      out.result = !source                                  ? no_exchange_error(wanted.source, b->vhost)
                   : wanted.kind == destination_kind::queue ? no_queue_error(wanted.destination, b->vhost)
                                                            : no_exchange_error(wanted.destination, b->vhost);
      return out;
    }
  } else if (std::holds_alternative<unbind>(c) && !is_durable(c, state)) {
    return out;
  }
  applied done = run(c, false);
  done.events.insert(done.events.begin(), std::make_move_iterator(out.events.begin()),
                     std::make_move_iterator(out.events.end()));
  done.changed = done.changed || out.changed;
  return done;
}

cluster_metadata::outcome cluster_metadata::agreed(const command& c, bool proposed_here) {
  const broker_snapshot before = machine_.snapshot();
  return finish(agreed_object(c), before, proposed_here);
}

cluster_metadata::outcome cluster_metadata::install(broker_snapshot agreed_part) {
  const broker_snapshot before = machine_.snapshot();
  std::vector<command> transient;
  for (const command& c : export_all(*before))
    if (!std::holds_alternative<reserve_queue_ids>(c) &&
        (std::holds_alternative<declare_queue>(c) || std::holds_alternative<declare_exchange>(c) ||
         std::holds_alternative<bind>(c)) &&
        !is_durable(c, *before))
      transient.push_back(c);
  machine_ = metadata_machine(std::move(agreed_part));
  for (const command& c : transient) (void)run(c, false);
  outcome out;
  out.done.events = differences(*before, *machine_.snapshot());
  out.done.changed = true;
  for (const metadata_event& e : out.done.events)
    if (const auto* q = std::get_if<queue_deleted>(&e); q != nullptr && !q->queue->durable && q->queue->node == self_)
      out.announce.push_back(delete_queue{q->queue->vhost, q->queue->name, q->queue->id});
  return out;
}

// ---- a node's own

cluster_metadata::outcome cluster_metadata::here(const command& c) {
  WARREN_ENSURE(route_of(c).which == way::here);
  const broker_snapshot before = machine_.snapshot();
  return finish(run(c, true), before, true);
}

/// May what `wanted.from` has come into view? Of two that want one name, agreed ones and smaller node names win.
bool cluster_metadata::fits(const claim& wanted, applied& into) {
  const broker_state& state = *machine_.snapshot();
  const auto contest = [&](const std::string& vhost, const std::string& name, bool queue, const auto* holder) {
    if (state.find_vhost(vhost) == nullptr) return false;
    if (holder == nullptr) return true;
    if (holder->durable || holder->node < wanted.from) return false;
    remove_transient(vhost, name, queue, into);
    return true;
  };
  if (const auto* q = std::get_if<declare_queue>(&wanted.what)) {
    const queue_state* known = queue_in(state, q->vhost, q->name);
    return contest(q->vhost, q->name, true, known == nullptr ? nullptr : known->record.get());
  }
  if (const auto* x = std::get_if<declare_exchange>(&wanted.what)) {
    const exchange_state* known = exchange_in(state, x->vhost, x->name);
    return contest(x->vhost, x->name, false, known == nullptr ? nullptr : known->record.get());
  }
  const auto& b = std::get<bind>(wanted.what);
  return exchange_in(state, b.vhost, b.binding.source) != nullptr && home_in(state, b.vhost, b.binding) == wanted.from;
}

/// The home node has taken back what it said.
void cluster_metadata::withdraw(const std::string& from, const command& gone) {
  std::erase_if(waiting_, [&](const claim& w) {
    if (w.from != from) return false;
    if (const auto* q = std::get_if<delete_queue>(&gone)) {
      const auto* said = std::get_if<declare_queue>(&w.what);
      return said != nullptr && said->vhost == q->vhost && said->id == q->id;
    }
    if (const auto* x = std::get_if<delete_exchange>(&gone)) {
      const auto* said = std::get_if<declare_exchange>(&w.what);
      return said != nullptr && said->vhost == x->vhost && said->name == x->name;
    }
    const auto* said = std::get_if<bind>(&w.what);
    const auto* b = std::get_if<unbind>(&gone);
    return said != nullptr && b != nullptr && said->vhost == b->vhost && said->binding == b->binding;
  });
}

cluster_metadata::outcome cluster_metadata::announced(const std::string& from, const command& c) {
  const broker_snapshot before = machine_.snapshot();
  applied done;
  if (const auto* d = std::get_if<delete_queue>(&c)) {
    withdraw(from, c);
    const queue_state* known = queue_in(*before, d->vhost, d->name);
    if (known != nullptr && !known->record->durable && known->record->node == from) append(done, run(c, false));
  } else if (const auto* d = std::get_if<delete_exchange>(&c)) {
    withdraw(from, c);
    const exchange_state* known = exchange_in(*before, d->vhost, d->name);
    if (known != nullptr && !known->record->durable && known->record->node == from) append(done, run(c, false));
  } else if (const auto* u = std::get_if<unbind>(&c)) {
    withdraw(from, c);
    if (home_in(*before, u->vhost, u->binding) == from) append(done, run(c, false));
  } else if (std::holds_alternative<declare_queue>(c) || std::holds_alternative<declare_exchange>(c) ||
             std::holds_alternative<bind>(c)) {
    waiting_.push_back({from, c});
  }
  return finish(std::move(done), before, true, from);
}

void cluster_metadata::retry_waiting(applied& into) {
  for (bool progress = true; progress && !waiting_.empty();) {
    progress = false;
    std::vector<claim> left;
    for (claim& w : std::exchange(waiting_, {})) {
      if (fits(w, into)) {
        append(into, run(w.what, false));
        progress = true;
      } else {
        left.push_back(std::move(w));
      }
    }
    left.insert(left.end(), std::make_move_iterator(waiting_.begin()), std::make_move_iterator(waiting_.end()));
    waiting_ = std::move(left);
  }
}

cluster_metadata::outcome cluster_metadata::announced_anew(const std::string& from, const std::vector<command>& all) {
  const broker_snapshot before = machine_.snapshot();
  std::erase_if(waiting_, [&](const claim& w) { return w.from == from; });
  applied done;
  for (const vhost_ptr& vhost : before->vhosts) {
    for (const queue_state& q : vhost->queues)
      if (!q.record->durable && q.record->node == from)
        append(done, run(delete_queue{vhost->name(), q.record->name, q.record->id}, false));
    for (const exchange_state& x : vhost->exchanges) {
      if (!x.record->durable && x.record->node == from)
        append(done, run(delete_exchange{vhost->name(), x.record->name, false}, false));
    }
  }
  outcome out = finish(std::move(done), before, true, from);
  for (const command& c : all) {
    outcome one = announced(from, c);
    append(out.done, std::move(one.done));
    std::move(one.announce.begin(), one.announce.end(), std::back_inserter(out.announce));
    std::move(one.propose.begin(), one.propose.end(), std::back_inserter(out.propose));
  }
  return out;
}

std::vector<command> cluster_metadata::transients() const {
  std::vector<command> out;
  const broker_state& state = *machine_.snapshot();
  for (const vhost_ptr& vhost : state.vhosts) {
    for (const exchange_state& x : vhost->exchanges)
      if (!x.record->durable && x.record->node == self_) out.push_back(again(*x.record));
    for (const queue_state& q : vhost->queues)
      if (!q.record->durable && q.record->node == self_) out.push_back(again(*q.record));
    for (const exchange_state& x : vhost->exchanges)
      for (const binding_ptr& b : x.bindings)
        if (home_of_binding(*vhost, *b) == self_) out.push_back(bind{vhost->name(), *b});
  }
  return out;
}

/// Looks at what happened: another member's object that is gone without that member's word may come back; what the
/// others and the cluster have to be told.
cluster_metadata::outcome cluster_metadata::finish(applied done, const broker_snapshot& before, bool look_after,
                                                   std::string_view announcer) {
  std::size_t seen = 0;
  broker_snapshot earlier = before;
  outcome out;
  const auto own = [&](const auto& record) { return !record.durable && record.node == self_; };
  const auto others = [&](const std::string& node, command c) {
    if (!node.empty() && node != self_ && node != announcer) waiting_.push_back({node, std::move(c)});
  };
  for (;;) {
    const broker_snapshot now = machine_.snapshot();
    for (; seen < done.events.size(); ++seen) {
      const metadata_event& e = done.events[seen];
      if (const auto* q = std::get_if<queue_created>(&e)) {
        if (own(*q->queue)) out.announce.push_back(again(*q->queue));
      } else if (const auto* q = std::get_if<queue_deleted>(&e)) {
        if (own(*q->queue))
          out.announce.push_back(delete_queue{q->queue->vhost, q->queue->name, q->queue->id});
        else if (!q->queue->durable)
          others(q->queue->node, again(*q->queue));
      } else if (const auto* x = std::get_if<exchange_created>(&e)) {
        if (own(*x->exchange)) out.announce.push_back(again(*x->exchange));
      } else if (const auto* x = std::get_if<exchange_deleted>(&e)) {
        if (own(*x->exchange))
          out.announce.push_back(delete_exchange{x->exchange->vhost, x->exchange->name, false});
        else if (!x->exchange->durable)
          others(x->exchange->node, again(*x->exchange));
      } else if (const auto* b = std::get_if<binding_created>(&e)) {
        if (home_in(*now, b->vhost, *b->binding) == self_) out.announce.push_back(bind{b->vhost, *b->binding});
      } else if (const auto* b = std::get_if<binding_deleted>(&e)) {
        const std::string home = home_in(*earlier, b->vhost, *b->binding);
        if (home == self_)
          out.announce.push_back(unbind{b->vhost, *b->binding});
        else
          others(home, bind{b->vhost, *b->binding});
        const exchange_state* source = exchange_in(*now, b->vhost, b->binding->source);
        if (look_after && source != nullptr && source->record->durable && source->record->auto_delete &&
            source->bindings.empty())
          out.propose.push_back(delete_exchange{b->vhost, b->binding->source, true});
      }
    }
    if (waiting_.empty()) break;
    earlier = now;
    retry_waiting(done);
    if (seen == done.events.size()) break;
  }
  done.to_log.clear();
  out.done = std::move(done);
  return out;
}

}  // namespace warren
