#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/ids.hpp"
#include "core/message/field_table.hpp"
#include "core/queue/queue_settings.hpp"

namespace warren {

// What was declared. These records never change during the life of their object, so that routing tables, channels and
// queue actors may keep pointers to them; what policies change stands beside them (*_in_force).

enum class exchange_type : std::uint8_t { direct, fanout, topic, headers, consistent_hash, random, recent_history };
[[nodiscard]] std::string_view to_string(exchange_type);  ///< `direct`, `x-consistent-hash`, …
[[nodiscard]] std::optional<exchange_type> exchange_type_named(std::string_view name);

struct exchange_record {
  std::string vhost;
  std::string name;  ///< "" is the default exchange
  exchange_type type = exchange_type::direct;
  bool durable = false;
  bool auto_delete = false;
  bool internal = false;
  field_table arguments;
  std::string node;  ///< the home node of a transient one; a durable one belongs to the cluster
};
using exchange_ptr = std::shared_ptr<const exchange_record>;

struct queue_record {
  queue_id id;
  std::string vhost;
  std::string name;
  std::string type = "classic";
  std::string node;               ///< the home node's name
  connection_id exclusive_owner;  ///< none = not exclusive; exclusive queues are never durable
  bool durable = false;
  bool auto_delete = false;
  field_table arguments;

  [[nodiscard]] bool exclusive() const { return static_cast<bool>(exclusive_owner); }
};
using queue_ptr = std::shared_ptr<const queue_record>;

enum class destination_kind : std::uint8_t { queue, exchange };

/// The whole record is its identity: two bindings are the same when all of it is equal.
struct binding_record {
  std::string source;
  destination_kind kind = destination_kind::queue;
  std::string destination;
  std::string routing_key;
  field_table arguments;

  friend bool operator==(const binding_record&, const binding_record&) = default;
};
using binding_ptr = std::shared_ptr<const binding_record>;
[[nodiscard]] std::uint64_t hash_of(const binding_record& binding);
/// Arguments in the order of their names, as RabbitMQ keeps and compares them.
[[nodiscard]] field_table sorted_fields(field_table table);

/// What is in force for a queue: its arguments merged with its policies.
struct queue_in_force {
  queue_settings settings;
  std::string policy;           ///< name of the user policy that applies; empty = none
  std::string operator_policy;  ///< the same for operator policies

  friend bool operator==(const queue_in_force&, const queue_in_force&) = default;
};
using queue_in_force_ptr = std::shared_ptr<const queue_in_force>;

struct exchange_in_force {
  std::optional<std::string> alternate_exchange;
  std::string policy;
  std::string operator_policy;

  friend bool operator==(const exchange_in_force&, const exchange_in_force&) = default;
};
using exchange_in_force_ptr = std::shared_ptr<const exchange_in_force>;

/// A member of the cluster. Who takes part in its decisions is the log's own business; this is what operators are told.
struct node_record {
  std::string name;
  bool ram = false;  ///< it has no vote, and is listed as a RAM node
  std::string version;
  friend bool operator==(const node_record&, const node_record&) = default;
};

struct vhost_limits {  ///< absent or negative = unlimited, 0 = none
  std::optional<std::int64_t> max_connections, max_queues;
  friend bool operator==(const vhost_limits&, const vhost_limits&) = default;
};

struct vhost_record {
  std::string name;
  std::string description;
  std::vector<std::string> tags;
  std::string default_queue_type;  ///< empty = not set
  bool tracing = false;
  vhost_limits limits;
};

}  // namespace warren
