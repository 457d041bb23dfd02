#include <boost/json/serialize.hpp>

#include "actors/control/command_actor.hpp"
#include "actors/control/command_table.hpp"
#include "actors/control/json_input.hpp"
#include "actors/control/json_values.hpp"
#include "actors/control/metadata_rows.hpp"
#include "actors/definitions/json_fields.hpp"
#include "core/access/access.hpp"
#include "core/policy/parameter_validation.hpp"

// Runtime parameters. Policies and the limits of a vhost are parameters of RabbitMQ too and can be
// set_parameter_command by their component's name.

namespace warren::actors {

namespace json = boost::json;

namespace {

/// `{"pattern":…,"definition":{…},"priority":…,"apply-to":…}`
void set_policy_parameter(command_actor& call, policy_kind kind, const json::value& value) {
  const json::object* o = value.if_object();
  const json::value* pattern = o == nullptr ? nullptr : o->if_contains("pattern");
  const json::value* definition = o == nullptr ? nullptr : o->if_contains("definition");
  const std::string& name = call.argument(1);
  if (pattern == nullptr || !pattern->is_string())
    return call.fail(exit_code::unavailable, "Validation failed\n\nKey \"pattern\" not found in " + name + "\n");
  if (definition == nullptr || !definition->is_object())
    return call.fail(exit_code::unavailable, "Validation failed\n\nKey \"definition\" not found in " + name + "\n");
  auto table = table_from_json(definition->get_object(), "definition");
  if (!table) return call.fail(exit_code::unavailable, table.failure().text);
  set_policy c{call.vhost(), kind, name, std::string(pattern->get_string()), "all", 0, std::move(*table)};
  if (const json::value* v = o->if_contains("priority"); v != nullptr && v->is_int64()) c.priority = v->get_int64();
  if (const json::value* v = o->if_contains("apply-to"); v != nullptr && v->is_string()) c.apply_to = std::string(v->get_string());
  call.apply_and_finish(std::move(c));
}

void set_limits_parameter(command_actor& call, const json::value& value) {
  auto table = value.is_object() ? table_from_json(value.get_object(), "limits") : result<field_table>(field_table{});
  if (!table) return call.fail(exit_code::unavailable, table.failure().text);
  const auto limits = parse_vhost_limits(*table);
  if (!limits) return call.fail(exit_code::unavailable, limits.failure().text);
  call.apply_and_finish(set_vhost_limits{call.vhost(), *limits});
}

void set_parameter_command(command_actor& call) {
  if (!call.find_vhost()) return;
  const auto value = read_json(call.argument(2));
  if (!value) return call.fail(exit_code::unavailable, value.failure().text);
  const std::string& component = call.argument(0);
  if (component == "policy") return set_policy_parameter(call, policy_kind::user, *value);
  if (component == "operator_policy") return set_policy_parameter(call, policy_kind::operator_, *value);
  if (component == "vhost-limits") return set_limits_parameter(call, *value);
  const auto field = field_from_json(*value, call.argument(1));
  if (!field) return call.fail(exit_code::unavailable, field.failure().text);
  if (const status valid = validate_parameter(component, call.argument(1), *field); !valid)
    return call.fail(exit_code::unavailable, valid.failure().text);
  call.apply_and_finish(set_parameter{call.vhost(), component, call.argument(1), sorted_text(*value)});
}

void clear_parameter_command(command_actor& call) {
  if (!call.find_vhost()) return;
  const std::string& component = call.argument(0);
  if (component == "policy") return call.apply_and_finish(clear_policy{call.vhost(), policy_kind::user, call.argument(1)});
  if (component == "operator_policy") return call.apply_and_finish(clear_policy{call.vhost(), policy_kind::operator_, call.argument(1)});
  if (component == "vhost-limits") return call.apply_and_finish(set_vhost_limits{call.vhost(), {}});
  call.apply_and_finish(clear_parameter{call.vhost(), component, call.argument(1)});
}

void list_parameters(command_actor& call) {
  if (const vhost_ptr vhost = call.find_vhost()) call.finish(parameter_rows(*vhost));
}

void set_global_command(command_actor& call) {
  const auto value = read_json(call.argument(1));
  if (!value) return call.fail(exit_code::unavailable, value.failure().text);
  call.apply_and_finish(set_global_parameter{call.argument(0), sorted_text(*value)});
}

void clear_global_command(command_actor& call) { call.apply_and_finish(clear_global_parameter{call.argument(0)}); }
void list_global_parameters(command_actor& call) { call.finish(global_parameter_rows(*call.state())); }

void set_cluster_name(command_actor& call) {
  call.apply_and_finish(set_global_parameter{"cluster_name", json::serialize(json_text(call.argument(0)))});
}

constexpr command_entry parameter_table[] = {
    {"set_parameter", set_parameter_command},
    {"clear_parameter", clear_parameter_command},
    {"list_parameters", list_parameters},
    {"set_global_parameter", set_global_command},
    {"clear_global_parameter", clear_global_command},
    {"list_global_parameters", list_global_parameters},
    {"set_cluster_name", set_cluster_name},
};

}  // namespace

std::span<const command_entry> parameter_commands() { return parameter_table; }

}  // namespace warren::actors
