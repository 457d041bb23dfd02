#include "actors/control/command_actor.hpp"
#include "actors/control/command_table.hpp"
#include "actors/control/json_values.hpp"
#include "actors/control/metadata_rows.hpp"
#include "actors/control/queue_listing.hpp"

// Lists of queues, exchanges, bindings and consumers.

namespace warren::actors {

namespace json = boost::json;

namespace {

/// An unknown vhost has no queues: RabbitMQ's list commands do not complain.
vhost_ptr vhost_or_empty(command_actor& call) {
  vhost_ptr found = call.state()->find_vhost(call.vhost());
  if (!found) call.finish(json::array{});
  return found;
}

queue_item item_of(const asked_queue& q, const pid_names& pids) {
  queue_item item;
  item.declared = &q.declared;
  item.pid = pids.of(q.actor);
  if (q.declared.record->exclusive()) item.owner_pid = pids.connection(q.declared.record->exclusive_owner);
  item.state = q.actor ? "running" : "down";
  if (!q.status) return item;
  item.status = &*q.status;
  for (const queue_consumer_info& c : q.status->consumers)
    if (q.status->exclusive_consumer == c.id) {
      item.exclusive_consumer_pid = pids.channel(c.channel);
      item.exclusive_consumer_tag = c.tag;
    }
  return item;
}

/// Queues whose node did not answer: known from their declarations alone.
void add_lost_queues(command_actor& call, const vhost_topology& vhost, const columns<queue_item>& wanted,
                     const std::vector<std::string>& answered, json::array& rows) {
  for (const queue_state* q :
       sorted_entries(vhost.queues, [](const queue_state& x) -> const std::string& { return x.record->name; })) {
    if (is_here(call, *q->record)) continue;
    if (std::find(answered.begin(), answered.end(), q->record->node) != answered.end()) continue;
    queue_item item;
    item.declared = q;
    item.state = "down";
    rows.push_back(make_row(wanted, item));
  }
}

void list_queues(command_actor& call) {
  const auto chosen = choose_columns<queue_item>(call.request().arguments, queue_columns(), {"name", "messages"});
  if (const auto* wrong = std::get_if<control_error>(&chosen)) return call.fail(*wrong);
  const auto wanted = std::get<columns<queue_item>>(chosen);
  const vhost_ptr vhost = vhost_or_empty(call);
  if (!vhost) return;
  // --offline: those that are down; --online: those that are not; --local: those of this node
  const bool offline = call.request().flag("offline") && !call.request().flag("online");
  const bool online = call.request().flag("online") && !call.request().flag("offline");
  const bool local = call.request().flag("local") || call.from_node();
  ask_queues(call, *vhost, needs_status(wanted), true, call.patience(std::chrono::seconds(15)),
             [&call, vhost, wanted, offline, online, local](std::vector<asked_queue>& queues) {
               const pid_names pids(call);
               auto rows = std::make_shared<json::array>();
               for (const asked_queue& q : queues)
                 if (!(offline && q.actor) && !(online && !q.actor))
                   rows->push_back(make_row(wanted, item_of(q, pids)));
               if (local) return call.finish(std::move(*rows));
               call.ask_others(call.request(), [&call, vhost, wanted, online, rows](std::vector<node_outcome> answers) {
                 std::vector<std::string> answered;
                 for (node_outcome& a : answers)
                   if (auto* result = std::get_if<json::value>(&a.outcome); result != nullptr && result->is_array()) {
                     answered.push_back(a.node);
                     for (json::value& row : result->get_array()) rows->push_back(std::move(row));
                   }
                 if (!online) add_lost_queues(call, *vhost, wanted, answered, *rows);
                 call.finish(std::move(*rows));
               });
             });
}

void list_unresponsive_queues(command_actor& call) {
  const auto chosen = choose_columns<queue_item>(call.request().arguments, queue_columns(), {"name"});
  if (const auto* wrong = std::get_if<control_error>(&chosen)) return call.fail(*wrong);
  const auto wanted = std::get<columns<queue_item>>(chosen);
  const vhost_ptr vhost = vhost_or_empty(call);
  if (!vhost) return;
  const std::chrono::milliseconds limit(
      std::max(1l, std::atol(call.request().option("queue-timeout", "15000").c_str())));
  ask_queues(call, *vhost, true, false, call.patience(limit), [&call, wanted](std::vector<asked_queue>& queues) {
    const pid_names pids(call);
    json::array rows;
    for (const asked_queue& q : queues)
      if (q.actor && !q.status) rows.push_back(make_row(wanted, item_of(q, pids)));
    if (call.request().flag("local")) return call.finish(std::move(rows));
    call.finish_with_rows_of_all(std::move(rows));
  });
}

void list_consumers(command_actor& call) {
  const auto chosen = choose_columns<consumer_item>(
      call.request().arguments, consumer_columns(),
      {"queue_name", "channel_pid", "consumer_tag", "ack_required", "prefetch_count", "active", "arguments"});
  if (const auto* wrong = std::get_if<control_error>(&chosen)) return call.fail(*wrong);
  const auto wanted = std::get<columns<consumer_item>>(chosen);
  const vhost_ptr vhost = vhost_or_empty(call);
  if (!vhost) return;
  ask_queues(
      call, *vhost, true, true, call.patience(std::chrono::seconds(15)),
      [&call, wanted](std::vector<asked_queue>& queues) {
        const pid_names pids(call);
        json::array rows;
        for (const asked_queue& q : queues)
          if (q.status)
            for (const queue_consumer_info& c : q.status->consumers)
              rows.push_back(make_row(wanted, consumer_item{q.declared.record.get(), &c, pids.channel(c.channel)}));
        call.finish_with_rows_of_all(std::move(rows));
      });
}

void list_exchanges(command_actor& call) {
  const auto chosen = choose_columns<exchange_state>(call.request().arguments, exchange_columns(), {"name", "type"});
  if (const auto* wrong = std::get_if<control_error>(&chosen)) return call.fail(*wrong);
  const vhost_ptr vhost = vhost_or_empty(call);
  if (!vhost) return;
  json::array rows;
  for (const exchange_state* x :
       sorted_entries(vhost->exchanges, [](const exchange_state& e) -> const std::string& { return e.record->name; }))
    rows.push_back(make_row(std::get<columns<exchange_state>>(chosen), *x));
  call.finish(std::move(rows));
}

void list_bindings(command_actor& call) {
  const auto chosen = choose_columns<binding_record>(
      call.request().arguments, binding_columns(),
      {"source_name", "source_kind", "destination_name", "destination_kind", "routing_key", "arguments"});
  if (const auto* wrong = std::get_if<control_error>(&chosen)) return call.fail(*wrong);
  const vhost_ptr vhost = vhost_or_empty(call);
  if (!vhost) return;
  json::array rows;
  for_each_binding(
      *vhost, [&](const binding_record& b) { rows.push_back(make_row(std::get<columns<binding_record>>(chosen), b)); });
  call.finish(std::move(rows));
}

constexpr command_entry topology_table[] = {
    {"list_queues", list_queues},       {"list_unresponsive_queues", list_unresponsive_queues},
    {"list_consumers", list_consumers}, {"list_exchanges", list_exchanges},
    {"list_bindings", list_bindings},
};

}  // namespace

std::span<const command_entry> topology_commands() { return topology_table; }

}  // namespace warren::actors
