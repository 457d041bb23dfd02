#include "actors/control/command_actor.hpp"
#include "actors/control/command_table.hpp"
#include "actors/control/metadata_rows.hpp"
#include "core/base/pattern.hpp"

// What users may do in a vhost. The texts and exit codes differ from command to command: they are RabbitMQ's.

namespace warren::actors {

namespace {

/// User and vhost exist, as the commands that change rights want it; otherwise the command has failed.
bool check_ends(command_actor& call, const std::string& user) {
  const auto state = call.state();
  if (state->find_user(user) == nullptr) {
    call.fail(exit_code::no_user, "User " + user + " does not exist");
    return false;
  }
  if (!state->find_vhost(call.vhost())) {
    call.fail(exit_code::unavailable, "Virtual host " + call.vhost() + " does not exist");
    return false;
  }
  return true;
}

/// `{:invalid_regexp, '(', {'missing )', 1}}`, of the first that is none.
bool check_expressions(command_actor& call, std::size_t from) {
  for (std::size_t i = from; i < call.arguments(); ++i) {
    const auto compiled = pattern::compile_right(call.argument(i));
    if (compiled) continue;
    std::string why = compiled.failure().text;  // {"missing )",1}
    for (char& c : why)
      if (c == '"') c = '\'';
    if (const auto comma = why.rfind("',"); comma != std::string::npos) why.insert(comma + 2, " ");
    call.fail(exit_code::unavailable, "{:invalid_regexp, '" + call.argument(i) + "', " + why + "}");
    return false;
  }
  return true;
}

void set_permissions(command_actor& call) {
  if (!check_expressions(call, 1) || !check_ends(call, call.argument(0))) return;
  call.apply_and_finish(
      set_permission{call.argument(0), call.vhost(), call.argument(1), call.argument(2), call.argument(3)});
}

void clear_permissions(command_actor& call) {
  if (check_ends(call, call.argument(0))) call.apply_and_finish(clear_permission{call.argument(0), call.vhost()});
}

void set_topic_permissions(command_actor& call) {
  if (!check_expressions(call, 2) || !check_ends(call, call.argument(0))) return;
  call.apply_and_finish(
      set_topic_permission{call.argument(0), call.vhost(), call.argument(1), call.argument(2), call.argument(3)});
}

void clear_topic_permissions(command_actor& call) {
  if (!check_ends(call, call.argument(0))) return;
  call.apply_and_finish(clear_topic_permission{call.argument(0), call.vhost(), call.argument(1), call.arguments() < 2});
}

void list_permissions(command_actor& call) {
  if (const vhost_ptr vhost = call.find_vhost()) call.finish(permission_rows(*vhost));
}

void list_topic_permissions(command_actor& call) {
  if (const vhost_ptr vhost = call.find_vhost()) call.finish(topic_permission_rows(*vhost));
}

template <boost::json::array (*Rows)(const broker_state&, const std::string&)>
void list_of_user(command_actor& call) {
  const auto state = call.state();
  const std::string& user = call.argument(0);
  if (state->find_user(user) == nullptr) return call.fail(exit_code::unavailable, "{:no_such_user, \"" + user + "\"}");
  call.finish(Rows(*state, user));
}

constexpr command_entry permission_table[] = {
    {"set_permissions", set_permissions},
    {"clear_permissions", clear_permissions},
    {"list_permissions", list_permissions},
    {"list_user_permissions", list_of_user<user_permission_rows>},
    {"set_topic_permissions", set_topic_permissions},
    {"clear_topic_permissions", clear_topic_permissions},
    {"list_topic_permissions", list_topic_permissions},
    {"list_user_topic_permissions", list_of_user<user_topic_permission_rows>},
};

}  // namespace

std::span<const command_entry> permission_commands() { return permission_table; }

}  // namespace warren::actors
