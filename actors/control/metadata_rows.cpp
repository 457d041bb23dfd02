#include "actors/control/metadata_rows.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <tuple>

#include "actors/control/json_values.hpp"
#include "actors/definitions/json_fields.hpp"

namespace warren::actors {

namespace json = boost::json;

namespace {

/// Parameters are kept as the JSON that was set; they are shown as RabbitMQ would print the map that it makes of it.
json::value shown(const std::string& text) {
  boost::system::error_code wrong;
  const json::value parsed = json::parse(text, wrong);
  return wrong ? json_text(text) : json::value(sorted_text(parsed));
}

std::string_view kind_name(destination_kind kind) { return kind == destination_kind::queue ? "queue" : "exchange"; }

json::object topic_row(std::string_view first, std::string_view value, const topic_permission_record& x) {
  return {{first, json_text(value)},
          {"exchange", json_text(x.exchange)},
          {"write", json_text(x.write_text)},
          {"read", json_text(x.read_text)}};
}

template <class Limits>
json::object limits_object(const Limits& limits,
                           std::initializer_list<std::pair<const char*, std::optional<std::int64_t> Limits::*>> names) {
  json::object o;
  for (const auto& [name, member] : names)
    if (limits.*member) o[name] = *(limits.*member);
  return o;
}

constexpr column<vhost_item> of_vhosts[] = {
    {"name", [](const vhost_item& v) { return json_text(v.record->name); }},
    {"description", [](const vhost_item& v) { return json_text(v.record->description); }},
    {"tags", [](const vhost_item& v) { return json::value(json_words(v.record->tags)); }},
    {"default_queue_type",
     [](const vhost_item& v) {
       return json_text(v.record->default_queue_type.empty() ? "undefined" : v.record->default_queue_type);
     }},
    {"tracing", [](const vhost_item& v) { return json::value(v.record->tracing); }},
    {"cluster_state", [](const vhost_item& v) { return json::value(*v.cluster_state); }},
};

constexpr column<exchange_state> of_exchanges[] = {
    {"name", [](const exchange_state& x) { return json_text(x.record->name); }},
    {"type", [](const exchange_state& x) { return json_text(to_string(x.record->type)); }},
    {"durable", [](const exchange_state& x) { return json::value(x.record->durable); }},
    {"auto_delete", [](const exchange_state& x) { return json::value(x.record->auto_delete); }},
    {"internal", [](const exchange_state& x) { return json::value(x.record->internal); }},
    {"arguments", [](const exchange_state& x) { return json::value(argument_list(x.record->arguments)); }},
    {"policy", [](const exchange_state& x) { return json_text(x.in_force->policy); }},
};

constexpr column<binding_record> of_bindings[] = {
    {"source_name", [](const binding_record& b) { return json_text(b.source); }},
    {"source_kind", [](const binding_record&) { return json_text("exchange"); }},
    {"destination_name", [](const binding_record& b) { return json_text(b.destination); }},
    {"destination_kind", [](const binding_record& b) { return json_text(kind_name(b.kind)); }},
    {"routing_key", [](const binding_record& b) { return json_text(b.routing_key); }},
    {"arguments", [](const binding_record& b) { return json::value(argument_list(b.arguments)); }},
};

}  // namespace

std::span<const column<vhost_item>> vhost_columns() { return of_vhosts; }
std::span<const column<exchange_state>> exchange_columns() { return of_exchanges; }
std::span<const column<binding_record>> binding_columns() { return of_bindings; }

json::array user_rows(const broker_state& state) {
  json::array rows;
  for (const user_ptr* u : sorted_entries(state.users, [](const user_ptr& x) -> const std::string& { return x->name; }))
    rows.push_back(json::object{{"user", json_text((*u)->name)}, {"tags", json_words((*u)->tags)}});
  return rows;
}

json::array permission_rows(const vhost_topology& vhost) {
  json::array rows;
  for (const permission_ptr* p :
       sorted_entries(vhost.permissions, [](const permission_ptr& x) -> const std::string& { return x->user; }))
    rows.push_back(json::object{{"user", json_text((*p)->user)},
                                {"configure", json_text((*p)->configure.text())},
                                {"write", json_text((*p)->write.text())},
                                {"read", json_text((*p)->read.text())}});
  return rows;
}

json::array user_permission_rows(const broker_state& state, const std::string& user) {
  json::array rows;
  for (const vhost_ptr* v :
       sorted_entries(state.vhosts, [](const vhost_ptr& x) -> const std::string& { return x->name(); }))
    if (const permission_ptr* p = (*v)->permissions.find(user))
      rows.push_back(json::object{{"vhost", json_text((*v)->name())},
                                  {"configure", json_text((*p)->configure.text())},
                                  {"write", json_text((*p)->write.text())},
                                  {"read", json_text((*p)->read.text())}});
  return rows;
}

json::array topic_permission_rows(const vhost_topology& vhost) {
  json::array rows;
  for (const auto* t : sorted_entries(vhost.topic_permissions,
                                      [](const topic_permissions_ptr& x) -> const std::string& { return x->user; }))
    for (const topic_permission_record& x : (*t)->exchanges) rows.push_back(topic_row("user", (*t)->user, x));
  return rows;
}

json::array user_topic_permission_rows(const broker_state& state, const std::string& user) {
  json::array rows;
  for (const vhost_ptr* v :
       sorted_entries(state.vhosts, [](const vhost_ptr& x) -> const std::string& { return x->name(); }))
    if (const topic_permissions_ptr* t = (*v)->topic_permissions.find(user))
      for (const topic_permission_record& x : (*t)->exchanges) rows.push_back(topic_row("vhost", (*v)->name(), x));
  return rows;
}

json::array policy_rows(const vhost_topology& vhost, policy_kind kind) {
  json::array rows;
  const policy_list& list = kind == policy_kind::user ? vhost.policies : vhost.operator_policies;
  if (!list) return rows;
  for (const policy_ptr& p : *list)
    rows.push_back(json::object{{"vhost", json_text(vhost.name())},
                                {"name", json_text(p->name)},
                                {"pattern", json_text(p->names.text())},
                                {"apply-to", json_text(to_string(p->applies_to))},
                                {"definition", json::string(sorted_text(json_from_table(p->definition)))},
                                {"priority", p->priority}});
  return rows;
}

json::array parameter_rows(const vhost_topology& vhost) {
  json::array rows;
  const auto add = [&rows](std::string_view component, std::string_view name, json::value value) {
    rows.push_back(
        json::object{{"component", json_text(component)}, {"name", json_text(name)}, {"value", std::move(value)}});
  };
  if (vhost.parameters)
    for (const auto& [key, value] : *vhost.parameters) add(key.component, key.name, shown(value));
  if (vhost.record->limits != vhost_limits{})
    add("vhost-limits", "limits", json_text(limits_text(vhost.record->limits)));
  return rows;
}

json::array global_parameter_rows(const broker_state& state) {
  json::array rows;
  for (const auto* p :
       sorted_entries(state.global_parameters, [](const auto& x) -> const std::string& { return x.first; }))
    rows.push_back(json::object{{"name", json_text(p->first)}, {"value", shown(p->second)}});
  return rows;
}

void for_each_binding(const vhost_topology& vhost, const std::function<void(const binding_record&)>& each) {
  for (const queue_state* q :
       sorted_entries(vhost.queues, [](const queue_state& x) -> const std::string& { return x.record->name; }))
    each({"", destination_kind::queue, q->record->name, q->record->name, {}});
  for (const exchange_state* x :
       sorted_entries(vhost.exchanges, [](const exchange_state& e) -> const std::string& { return e.record->name; })) {
    std::vector<const binding_record*> bindings;
    for (const binding_ptr& b : x->bindings) bindings.push_back(b.get());
    std::sort(bindings.begin(), bindings.end(), [](const auto* a, const auto* b) {
      return std::tie(a->destination, a->kind, a->routing_key) < std::tie(b->destination, b->kind, b->routing_key);
    });
    for (const binding_record* b : bindings) each(*b);
  }
}

std::string limits_text(const vhost_limits& limits) {
  const json::object o = limits_object(
      limits, {{"max-connections", &vhost_limits::max_connections}, {"max-queues", &vhost_limits::max_queues}});
  return o.empty() ? "" : json::serialize(o);
}

std::string limits_text(const user_limits& limits) {
  return json::serialize(limits_object(
      limits, {{"max-channels", &user_limits::max_channels}, {"max-connections", &user_limits::max_connections}}));
}

}  // namespace warren::actors
