#include <algorithm>

#include "core/metadata/object_editor.hpp"
#include "core/metadata/transaction.hpp"

// Commands about policies and parameters.

namespace warren {
namespace {

policy_list& list_of(vhost_topology& vhost, policy_kind kind) {
  return kind == policy_kind::user ? vhost.policies : vhost.operator_policies;
}

/// The list without the policy of this name.
std::vector<policy_ptr> others(const policy_list& list, std::string_view name) {
  std::vector<policy_ptr> rest;
  if (list != nullptr) {
    std::copy_if(list->begin(), list->end(), std::back_inserter(rest),
                 [&](const policy_ptr& p) { return p->name != name; });
  }
  return rest;
}

bool known_component(std::string_view component) {
  return component == "federation-upstream" || component == "federation-upstream-set" || component == "shovel";
}

error refused_component(const std::string& component) {
  // The other components of RabbitMQ's definitions have commands of their own: set_policy and set_vhost_limits.
  return fail(reply_code::precondition_failed, "Validation failed\n\ncomponent " + component + " not found\n");
}

}  // namespace

void transaction::operator()(const set_policy& c) {
  edit_vhost(c.vhost, [&](vhost_topology& vhost) {
    auto made = make_policy(c.kind, c.name, c.pattern, c.apply_to, c.priority, c.definition);
    if (!made) return refuse(made.failure());
    policy_list& list = list_of(vhost, c.kind);
    std::vector<policy_ptr> changed = others(list, c.name);
    const auto place = std::find_if(changed.begin(), changed.end(),
                                    [&](const policy_ptr& p) { return p->priority <= c.priority; });  // newest first
    changed.insert(place, std::move(*made));
    list = std::make_shared<const std::vector<policy_ptr>>(std::move(changed));
    happened(policy_changed{c.vhost, c.name, c.kind, false});
    object_editor(vhost, out.events).apply_policies();
  });
}

void transaction::operator()(const clear_policy& c) {
  edit_vhost(c.vhost, [&](vhost_topology& vhost) {
    policy_list& list = list_of(vhost, c.kind);
    std::vector<policy_ptr> left = others(list, c.name);
    if (list == nullptr || left.size() == list->size())
      return refuse(reply_code::not_found, "Parameter does not exist");
    list = left.empty() ? nullptr : std::make_shared<const std::vector<policy_ptr>>(std::move(left));
    happened(policy_changed{c.vhost, c.name, c.kind, true});
    object_editor(vhost, out.events).apply_policies();
  });
}

void transaction::operator()(const set_parameter& c) {
  if (!known_component(c.component)) return refuse(refused_component(c.component));
  edit_vhost(c.vhost, [&](vhost_topology& vhost) {
    auto all = vhost.parameters == nullptr ? std::map<parameter_key, std::string>{} : *vhost.parameters;
    all[{c.component, c.name}] = c.json;
    vhost.parameters = std::make_shared<const std::map<parameter_key, std::string>>(std::move(all));
    happened(parameter_changed{c.vhost, c.component, c.name, false});
  });
}

void transaction::operator()(const clear_parameter& c) {
  if (!known_component(c.component)) return refuse(refused_component(c.component));
  edit_vhost(c.vhost, [&](vhost_topology& vhost) {
    auto all = vhost.parameters == nullptr ? std::map<parameter_key, std::string>{} : *vhost.parameters;
    if (all.erase({c.component, c.name}) == 0) return refuse(reply_code::not_found, "Parameter does not exist");
    vhost.parameters = std::make_shared<const std::map<parameter_key, std::string>>(std::move(all));
    happened(parameter_changed{c.vhost, c.component, c.name, true});
  });
}

void transaction::operator()(const set_global_parameter& c) {
  state.global_parameters.set(c.name, c.json);
  happened(global_parameter_changed{c.name, false});
}

void transaction::operator()(const clear_global_parameter& c) {
  if (!state.global_parameters.erase(c.name)) return refuse(reply_code::not_found, "Parameter does not exist");
  happened(global_parameter_changed{c.name, true});
}

}  // namespace warren
