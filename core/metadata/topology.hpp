#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/access/records.hpp"
#include "core/base/persistent_map.hpp"
#include "core/metadata/records.hpp"
#include "core/policy/policy.hpp"
#include "core/routing/routing_index.hpp"

namespace warren {

struct binding_of_ptr {
  const binding_record& operator()(const binding_ptr& b) const { return *b; }
};
using binding_set = persistent_table<binding_ptr, binding_of_ptr>;

/// A queue as a snapshot sees it.
struct queue_state {
  queue_ptr record;
  queue_in_force_ptr in_force;
  binding_set bindings;  ///< those that lead to it, without the implicit one of the default exchange
};
struct name_of_queue {
  std::string_view operator()(const queue_state& q) const { return q.record->name; }
};

/// An exchange as a snapshot sees it.
struct exchange_state {
  exchange_ptr record;
  exchange_in_force_ptr in_force;
  binding_set bindings;  ///< it is the source of these
  binding_set incoming;  ///< it is the destination of these
  routing_index routes;
};
struct name_of_exchange {
  std::string_view operator()(const exchange_state& x) const { return x.record->name; }
};

struct parameter_key {
  std::string component, name;
  friend auto operator<=>(const parameter_key&, const parameter_key&) = default;
};

struct user_of_permission {
  template <class Ptr>
  std::string_view operator()(const Ptr& p) const {
    return p->user;
  }
};

/// Everything of one virtual host: an immutable value whose copy is O(1). Pointers into it live as long as the
/// snapshot.
struct vhost_topology {
  std::shared_ptr<const vhost_record> record;
  persistent_table<exchange_state, name_of_exchange> exchanges;
  persistent_table<queue_state, name_of_queue> queues;
  policy_list policies, operator_policies;
  persistent_map<connection_id, std::shared_ptr<const std::vector<std::string>>> exclusive_queues;  ///< names by owner
  persistent_table<permission_ptr, user_of_permission> permissions;
  persistent_table<topic_permissions_ptr, user_of_permission> topic_permissions;
  std::shared_ptr<const std::map<parameter_key, std::string>> parameters;  ///< values are JSON texts; null = none

  [[nodiscard]] const std::string& name() const { return record->name; }
  [[nodiscard]] const exchange_state* find_exchange(std::string_view name) const { return exchanges.find(name); }
  [[nodiscard]] const queue_state* find_queue(std::string_view name) const { return queues.find(name); }
};
using vhost_ptr = std::shared_ptr<const vhost_topology>;

struct name_of_vhost {
  std::string_view operator()(const vhost_ptr& v) const { return v->record->name; }
};
struct name_of_user {
  std::string_view operator()(const user_ptr& u) const { return u->name; }
};

/// All metadata of the broker: an immutable value whose copy is O(1).
struct broker_state {
  persistent_table<vhost_ptr, name_of_vhost> vhosts;
  persistent_table<user_ptr, name_of_user> users;
  persistent_map<std::string, std::string> global_parameters;  ///< values are JSON texts
  persistent_map<std::string, node_record> nodes;               ///< members of the cluster, by name
  std::uint64_t next_queue_id = 1;
  std::uint64_t version = 0;  ///< counts applied commands that changed something

  [[nodiscard]] vhost_ptr find_vhost(std::string_view name) const;          ///< null when absent
  [[nodiscard]] const user_record* find_user(std::string_view name) const;  ///< null when absent
};
using broker_snapshot = std::shared_ptr<const broker_state>;

}  // namespace warren
