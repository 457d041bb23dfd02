#include "core/metadata/checks.hpp"

#include <algorithm>

#include "core/base/in_quotes.hpp"
#include "core/metadata/equivalence.hpp"

namespace warren {
namespace {

bool reserved(std::string_view name) { return name.starts_with("amq."); }

error reserved_name(std::string_view kind, std::string_view name) {
  return fail(reply_code::access_refused,
              std::string(kind) + " name " + in_quotes(name) + " contains reserved prefix 'amq.*'");
}

error default_exchange() { return fail(reply_code::access_refused, "operation not permitted on the default exchange"); }

status permitted(const caller& who, access_right right, resource_kind kind, std::string_view name) {
  if (who.access == nullptr) return success{};
  return who.access->check(right, kind, name);
}

/// The exclusive queues of others are out of reach.
status accessible(const queue_record& queue, const caller& who) {
  if (!queue.exclusive() || who.is_broker() || queue.exclusive_owner == who.connection) return success{};
  return locked_error(queue);
}

/// `alternate-exchange` and `x-dead-letter-exchange` of something new: the name must be a text, and needs read on the
/// new object and write on the named exchange.
status check_named_exchange(const caller& who, const field_table& arguments, std::string_view argument,
                            resource_kind kind, std::string_view name, const std::string& label) {
  const field_value* value = arguments.find(argument);
  if (value == nullptr) return success{};
  if (value->string() == nullptr) {
    return fail(reply_code::precondition_failed, "invalid type " + in_quotes(field_type_name(value->type)) + " for arg " +
                                                     in_quotes(argument) + " in " + label);
  }
  if (const status ok = permitted(who, access_right::read, kind, name); !ok) return ok;
  return permitted(who, access_right::write, resource_kind::exchange, *value->string());
}

status check_queue_limit(const vhost_topology& vhost, std::string_view name) {
  const auto& limit = vhost.record->limits.max_queues;
  if (!limit || *limit < 0 || vhost.queues.size() < static_cast<std::uint64_t>(*limit)) return success{};
  return fail(reply_code::precondition_failed, "cannot declare queue " + in_quotes(name) + ": queue limit in vhost " +
                                                   in_quotes(vhost.name()) + " (" + std::to_string(*limit) +
                                                   ") is reached");
}

/// What queue.bind, queue.unbind, exchange.bind and exchange.unbind ask first, in this order.
status check_binding_rights(const vhost_topology& vhost, const caller& who, const binding_record& b) {
  const resource_kind kind = b.kind == destination_kind::queue ? resource_kind::queue : resource_kind::exchange;
  if (const status ok = permitted(who, access_right::write, kind, b.destination); !ok) return ok;
  if (b.source.empty() || (kind == resource_kind::exchange && b.destination.empty())) return default_exchange();
  if (const status ok = permitted(who, access_right::read, resource_kind::exchange, b.source); !ok) return ok;
  const exchange_state* source = vhost.find_exchange(b.source);
  if (source == nullptr || who.access == nullptr) return success{};
  return who.access->check_topic(access_right::read, *source->record, b.routing_key);
}

status check_binding_of_type(const exchange_record& source, const binding_record& b) {
  if (source.type == exchange_type::headers) return validate_headers_binding(b.arguments);
  if (source.type == exchange_type::consistent_hash) {
    if (const auto weight = parse_weight(b.routing_key); !weight) return weight.failure();
  }
  return success{};
}

bool is_bound(const exchange_state& source, const binding_record& b) {
  if (b.arguments.size() < 2) return source.bindings.find(b) != nullptr;
  binding_record sorted = b;
  sorted.arguments = sorted_fields(std::move(sorted.arguments));
  return source.bindings.find(sorted) != nullptr;
}

}  // namespace

std::string declared_name(std::string_view from_client) {
  std::string name(from_client);
  std::erase_if(name, [](char c) { return c == '\r' || c == '\n'; });
  return name;
}

std::string queue_label(std::string_view name, std::string_view vhost) {
  return "queue " + in_quotes(name) + " in vhost " + in_quotes(vhost);
}
std::string exchange_label(std::string_view name, std::string_view vhost) {
  return "exchange " + in_quotes(name) + " in vhost " + in_quotes(vhost);
}
error no_queue_error(std::string_view name, std::string_view vhost) {
  return fail(reply_code::not_found, "no " + queue_label(name, vhost));
}
error queue_down_error(const queue_record& queue) {
  return fail(reply_code::not_found, "home node " + in_quotes(queue.node) + " of durable " + queue_label(queue.name, queue.vhost) +
                                         " is down or inaccessible");
}
error no_exchange_error(std::string_view name, std::string_view vhost) {
  return fail(reply_code::not_found, "no " + exchange_label(name, vhost));
}
error locked_error(const queue_record& queue) {
  return fail(
      reply_code::resource_locked,
      "cannot obtain exclusive access to locked " + queue_label(queue.name, queue.vhost) +
          ". It could be originally declared on another connection or the exclusive property value does not match "
          "that of the original declaration.");
}
error in_use_error(const queue_record& queue) {
  return fail(reply_code::precondition_failed, queue_label(queue.name, queue.vhost) + " in use");
}
error not_empty_error(const queue_record& queue) {
  return fail(reply_code::precondition_failed, queue_label(queue.name, queue.vhost) + " not empty");
}
error exclusive_use_error(const queue_record& queue) {
  return fail(reply_code::access_refused, queue_label(queue.name, queue.vhost) + " in exclusive use");
}

result<const queue_state*> check_declare_queue(const vhost_topology& vhost, const caller& who, const declare_queue& d) {
  if (!d.server_named && reserved(d.name)) return reserved_name("queue", d.name);
  if (const status ok = permitted(who, access_right::configure, resource_kind::queue, d.name); !ok) return ok.failure();
  if (const queue_state* existing = vhost.find_queue(d.name)) {
    if (const status same = check_equivalent(*existing->record, d); !same) return same.failure();
    return existing;
  }
  if (who.limits) {
    if (const status ok = check_queue_limit(vhost, d.name); !ok) return ok.failure();
  }
  const status dead_letters = check_named_exchange(who, d.arguments, "x-dead-letter-exchange", resource_kind::queue,
                                                   d.name, queue_label(d.name, d.vhost));
  if (!dead_letters) return dead_letters.failure();
  if (const status ok = check_queue_arguments(d); !ok) return ok.failure();
  return static_cast<const queue_state*>(nullptr);
}

result<const exchange_state*> check_declare_exchange(const vhost_topology& vhost, const caller& who,
                                                     const declare_exchange& d) {
  if (!exchange_type_named(d.type)) {
    return fail(reply_code::command_invalid, "unknown exchange type " + in_quotes(d.type));
  }
  if (d.name.empty()) return default_exchange();
  if (const status ok = permitted(who, access_right::configure, resource_kind::exchange, d.name); !ok)
    return ok.failure();
  if (const exchange_state* existing = vhost.find_exchange(d.name)) {
    if (const status same = check_equivalent(*existing->record, d); !same) return same.failure();
    return existing;
  }
  if (!d.system && reserved(d.name)) return reserved_name("exchange", d.name);
  const status alternate = check_named_exchange(who, d.arguments, "alternate-exchange", resource_kind::exchange, d.name,
                                                exchange_label(d.name, d.vhost));
  if (!alternate) return alternate.failure();
  if (const status ok = check_exchange_arguments(d); !ok) return ok.failure();
  return static_cast<const exchange_state*>(nullptr);
}

result<const queue_state*> check_passive_queue(const vhost_topology& vhost, const caller& who, std::string_view name) {
  const queue_state* queue = vhost.find_queue(name);
  if (queue == nullptr) return no_queue_error(name, vhost.name());
  if (const status ok = accessible(*queue->record, who); !ok) return ok.failure();
  return queue;
}

result<const exchange_state*> check_passive_exchange(const vhost_topology& vhost, std::string_view name) {
  if (name.empty()) return default_exchange();
  const exchange_state* exchange = vhost.find_exchange(name);
  if (exchange == nullptr) return no_exchange_error(name, vhost.name());
  return exchange;
}

result<const queue_state*> check_use_queue(const vhost_topology& vhost, const caller& who, std::string_view name) {
  if (const status ok = permitted(who, access_right::read, resource_kind::queue, name); !ok) return ok.failure();
  return check_passive_queue(vhost, who, name);
}

result<const queue_state*> check_delete_queue(const vhost_topology& vhost, const caller& who, std::string_view name) {
  if (const status ok = permitted(who, access_right::configure, resource_kind::queue, name); !ok) return ok.failure();
  const queue_state* queue = vhost.find_queue(name);
  if (queue == nullptr) return queue;
  if (const status ok = accessible(*queue->record, who); !ok) return ok.failure();
  return queue;
}

result<const exchange_state*> check_delete_exchange(const vhost_topology& vhost, const caller& who,
                                                    const delete_exchange& d) {
  if (d.name.empty()) return default_exchange();
  if (reserved(d.name)) {
    return fail(reply_code::access_refused,
                "deletion of system " + exchange_label(d.name, vhost.name()) + " not allowed");
  }
  if (const status ok = permitted(who, access_right::configure, resource_kind::exchange, d.name); !ok)
    return ok.failure();
  const exchange_state* exchange = vhost.find_exchange(d.name);
  if (exchange != nullptr && d.if_unused && !exchange->bindings.empty()) {
    return fail(reply_code::precondition_failed, exchange_label(d.name, vhost.name()) + " in use");
  }
  return exchange;
}

result<bool> check_bind(const vhost_topology& vhost, const caller& who, const bind& c) {
  const binding_record& b = c.binding;
  if (const status ok = check_binding_rights(vhost, who, b); !ok) return ok.failure();
  const exchange_state* source = vhost.find_exchange(b.source);
  if (source == nullptr) return no_exchange_error(b.source, vhost.name());
  if (b.kind == destination_kind::queue) {
    const queue_state* queue = vhost.find_queue(b.destination);
    if (queue == nullptr) return no_queue_error(b.destination, vhost.name());
    if (const status ok = accessible(*queue->record, who); !ok) return ok.failure();
  } else if (vhost.find_exchange(b.destination) == nullptr) {
    return no_exchange_error(b.destination, vhost.name());
  }
  if (const status ok = check_binding_of_type(*source->record, b); !ok) return ok.failure();
  return !is_bound(*source, b);
}

result<bool> check_unbind(const vhost_topology& vhost, const caller& who, const unbind& c) {
  const binding_record& b = c.binding;
  if (const status ok = check_binding_rights(vhost, who, b); !ok) return ok.failure();
  const exchange_state* source = vhost.find_exchange(b.source);
  if (source == nullptr) return false;
  if (b.kind == destination_kind::queue) {
    const queue_state* queue = vhost.find_queue(b.destination);
    if (queue == nullptr) return false;
    if (const status ok = accessible(*queue->record, who); !ok) return ok.failure();
  }
  return is_bound(*source, b);
}

result<const exchange_state*> check_publish(const vhost_topology& vhost, const caller& who, std::string_view exchange) {
  if (const status ok = permitted(who, access_right::write, resource_kind::exchange, exchange); !ok)
    return ok.failure();
  const exchange_state* found = vhost.find_exchange(exchange);
  if (found == nullptr) return no_exchange_error(exchange, vhost.name());
  if (found->record->internal) {
    return fail(reply_code::access_refused, "cannot publish to internal " + exchange_label(exchange, vhost.name()));
  }
  return found;
}

}  // namespace warren
