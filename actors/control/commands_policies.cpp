#include <charconv>

#include "actors/control/command_actor.hpp"
#include "actors/control/command_table.hpp"
#include "actors/control/json_input.hpp"
#include "actors/control/metadata_rows.hpp"

namespace warren::actors {

namespace {

auto refused_policy(command_actor& call) {
  return [&call](const error& e) {
    if (e.text == "Virtual host '" + call.vhost() + "' does not exist")
      return call.fail(exit_code::data_error, e.text, control_error::layout::bare);
    call.fail(exit_code::unavailable, e.text);
  };
}

template <policy_kind Kind>
void set_policy_of(command_actor& call) {
  if (!call.find_vhost()) return;
  const std::string priority_text = call.request().option("priority", "0");
  std::int64_t priority = 0;
  const char* end = priority_text.data() + priority_text.size();
  if (std::from_chars(priority_text.data(), end, priority).ptr != end || priority_text.empty())
    return call.fail(exit_code::usage, "Invalid options for this command:\n--priority : " + priority_text,
                     control_error::layout::validation);
  auto definition = read_json_table(call.argument(2), "definition");
  if (!definition) return call.fail(exit_code::unavailable, definition.failure().text);
  const std::string apply_to = call.request().option("apply-to", Kind == policy_kind::user ? "all" : "queues");
  call.apply_and_finish(
      set_policy{call.vhost(), Kind, call.argument(0), call.argument(1), apply_to, priority, std::move(*definition)},
      refused_policy(call));
}

template <policy_kind Kind>
void clear_policy_of(command_actor& call) {
  if (call.find_vhost())
    call.apply_and_finish(clear_policy{call.vhost(), Kind, call.argument(0)}, refused_policy(call));
}

template <policy_kind Kind>
void list_policies_of(command_actor& call) {
  if (const vhost_ptr vhost = call.find_vhost()) call.finish(policy_rows(*vhost, Kind));
}

constexpr command_entry policy_table[] = {
    {"set_policy", set_policy_of<policy_kind::user>},
    {"clear_policy", clear_policy_of<policy_kind::user>},
    {"list_policies", list_policies_of<policy_kind::user>},
    {"set_operator_policy", set_policy_of<policy_kind::operator_>},
    {"clear_operator_policy", clear_policy_of<policy_kind::operator_>},
    {"list_operator_policies", list_policies_of<policy_kind::operator_>},
};

}  // namespace

std::span<const command_entry> policy_commands() { return policy_table; }

}  // namespace warren::actors
