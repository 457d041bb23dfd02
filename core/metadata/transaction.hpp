#pragma once

#include <memory>
#include <string_view>

#include "core/metadata/object_editor.hpp"

namespace warren {

/// One command being applied: a private copy of the state (O(1)) and the outcome so far. Published when the command
/// succeeds, forgotten when it fails. One overload a command.
class transaction {
 public:
  transaction(const broker_state& state, cascade_rule cascades) : state(state), cascades(cascades) {}

  broker_state state;
  const cascade_rule cascades;
  bool limits = true;  ///< vhost limits are checked; not when the cluster has agreed already
  applied out;

  // virtual hosts, users, rights: apply_access.cpp
  void operator()(const put_vhost&);
  void operator()(const delete_vhost&);
  void operator()(const set_vhost_limits&);
  void operator()(const set_vhost_tracing&);
  void operator()(const put_user&);
  void operator()(const delete_user&);
  void operator()(const set_password&);
  void operator()(const set_user_tags&);
  void operator()(const set_user_limits&);
  void operator()(const set_permission&);
  void operator()(const clear_permission&);
  void operator()(const set_topic_permission&);
  void operator()(const clear_topic_permission&);
  // policies and parameters: apply_policies.cpp
  void operator()(const set_policy&);
  void operator()(const clear_policy&);
  void operator()(const set_parameter&);
  void operator()(const clear_parameter&);
  void operator()(const set_global_parameter&);
  void operator()(const clear_global_parameter&);
  // exchanges, queues, bindings: apply_objects.cpp
  void operator()(const declare_exchange&);
  void operator()(const delete_exchange&);
  void operator()(const declare_queue&);
  void operator()(const delete_queue&);
  void operator()(const bind&);
  void operator()(const unbind&);
  void operator()(const delete_exclusive_queues&);
  void operator()(const reserve_queue_ids&);
  // members: apply_nodes.cpp
  void operator()(const put_node&);
  void operator()(const remove_node&);

 private:
  /// Runs edit(vhost_topology&) on a copy that replaces the virtual host afterwards, unless the command failed.
  template <class Edit>
  void edit_vhost(std::string_view name, Edit&& edit) {
    const vhost_ptr known = state.find_vhost(name);
    if (known == nullptr)
      return refuse(reply_code::not_found, "Virtual host '" + std::string(name) + "' does not exist");
    auto copy = std::make_shared<vhost_topology>(*known);
    edit(*copy);
    if (out.changed) state.vhosts.put(std::move(copy));
  }
  /// The same for a user's record.
  template <class Edit>
  void edit_user(std::string_view name, Edit&& edit) {
    const user_ptr* known = state.users.find(name);
    if (known == nullptr) return refuse(reply_code::not_found, "User \"" + std::string(name) + "\" does not exist");
    auto copy = std::make_shared<user_record>(**known);
    edit(*copy);
    happened(user_changed{copy});
    state.users.put(std::move(copy));
  }
  [[nodiscard]] bool user_exists(std::string_view name) {
    if (state.find_user(name) != nullptr) return true;
    refuse(reply_code::not_found, "User \"" + std::string(name) + "\" does not exist");
    return false;
  }
  void refuse(reply_code code, std::string text) { out.result = fail(code, std::move(text)); }
  void refuse(error why) { out.result = std::move(why); }
  void happened(metadata_event event) {
    out.changed = true;
    out.events.push_back(std::move(event));
  }
};

}  // namespace warren
