#include "actors/auth/credential_validator.hpp"
#include "actors/auth/password_hash.hpp"
#include "actors/connection/login.hpp"
#include "actors/control/command_actor.hpp"
#include "actors/control/command_table.hpp"
#include "actors/control/json_input.hpp"
#include "actors/control/json_values.hpp"
#include "actors/control/metadata_rows.hpp"
#include "core/access/access.hpp"

// Users, their passwords, tags and limits.

namespace warren::actors {

namespace json = boost::json;

namespace {

std::string no_such_user(const std::string& name) { return "User \"" + name + "\" does not exist"; }

/// Fails the command when there is no such user.
const user_record* known_user(command_actor& call, const broker_snapshot& state, const std::string& name) {
  const user_record* user = state->find_user(name);
  if (user == nullptr) call.fail(exit_code::no_user, no_such_user(name));
  return user;
}

auto refused_as_missing_user(command_actor& call, const std::string& name) {
  return [&call, name](const error& e) {
    if (e.code == reply_code::not_found) return call.fail(exit_code::no_user, no_such_user(name));
    call.fail(exit_code::unavailable, e.text);
  };
}

/// False: the password is not good enough, the command has failed.
bool accept_password(command_actor& call, const std::string& password) {
  const auto refused = refuse_credentials(call.services().options.credentials, password);
  if (refused) call.fail(exit_code::unavailable, *refused);
  return !refused;
}

void add_user(command_actor& call) {
  const std::string& name = call.argument(0);
  const std::string& password = call.argument(1);
  if (name.empty())
    return call.fail(exit_code::data_error, "Bad argument: user cannot be an empty string",
                     control_error::layout::validation);
  if (call.state()->find_user(name) != nullptr)
    return call.fail(exit_code::software, "User \"" + name + "\" already exists");
  if (!accept_password(call, password)) return;
  const password_hashing hashing = call.services().options.hashing;
  call.apply_and_finish(
      put_user{name, hash_password(hashing, password), std::string(hashing_module(hashing)), {}, true},
      [&call](const error& e) { call.fail(exit_code::software, e.text); });
}

void change_password(command_actor& call) {
  const std::string& name = call.argument(0);
  const auto state = call.state();
  if (known_user(call, state, name) == nullptr || !accept_password(call, call.argument(1))) return;
  const password_hashing hashing = call.services().options.hashing;
  call.apply_and_finish(
      set_password{name, hash_password(hashing, call.argument(1)), std::string(hashing_module(hashing))},
      refused_as_missing_user(call, name));
}

void clear_password(command_actor& call) {
  const auto state = call.state();
  const user_record* user = known_user(call, state, call.argument(0));
  if (user == nullptr) return;
  call.apply_and_finish(set_password{user->name, "", user->hashing_algorithm},
                        refused_as_missing_user(call, user->name));
}

void delete_user_command(command_actor& call) {
  const auto state = call.state();
  if (known_user(call, state, call.argument(0)) == nullptr) return;
  call.apply_and_finish(delete_user{call.argument(0)}, refused_as_missing_user(call, call.argument(0)));
}

void authenticate_user(command_actor& call) {
  // the loopback rule is about where a client comes from: a tool is as good as on this host
  if (const auto refused = check_login(call.services(), {"PLAIN", call.argument(0), call.argument(1), "127.0.0.1"}))
    return call.fail(exit_code::data_error,
                     "Error: failed to authenticate user \"" + call.argument(0) + "\"\n" + *refused);
  call.finish("Success");
}

void set_tags_of_user(command_actor& call) {
  const auto state = call.state();
  if (known_user(call, state, call.argument(0)) == nullptr) return;
  call.apply_and_finish(set_user_tags{call.argument(0), call.arguments_from(1)},
                        refused_as_missing_user(call, call.argument(0)));
}

void list_users(command_actor& call) { call.finish(user_rows(*call.state())); }

// ---- limits

void set_limits_of_user(command_actor& call) {
  const auto state = call.state();
  const user_record* user = known_user(call, state, call.argument(0));
  if (user == nullptr) return;
  const auto table = read_json_table(call.argument(1), "user-limits");
  if (!table) return call.fail(exit_code::unavailable, table.failure().text);
  const auto limits = parse_user_limits(*table);
  if (!limits) return call.fail(exit_code::unavailable, limits.failure().text);
  user_limits merged = user->limits;  // RabbitMQ keeps what is not named
  if (limits.value().max_connections) merged.max_connections = limits.value().max_connections;
  if (limits.value().max_channels) merged.max_channels = limits.value().max_channels;
  call.apply_and_finish(set_user_limits{user->name, merged}, refused_as_missing_user(call, user->name));
}

void clear_limits_of_user(command_actor& call) {
  const auto state = call.state();
  const user_record* user = known_user(call, state, call.argument(0));
  if (user == nullptr) return;
  const std::string& which = call.argument(1);
  user_limits left = user->limits;
  if (which == "all") {
    left = {};
  } else if (which == "max-connections") {
    left.max_connections.reset();
  } else if (which == "max-channels") {
    left.max_channels.reset();
  }  // another name clears nothing, as in RabbitMQ
  call.apply_and_finish(set_user_limits{user->name, left}, refused_as_missing_user(call, user->name));
}

void list_limits_of_user(command_actor& call) {
  const auto state = call.state();
  if (call.request().flag("global")) {
    json::array rows;
    for (const user_ptr* u :
         sorted_entries(state->users, [](const user_ptr& x) -> const std::string& { return x->name; }))
      if ((*u)->limits != user_limits{})
        rows.push_back(json::object{{"user", json_text((*u)->name)}, {"limits", json_text(limits_text((*u)->limits))}});
    return call.finish(std::move(rows));
  }
  const user_record* user = known_user(call, state, call.request().option("user", "guest"));
  if (user != nullptr)
    call.finish(json::object{{"node", call.node_name()}, {"result", "ok"}, {"value", limits_text(user->limits)}});
}

constexpr command_entry user_table[] = {
    {"add_user", add_user},
    {"change_password", change_password},
    {"clear_password", clear_password},
    {"delete_user", delete_user_command},
    {"authenticate_user", authenticate_user},
    {"set_user_tags", set_tags_of_user},
    {"list_users", list_users},
    {"set_user_limits", set_limits_of_user},
    {"clear_user_limits", clear_limits_of_user},
    {"list_user_limits", list_limits_of_user},
};

}  // namespace

std::span<const command_entry> user_commands() { return user_table; }

}  // namespace warren::actors
