#include <deque>

#include "actors/control/command_actor.hpp"
#include "actors/control/command_table.hpp"
#include "actors/control/json_input.hpp"
#include "actors/control/json_values.hpp"
#include "actors/definitions/definition_files.hpp"
#include "actors/definitions/export_definitions.hpp"
#include "actors/definitions/import_definitions.hpp"
#include "actors/logging/log.hpp"

// Definitions travel between the tool and the node; files are the tool's.

namespace warren::actors {

namespace json = boost::json;

namespace {

/// RabbitMQ remembers under this global parameter what was imported last.
constexpr const char* hash_parameter = "imported_definition_hash_value";

void export_command(command_actor& call) { call.finish(export_definitions(*call.state())); }

struct import_run {
  std::deque<import_step> steps;
  std::string hash;
};

void refuse_step(command_actor& call, const std::string& where, const error& e) {
  if (e.text.starts_with("Virtual host '") && e.text.ends_with("' does not exist"))
    return call.fail(exit_code::data_error, e.text, control_error::layout::bare);
  call.fail(exit_code::unavailable, e.text + (e.text.ends_with('\n') ? "" : "\n") + " (" + where + ")");
}

void next_step(command_actor& call, std::shared_ptr<import_run> run) {
  if (run->steps.empty()) return call.apply_and_finish(set_global_parameter{hash_parameter, "\"" + run->hash + "\""});
  import_step step = std::move(run->steps.front());
  run->steps.pop_front();
  call.apply(
      std::move(step.what), [&call, run](const metadata_answer&) { next_step(call, run); },
      [&call, where = step.where](const error& e) { refuse_step(call, where, e); });
}

/// `{"queues":[{"name":"x"}]}` names no vhost: RabbitMQ looks for one that is called undefined.
bool names_no_vhost(const json::object& file) {
  for (const char* section : {"queues", "exchanges", "bindings", "permissions", "policies", "parameters"}) {
    const json::value* entries = file.if_contains(section);
    if (entries == nullptr || !entries->is_array()) continue;
    for (const json::value& entry : entries->get_array())
      if (entry.is_object() && !entry.get_object().contains("vhost")) return true;
  }
  return false;
}

void import_command(command_actor& call) {
  const std::string text = call.request().option("definitions");
  const auto parsed = read_json(text);
  if (!parsed || !parsed->is_object()) {
    std::string shown = text.substr(0, text.find('\n'));
    return call.fail(exit_code::data_error,
                     "Failed to deserialise input (format: JSON) (error: {:unexpected_token, \"" + shown + "\"})");
  }
  if (names_no_vhost(parsed->get_object()))
    return call.fail(exit_code::data_error, "Virtual host 'undefined' does not exist", control_error::layout::bare);
  auto run = std::make_shared<import_run>();
  run->hash = definitions_hash({{"", text}}, "sha256");
  const auto state = call.state();
  if (call.request().flag("skip-if-unchanged"))
    if (const std::string* last = state->global_parameters.get(std::string_view(hash_parameter));
        last != nullptr && *last == "\"" + run->hash + "\"")
      return call.finish();
  import_context context;
  context.state = state;
  context.node = call.node_name();
  context.hashing = call.services().options.hashing;
  auto plan = plan_import(text, context);
  if (!plan) return call.fail(exit_code::data_error, plan.failure().text);
  for (const std::string& what : plan->left_out) log_warning(log_category::plain, "import of definitions: {}", what);
  run->steps.assign(std::make_move_iterator(plan->steps.begin()), std::make_move_iterator(plan->steps.end()));
  next_step(call, std::move(run));
}

constexpr command_entry definition_table[] = {
    {"export_definitions", export_command},
    {"import_definitions", import_command},
};

}  // namespace

std::span<const command_entry> definition_commands() { return definition_table; }

}  // namespace warren::actors
