#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "core/access/records.hpp"
#include "core/base/ids.hpp"
#include "core/message/field_table.hpp"
#include "core/metadata/records.hpp"
#include "core/policy/policy.hpp"

namespace warren {

// Every change of metadata is one of these values. They are what is logged and, in a cluster, agreed upon.

// virtual hosts
struct put_vhost {  ///< creates with the predeclared exchanges, or changes the description, tags, queue type and
                    ///< tracing
  std::string name, description;
  std::vector<std::string> tags;
  std::string default_queue_type;
  bool tracing = false;
};
struct delete_vhost {
  std::string name;
};
struct set_vhost_limits {
  std::string vhost;
  vhost_limits limits;  ///< empty = clear
};
struct set_vhost_tracing {
  std::string vhost;
  bool on = false;
};

// users
struct put_user {
  std::string name, password_hash, hashing_algorithm;
  std::vector<std::string> tags;
  bool must_be_new = false;  ///< fail when the user exists (add_user), otherwise overwrite; limits are kept
};
struct delete_user {
  std::string name;
};
struct set_password {
  std::string name, password_hash, hashing_algorithm;  ///< empty hash = no password login
};
struct set_user_tags {
  std::string name;
  std::vector<std::string> tags;
};
struct set_user_limits {
  std::string name;
  user_limits limits;
};

// rights
struct set_permission {
  std::string user, vhost, configure, write, read;
};
struct clear_permission {
  std::string user, vhost;
};
struct set_topic_permission {
  std::string user, vhost, exchange, write, read;
};
struct clear_topic_permission {
  std::string user, vhost;
  std::string exchange;
  bool all_exchanges = false;
};

// policies and parameters
struct set_policy {
  std::string vhost;
  policy_kind kind = policy_kind::user;
  std::string name, pattern, apply_to = "all";
  std::int64_t priority = 0;
  field_table definition;
};
struct clear_policy {
  std::string vhost;
  policy_kind kind = policy_kind::user;
  std::string name;
};
struct set_parameter {
  std::string vhost, component, name, json;
};
struct clear_parameter {
  std::string vhost, component, name;
};
struct set_global_parameter {
  std::string name, json;
};
struct clear_global_parameter {
  std::string name;
};

// exchanges, queues, bindings
struct declare_exchange {
  std::string vhost, name, type;
  bool durable = false, auto_delete = false, internal = false;
  field_table arguments;
  bool system = false;  ///< the broker itself: reserved names are allowed
  std::string node;     ///< home node, if it is transient
};
struct delete_exchange {
  std::string vhost, name;
  bool if_unused = false;
};
struct declare_queue {
  std::string vhost, name;
  bool durable = false, auto_delete = false;
  connection_id exclusive_owner;  ///< none = not exclusive
  field_table arguments;
  std::string node;           ///< home node
  bool server_named = false;  ///< the name was generated: the reserved prefix is allowed
  queue_id id;                ///< none = chosen when applied; what is logged has it
};
struct delete_queue {
  std::string vhost, name;
  queue_id id;  ///< none = whatever has the name; otherwise only that very queue
};
struct bind {
  std::string vhost;
  binding_record binding;
};
struct unbind {
  std::string vhost;
  binding_record binding;
};
struct delete_exclusive_queues {  ///< a connection ended
  connection_id owner;
};

/// Only in exports: ids below were given away before.
struct reserve_queue_ids {
  std::uint64_t next = 1;
};

// members of the cluster
struct put_node {
  std::string name;
  bool ram = false;
  std::string version;
};
struct remove_node {
  std::string name;
};

/// The order is part of the stored format: append only (storage/metadata_codec.hpp).
using command =
    std::variant<put_vhost, delete_vhost, set_vhost_limits, set_vhost_tracing, put_user, delete_user, set_password,
                 set_user_tags, set_user_limits, set_permission, clear_permission, set_topic_permission,
                 clear_topic_permission, set_policy, clear_policy, set_parameter, clear_parameter, set_global_parameter,
                 clear_global_parameter, declare_exchange, delete_exchange, declare_queue, delete_queue, bind, unbind,
                 delete_exclusive_queues, reserve_queue_ids, put_node, remove_node>;

[[nodiscard]] std::string_view command_name(const command&);  ///< `declare_queue`, for logs

}  // namespace warren
