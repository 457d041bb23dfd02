#include "actors/definitions/export_definitions.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <tuple>
#include <vector>

#include "actors/auth/base64.hpp"
#include "actors/definitions/json_fields.hpp"

namespace warren::actors {
namespace {

namespace json = boost::json;

json::string js(std::string_view s) { return json::string(utf8_text(s)); }

json::array words(const std::vector<std::string>& list) {
  json::array out;
  for (const auto& word : list) out.push_back(js(word));
  return out;
}

/// Parameters are kept as the JSON that was set.
json::value parsed(const std::string& text) {
  boost::system::error_code wrong;
  auto out = json::parse(text, wrong);
  return wrong ? json::value(nullptr) : out;
}

void put_limit(json::object& to, const char* name, const std::optional<std::int64_t>& limit) {
  if (limit) to.emplace(name, *limit);
}

/// Tables have no order of their own; an export should not change without reason.
template <class Table, class NameOf>
auto sorted(const Table& table, NameOf name_of) {
  std::vector<const std::decay_t<decltype(*table.begin())>*> out;
  for (const auto& entry : table) out.push_back(&entry);
  std::sort(out.begin(), out.end(), [&](auto* a, auto* b) { return name_of(*a) < name_of(*b); });
  return out;
}

struct sections {
  json::array permissions, topic_permissions, parameters, policies, queues, exchanges, bindings;
};

json::object policy_object(const policy_record& p) {
  return {{"pattern", js(p.names.text())},
          {"definition", json_from_table(p.definition)},
          {"priority", p.priority},
          {"apply-to", json::string(to_string(p.applies_to))}};
}

void add_parameters(const vhost_topology& v, sections& out) {
  const auto add = [&](json::value value, std::string_view component, std::string_view name) {
    out.parameters.push_back(json::object{
        {"value", std::move(value)}, {"vhost", js(v.name())}, {"component", js(component)}, {"name", js(name)}});
  };
  if (v.parameters)
    for (const auto& [key, value] : *v.parameters) add(parsed(value), key.component, key.name);
  if (v.record->limits != vhost_limits{}) {
    json::object limits;
    put_limit(limits, "max-connections", v.record->limits.max_connections);
    put_limit(limits, "max-queues", v.record->limits.max_queues);
    add(std::move(limits), "vhost-limits", "limits");
  }
  if (v.operator_policies)
    for (const auto& p : *v.operator_policies) add(policy_object(*p), "operator_policy", p->name);
  if (!v.policies) return;
  for (const auto& p : *v.policies)
    out.policies.push_back(json::object{{"vhost", js(v.name())},
                                        {"name", js(p->name)},
                                        {"pattern", js(p->names.text())},
                                        {"apply-to", json::string(to_string(p->applies_to))},
                                        {"definition", json_from_table(p->definition)},
                                        {"priority", p->priority}});
}

void add_rights(const vhost_topology& v, sections& out) {
  for (const auto* p : sorted(v.permissions, [](const permission_ptr& x) -> const std::string& { return x->user; }))
    out.permissions.push_back(json::object{{"user", js((*p)->user)},
                                           {"vhost", js(v.name())},
                                           {"configure", js((*p)->configure.text())},
                                           {"write", js((*p)->write.text())},
                                           {"read", js((*p)->read.text())}});
  for (const auto* t :
       sorted(v.topic_permissions, [](const topic_permissions_ptr& x) -> const std::string& { return x->user; }))
    for (const auto& x : (*t)->exchanges)
      out.topic_permissions.push_back(json::object{{"user", js((*t)->user)},
                                                   {"vhost", js(v.name())},
                                                   {"exchange", js(x.exchange)},
                                                   {"write", js(x.write_text)},
                                                   {"read", js(x.read_text)}});
}

/// `{"name": …, "vhost": …` for the whole broker, without vhost in a virtual host's own export.
json::object begin_object(const char* first, std::string_view value, const vhost_topology& v, bool with_vhost) {
  json::object out;
  out.emplace(first, js(value));
  if (with_vhost) out.emplace("vhost", js(v.name()));
  return out;
}

void add_objects(const vhost_topology& v, bool with_vhost, sections& out) {
  for (const auto* q : sorted(v.queues, [](const queue_state& x) -> const std::string& { return x.record->name; })) {
    const auto& record = *q->record;
    if (record.exclusive()) continue;
    auto o = begin_object("name", record.name, v, with_vhost);
    o.emplace("durable", record.durable);
    o.emplace("auto_delete", record.auto_delete);
    o.emplace("arguments", json_from_table(record.arguments));
    out.queues.push_back(std::move(o));
  }
  for (const auto* x :
       sorted(v.exchanges, [](const exchange_state& e) -> const std::string& { return e.record->name; })) {
    const auto& record = *x->record;
    if (!record.name.empty() && !record.name.starts_with("amq.")) {
      auto o = begin_object("name", record.name, v, with_vhost);
      o.emplace("type", json::string(to_string(record.type)));
      o.emplace("durable", record.durable);
      o.emplace("auto_delete", record.auto_delete);
      o.emplace("internal", record.internal);
      o.emplace("arguments", json_from_table(record.arguments));
      out.exchanges.push_back(std::move(o));
    }
    std::vector<const binding_record*> leaving;
    for (const auto& b : x->bindings) leaving.push_back(b.get());
    std::sort(leaving.begin(), leaving.end(), [](auto* a, auto* b) {
      return std::tie(a->destination, a->kind, a->routing_key) < std::tie(b->destination, b->kind, b->routing_key);
    });
    for (const auto* b : leaving) {
      if (b->kind == destination_kind::queue) {
        const auto* queue = v.find_queue(b->destination);
        if (queue && queue->record->exclusive()) continue;
      }
      auto o = begin_object("source", b->source, v, with_vhost);
      o.emplace("destination", js(b->destination));
      o.emplace("destination_type", b->kind == destination_kind::queue ? "queue" : "exchange");
      o.emplace("routing_key", js(b->routing_key));
      o.emplace("arguments", json_from_table(b->arguments));
      out.bindings.push_back(std::move(o));
    }
  }
}

json::object user_object(const user_record& u) {
  json::object limits;
  put_limit(limits, "max-channels", u.limits.max_channels);
  put_limit(limits, "max-connections", u.limits.max_connections);
  return {{"name", js(u.name)},
          {"password_hash", json::string(to_base64(u.password_hash))},
          {"hashing_algorithm", js(u.hashing_algorithm)},
          {"tags", words(u.tags)},
          {"limits", std::move(limits)}};
}

/// Only the name, as 3.10 has it, unless there is more to keep: then in the form of later versions.
json::object vhost_object(const vhost_record& v) {
  json::object out{{"name", js(v.name)}};
  json::object metadata;
  if (!v.description.empty()) metadata.emplace("description", js(v.description));
  if (!v.tags.empty()) metadata.emplace("tags", words(v.tags));
  if (!v.default_queue_type.empty()) metadata.emplace("default_queue_type", js(v.default_queue_type));
  if (!metadata.empty()) out.emplace("metadata", std::move(metadata));
  return out;
}

}  // namespace

json::object export_definitions(const broker_state& state, const export_versions& versions) {
  json::array users, vhosts, global_parameters;
  for (const auto* u : sorted(state.users, [](const user_ptr& x) -> const std::string& { return x->name; }))
    users.push_back(user_object(**u));
  sections all;
  for (const auto* v : sorted(state.vhosts, [](const vhost_ptr& x) -> const std::string& { return x->name(); })) {
    vhosts.push_back(vhost_object(*(*v)->record));
    add_rights(**v, all);
    add_parameters(**v, all);
    add_objects(**v, true, all);
  }
  for (const auto& entry : state.global_parameters)
    global_parameters.push_back(json::object{{"name", js(entry.first)}, {"value", parsed(entry.second)}});
  return {{"rabbit_version", js(versions.compatible_version)},
          {"rabbitmq_version", js(versions.compatible_version)},
          {"product_name", js(versions.product_name)},
          {"product_version", js(versions.product_version)},
          {"users", std::move(users)},
          {"vhosts", std::move(vhosts)},
          {"permissions", std::move(all.permissions)},
          {"topic_permissions", std::move(all.topic_permissions)},
          {"parameters", std::move(all.parameters)},
          {"global_parameters", std::move(global_parameters)},
          {"policies", std::move(all.policies)},
          {"queues", std::move(all.queues)},
          {"exchanges", std::move(all.exchanges)},
          {"bindings", std::move(all.bindings)}};
}

json::object export_vhost_definitions(const broker_state& state, std::string_view name,
                                      const export_versions& versions) {
  const auto v = state.find_vhost(name);
  if (!v) return {};
  sections all;
  add_parameters(*v, all);
  add_objects(*v, false, all);
  return {{"rabbit_version", js(versions.compatible_version)},
          {"parameters", std::move(all.parameters)},
          {"policies", std::move(all.policies)},
          {"queues", std::move(all.queues)},
          {"exchanges", std::move(all.exchanges)},
          {"bindings", std::move(all.bindings)}};
}

}  // namespace warren::actors
