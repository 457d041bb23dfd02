#include "core/metadata/object_editor.hpp"

namespace warren {
namespace {

struct predeclared {
  std::string_view name;
  exchange_type type;
  bool internal;
};
constexpr predeclared predeclared_exchanges[] = {
    {"", exchange_type::direct, false},
    {"amq.direct", exchange_type::direct, false},
    {"amq.fanout", exchange_type::fanout, false},
    {"amq.topic", exchange_type::topic, false},
    {"amq.headers", exchange_type::headers, false},
    {"amq.match", exchange_type::headers, false},
    {"amq.rabbitmq.trace", exchange_type::topic, true},
};

/// Most queues have neither arguments nor policies: they share what is in force for them.
const queue_in_force_ptr& plain_in_force(bool durable) {
  const auto make = [](bool is_durable) {
    queue_in_force plain;
    plain.settings.durable = is_durable;
    return std::make_shared<const queue_in_force>(plain);
  };
  static const queue_in_force_ptr transient_queue = make(false), durable_queue = make(true);
  return durable ? durable_queue : transient_queue;
}

const exchange_in_force_ptr& plain_exchange_in_force() {
  static const exchange_in_force_ptr plain = std::make_shared<const exchange_in_force>();
  return plain;
}

}  // namespace

bool object_editor::is_predeclared(std::string_view name) {
  for (const predeclared& p : predeclared_exchanges) {
    if (p.name == name) return true;
  }
  return false;
}

void object_editor::create_predeclared(const std::string& vhost) {
  for (const auto& [name, type, internal] : predeclared_exchanges) {
    insert_exchange({vhost, std::string(name), type, true, false, internal, {}, {}});
  }
}

queue_in_force_ptr object_editor::in_force_for(const queue_record& queue) const {
  const policy_record* policy = matching_policy(vhost_.policies, queue.name, true);
  const policy_record* operator_policy = matching_policy(vhost_.operator_policies, queue.name, true);
  if (policy == nullptr && operator_policy == nullptr && queue.arguments.empty()) return plain_in_force(queue.durable);
  return std::make_shared<const queue_in_force>(queue_in_force_for(queue, policy, operator_policy));
}

exchange_in_force_ptr object_editor::in_force_for(const exchange_record& exchange) const {
  const policy_record* policy = matching_policy(vhost_.policies, exchange.name, false);
  const policy_record* operator_policy = matching_policy(vhost_.operator_policies, exchange.name, false);
  if (policy == nullptr && operator_policy == nullptr && exchange.arguments.empty()) return plain_exchange_in_force();
  return std::make_shared<const exchange_in_force>(exchange_in_force_for(exchange, policy, operator_policy));
}

void object_editor::insert_exchange(exchange_record record) {
  auto shared = std::make_shared<const exchange_record>(std::move(record));
  vhost_.exchanges.put({shared, in_force_for(*shared), {}, {}, routing_index(shared->type)});
}

void object_editor::create_exchange(exchange_record record) {
  const std::string name = record.name;
  insert_exchange(std::move(record));
  events_.emplace_back(exchange_created{vhost_.find_exchange(name)->record});
}

void object_editor::create_queue(queue_record record) {
  auto shared = std::make_shared<const queue_record>(std::move(record));
  queue_in_force_ptr in_force = in_force_for(*shared);
  vhost_.queues.put({shared, in_force, {}});
  if (shared->exclusive()) set_exclusive(*shared, true);
  events_.emplace_back(queue_created{std::move(shared), std::move(in_force)});
}

void object_editor::set_exclusive(const queue_record& queue, bool exists) {
  const auto* known = vhost_.exclusive_queues.get(queue.exclusive_owner);
  std::vector<std::string> names = known == nullptr ? std::vector<std::string>{} : **known;
  if (exists) {
    names.push_back(queue.name);
  } else {
    std::erase(names, queue.name);
  }
  if (names.empty()) {
    vhost_.exclusive_queues.erase(queue.exclusive_owner);
  } else {
    vhost_.exclusive_queues.set(queue.exclusive_owner,
                                std::make_shared<const std::vector<std::string>>(std::move(names)));
  }
}

void object_editor::delete_queue(std::string_view name) {
  const queue_state gone = *vhost_.find_queue(name);
  vhost_.queues.erase(name);
  if (gone.record->exclusive()) set_exclusive(*gone.record, false);
  for (const binding_ptr& b : gone.bindings) forget_at_source(b, {gone.record, nullptr});
  events_.emplace_back(queue_deleted{gone.record});
}

void object_editor::delete_exchange(std::string_view name) {
  const exchange_state gone = *vhost_.find_exchange(name);
  vhost_.exchanges.erase(
      name);  // first, so that a binding to itself or a circle of auto-delete exchanges comes to an end
  for (const binding_ptr& b : gone.bindings) {
    forget_at_destination(b);
    events_.emplace_back(binding_deleted{vhost_.name(), b});
  }
  for (const binding_ptr& b : gone.incoming) forget_at_source(b, {nullptr, gone.record});
  events_.emplace_back(exchange_deleted{gone.record});
}

void object_editor::add_binding(binding_record record) {
  record.arguments = sorted_fields(std::move(record.arguments));
  const auto binding = std::make_shared<const binding_record>(std::move(record));
  route_target target;
  if (binding->kind == destination_kind::queue) {
    queue_state queue = *vhost_.find_queue(binding->destination);
    queue.bindings.put(binding);
    target.queue = queue.record;
    vhost_.queues.put(std::move(queue));
  } else {
    exchange_state destination = *vhost_.find_exchange(binding->destination);
    destination.incoming.put(binding);
    target.exchange = destination.record;
    vhost_.exchanges.put(std::move(destination));
  }
  exchange_state source = *vhost_.find_exchange(binding->source);
  source.bindings.put(binding);
  source.routes.add(binding, target);
  events_.emplace_back(binding_created{vhost_.name(), binding, source.record});
  vhost_.exchanges.put(std::move(source));
}

void object_editor::remove_binding(const binding_record& record) {
  const exchange_state* source = vhost_.find_exchange(record.source);
  binding_record wanted = record;
  wanted.arguments = sorted_fields(std::move(wanted.arguments));
  const binding_ptr* found = source == nullptr ? nullptr : source->bindings.find(wanted);
  if (found == nullptr) return;
  const binding_ptr binding = *found;
  route_target target;
  if (binding->kind == destination_kind::queue) {
    target.queue = vhost_.find_queue(binding->destination)->record;
  } else {
    target.exchange = vhost_.find_exchange(binding->destination)->record;
  }
  forget_at_destination(binding);
  forget_at_source(binding, target);
}

void object_editor::forget_at_destination(const binding_ptr& binding) {
  if (binding->kind == destination_kind::queue) {
    const queue_state* known = vhost_.find_queue(binding->destination);
    if (known == nullptr) return;
    queue_state queue = *known;
    queue.bindings.erase(*binding);
    vhost_.queues.put(std::move(queue));
  } else {
    const exchange_state* known = vhost_.find_exchange(binding->destination);
    if (known == nullptr) return;
    exchange_state destination = *known;
    destination.incoming.erase(*binding);
    vhost_.exchanges.put(std::move(destination));
  }
}

void object_editor::forget_at_source(const binding_ptr& binding, const route_target& target) {
  const exchange_state* known = vhost_.find_exchange(binding->source);
  if (known == nullptr) return;  // it is being deleted itself, and reports the binding there
  exchange_state source = *known;
  source.bindings.erase(*binding);
  source.routes.remove(binding, target);
  const bool deserted = source.record->auto_delete && source.bindings.empty() && goes_when_deserted(*source.record);
  events_.emplace_back(binding_deleted{vhost_.name(), binding});
  vhost_.exchanges.put(std::move(source));
  if (deserted) delete_exchange(binding->source);
}

bool object_editor::goes_when_deserted(const exchange_record& exchange) const {
  switch (cascades_.which) {
    case cascade_rule::kind::none: return false;
    case cascade_rule::kind::all: return true;
    case cascade_rule::kind::own: break;
  }
  return !exchange.durable && exchange.node == cascades_.node;
}

void object_editor::apply_policies() {
  const auto queues = vhost_.queues;
  for (const queue_state& queue : queues) {
    queue_in_force_ptr now = in_force_for(*queue.record);
    if (*now == *queue.in_force) continue;
    events_.emplace_back(queue_settings_changed{queue.record, queue.in_force, now});
    vhost_.queues.put({queue.record, std::move(now), queue.bindings});
  }
  const auto exchanges = vhost_.exchanges;
  for (const exchange_state& exchange : exchanges) {
    if (exchange.record->name.empty()) continue;  // no policy touches the default exchange
    exchange_in_force_ptr now = in_force_for(*exchange.record);
    if (*now == *exchange.in_force) continue;
    events_.emplace_back(exchange_settings_changed{exchange.record, exchange.in_force, now});
    exchange_state changed = exchange;
    changed.in_force = std::move(now);
    vhost_.exchanges.put(std::move(changed));
  }
}

}  // namespace warren
