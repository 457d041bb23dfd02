#include "actors/control/explanation_json.hpp"

#include <boost/json/array.hpp>

#include "actors/control/json_values.hpp"

namespace warren::actors {

namespace json = boost::json;

namespace {

std::string shown_name(const exchange_record& x) { return x.name.empty() ? "(default exchange)" : x.name; }

json::object exchange_object(const explained_exchange& x) {
  json::array bindings;
  for (const explained_binding& b : x.matched)
    bindings.push_back(
        json::object{{"destination", json_text(b.binding.destination)},
                     {"destination_kind", b.binding.kind == destination_kind::queue ? "queue" : "exchange"},
                     {"routing_key", json_text(b.binding.routing_key)},
                     {"arguments", argument_list(b.binding.arguments)},
                     {"why", json_text(b.why)}});
  json::object out{{"name", json_text(x.exchange->name)},
                   {"type", json_text(to_string(x.exchange->type))},
                   {"how", json_text(x.how)},
                   {"bindings", std::move(bindings)}};
  if (!x.note.empty()) out["note"] = json_text(x.note);
  return out;
}

/// What limits or redirects messages there, and from where.
json::array rules_of(const queue_in_force& f) {
  const queue_settings& s = f.settings;
  json::array rules;
  const auto add = [&rules](std::string text) { rules.push_back(json_text(text)); };
  if (s.message_ttl_ms) add("messages expire after " + std::to_string(*s.message_ttl_ms) + " ms");
  if (s.max_length) add("at most " + std::to_string(*s.max_length) + " messages are ready");
  if (s.max_length_bytes) add("at most " + std::to_string(*s.max_length_bytes) + " bytes are ready");
  if (s.max_length || s.max_length_bytes)
    add(s.overflow == overflow_mode::drop_head        ? "beyond it the oldest is dropped"
        : s.overflow == overflow_mode::reject_publish ? "beyond it the publish is rejected (basic.nack)"
                                                      : "beyond it the publish is rejected and dead-lettered");
  if (s.dead_letter_exchange) add("dead letters go to exchange '" + *s.dead_letter_exchange + "'");
  if (s.single_active_consumer) add("one consumer at a time is active");
  return rules;
}

json::object queue_object(const explained_queue& q, std::string_view state) {
  json::object out{{"name", json_text(q.queue->name)},
                   {"type", json_text(q.queue->type)},
                   {"node", json_text(q.queue->node)},
                   {"state", json_text(state)},
                   {"durable", q.queue->durable},
                   {"by", json_words(q.by)},
                   {"arguments", argument_list(q.queue->arguments)},
                   {"policy", json_text(q.in_force->policy)},
                   {"operator_policy", json_text(q.in_force->operator_policy)},
                   {"rules", rules_of(*q.in_force)}};
  out["confirm"] = json_text(confirm_meaning(*q.queue, *q.in_force, state));
  return out;
}

}  // namespace

std::string confirm_meaning(const queue_record& queue, const queue_in_force& in_force, std::string_view state) {
  if (state == "down") return "none would come: the queue's node is down, the publish is nacked";
  std::string text = queue.durable
                         ? "a persistent message is synced to the disk of " + queue.node +
                               "; a transient one is in the memory of the queue"
                         : "the message is in the memory of the queue on " + queue.node + ", and is lost with the node";
  const queue_settings& s = in_force.settings;
  if ((s.max_length || s.max_length_bytes) && s.overflow != overflow_mode::drop_head)
    text += "; a full queue answers with a nack";
  return text;
}

json::object explanation_json(const vhost_topology& vhost, const exchange_state& first, const std::string& routing_key,
                              const explanation& told,
                              const std::function<std::string_view(const queue_record&)>& state_of) {
  json::array exchanges, queues;
  for (const explained_exchange& x : told.exchanges) exchanges.push_back(exchange_object(x));
  for (const explained_queue& q : told.queues) queues.push_back(queue_object(q, state_of(*q.queue)));
  std::string confirm;
  if (first.record->internal) {
    confirm = "exchange '" + shown_name(*first.record) + "' is internal: clients may not publish to it";
  } else if (told.queues.empty()) {
    confirm =
        "no queue gets the message: it is confirmed at once and dropped; with mandatory it is returned first (312 "
        "NO_ROUTE)";
  } else {
    confirm = "the confirm comes when every queue above has the message as it says";
  }
  return {{"vhost", json_text(vhost.name())},      {"exchange", json_text(first.record->name)},
          {"routing_key", json_text(routing_key)}, {"exchanges", std::move(exchanges)},
          {"queues", std::move(queues)},           {"confirm", json_text(confirm)}};
}

}  // namespace warren::actors
