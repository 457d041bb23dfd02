#pragma once

#include <string>
#include <variant>

#include "core/access/records.hpp"
#include "core/metadata/records.hpp"
#include "core/policy/policy.hpp"

namespace warren {

// What a command changed, for those who run the objects. In the order in which it happened.

struct vhost_created {
  std::string name;
};
struct vhost_changed {  ///< description, tags, limits, tracing
  std::string name;
};
struct vhost_deleted {  ///< after the events of everything in it
  std::string name;
};
struct queue_created {
  queue_ptr queue;
  queue_in_force_ptr in_force;
};
struct queue_deleted {
  queue_ptr queue;
};
struct queue_settings_changed {
  queue_ptr queue;
  queue_in_force_ptr before, now;
};
struct exchange_created {
  exchange_ptr exchange;
};
struct exchange_deleted {
  exchange_ptr exchange;
};
struct exchange_settings_changed {
  exchange_ptr exchange;
  exchange_in_force_ptr before, now;
};
struct binding_created {
  std::string vhost;
  binding_ptr binding;
  exchange_ptr source;
};
struct binding_deleted {
  std::string vhost;
  binding_ptr binding;
};
struct user_created {
  user_ptr user;
};
struct user_changed {  ///< password, tags or limits
  user_ptr user;
};
struct user_deleted {
  std::string name;
};
struct permission_changed {  ///< set or cleared, topic permissions too
  std::string user, vhost;
};
struct policy_changed {
  std::string vhost, name;
  policy_kind kind = policy_kind::user;
  bool cleared = false;
};
struct parameter_changed {
  std::string vhost, component, name;
  bool cleared = false;
};
struct global_parameter_changed {
  std::string name;
  bool cleared = false;
};

struct node_changed {  ///< a member came, changed or went
  std::string name;
};

using metadata_event =
    std::variant<vhost_created, vhost_changed, vhost_deleted, queue_created, queue_deleted, queue_settings_changed,
                 exchange_created, exchange_deleted, exchange_settings_changed, binding_created, binding_deleted,
                 user_created, user_changed, user_deleted, permission_changed, policy_changed, parameter_changed,
                 global_parameter_changed, node_changed>;

}  // namespace warren
