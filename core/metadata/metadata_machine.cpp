#include "core/metadata/metadata_machine.hpp"

#include "core/metadata/transaction.hpp"

namespace warren {
namespace {

bool durable_queue(const broker_state& state, std::string_view vhost, std::string_view name) {
  const vhost_ptr v = state.find_vhost(vhost);
  const queue_state* queue = v == nullptr ? nullptr : v->find_queue(name);
  return queue != nullptr && queue->record->durable;
}

bool durable_exchange(const broker_state& state, std::string_view vhost, std::string_view name) {
  const vhost_ptr v = state.find_vhost(vhost);
  const exchange_state* exchange = v == nullptr ? nullptr : v->find_exchange(name);
  return exchange != nullptr && exchange->record->durable;
}

bool durable_ends(const broker_state& state, std::string_view vhost, const binding_record& b) {
  return durable_exchange(state, vhost, b.source) &&
         (b.kind == destination_kind::queue ? durable_queue(state, vhost, b.destination)
                                            : durable_exchange(state, vhost, b.destination));
}

/// The command as it is logged: the queue that it created or deleted is named by its id, too.
command with_ids(command c, const applied& done) {
  if (auto* declared = std::get_if<declare_queue>(&c)) declared->id = done.queue->id;
  if (auto* deleted = std::get_if<delete_queue>(&c)) deleted->id = done.queue->id;
  return c;
}

bool is_about(const command& c, const exchange_record& exchange) {
  const auto* deletion = std::get_if<delete_exchange>(&c);
  return deletion != nullptr && deletion->name == exchange.name;
}

}  // namespace

bool is_durable(const command& c, const broker_state& state) {
  if (const auto* x = std::get_if<declare_exchange>(&c)) return x->durable;
  if (const auto* x = std::get_if<delete_exchange>(&c)) return durable_exchange(state, x->vhost, x->name);
  if (const auto* q = std::get_if<declare_queue>(&c)) return q->durable && !q->exclusive_owner;
  if (const auto* q = std::get_if<delete_queue>(&c)) return durable_queue(state, q->vhost, q->name);
  if (const auto* b = std::get_if<bind>(&c)) return durable_ends(state, b->vhost, b->binding);
  if (const auto* b = std::get_if<unbind>(&c)) return durable_ends(state, b->vhost, b->binding);
  return !std::holds_alternative<delete_exclusive_queues>(c);
}

applied metadata_machine::apply(const command& c) { return run(c, {cascade_rule::kind::all, {}}); }
applied metadata_machine::replay(const command& c) { return run(c, {cascade_rule::kind::none, {}}); }

applied metadata_machine::run(const command& c, cascade_rule cascades, bool limits) {
  transaction t(*state_, cascades);
  t.limits = limits;
  std::visit(t, c);
  if (!t.out.result || !t.out.changed) {
    t.out.events.clear();
    t.out.changed = false;
    return std::move(t.out);
  }
  if (is_durable(c, *state_)) t.out.to_log.push_back(with_ids(c, t.out));
  if (!std::holds_alternative<delete_vhost>(c)) {
    for (const metadata_event& event : t.out.events) {
      const auto* deleted = std::get_if<exchange_deleted>(&event);
      if (deleted == nullptr || !deleted->exchange->durable || is_about(c, *deleted->exchange)) continue;
      t.out.to_log.push_back(delete_exchange{deleted->exchange->vhost, deleted->exchange->name, false});
    }
  }
  ++t.state.version;
  state_ = std::make_shared<const broker_state>(std::move(t.state));
  return std::move(t.out);
}

std::string_view command_name(const command& c) {
  constexpr std::string_view names[] = {"put_vhost",
                                        "delete_vhost",
                                        "set_vhost_limits",
                                        "set_vhost_tracing",
                                        "put_user",
                                        "delete_user",
                                        "set_password",
                                        "set_user_tags",
                                        "set_user_limits",
                                        "set_permission",
                                        "clear_permission",
                                        "set_topic_permission",
                                        "clear_topic_permission",
                                        "set_policy",
                                        "clear_policy",
                                        "set_parameter",
                                        "clear_parameter",
                                        "set_global_parameter",
                                        "clear_global_parameter",
                                        "declare_exchange",
                                        "delete_exchange",
                                        "declare_queue",
                                        "delete_queue",
                                        "bind",
                                        "unbind",
                                        "delete_exclusive_queues",
                                        "reserve_queue_ids",
                                        "put_node",
                                        "remove_node"};
  static_assert(std::size(names) == std::variant_size_v<command>);
  return names[c.index()];
}

}  // namespace warren
