#pragma once

#include <string>
#include <string_view>

#include "core/access/access.hpp"
#include "core/base/result.hpp"
#include "core/metadata/commands.hpp"
#include "core/metadata/topology.hpp"

namespace warren {

// What a channel asks before it sends a command to the metadata machine, on its own snapshot: permissions, equivalence
// and validity in RabbitMQ's order of precedence, with RabbitMQ's codes and texts. The machine runs the same checks
// again when it applies the command (without permissions: it is told things by the broker itself, too).

struct caller {
  connection_id connection;              ///< whose exclusive queues may be used; none = nobody's
  const access_scope* access = nullptr;  ///< null = no permissions are checked
  bool limits = true;                    ///< false: the node that asked has checked them

  /// Neither a connection nor a user: the broker itself, to which nothing is locked.
  [[nodiscard]] bool is_broker() const { return !connection && access == nullptr; }
};

/// CR and LF are removed from declared names.
[[nodiscard]] std::string declared_name(std::string_view from_client);

/// Null: it does not exist and the command would create it. Otherwise it exists and is equivalent: no write is needed.
[[nodiscard]] result<const queue_state*> check_declare_queue(const vhost_topology&, const caller&,
                                                             const declare_queue&);
[[nodiscard]] result<const exchange_state*> check_declare_exchange(const vhost_topology&, const caller&,
                                                                   const declare_exchange&);

/// queue.declare and exchange.declare with passive=true: existence (404) and, for queues, exclusivity (405). No
/// permissions.
[[nodiscard]] result<const queue_state*> check_passive_queue(const vhost_topology&, const caller&,
                                                             std::string_view name);
[[nodiscard]] result<const exchange_state*> check_passive_exchange(const vhost_topology&, std::string_view name);

/// basic.consume, basic.get, queue.purge (read): permission, existence, exclusivity.
[[nodiscard]] result<const queue_state*> check_use_queue(const vhost_topology&, const caller&, std::string_view name);

/// queue.delete (configure): null = it does not exist, which is success with 0 messages. if-unused and if-empty are
/// decided by the queue: in_use_error(), not_empty_error().
[[nodiscard]] result<const queue_state*> check_delete_queue(const vhost_topology&, const caller&,
                                                            std::string_view name);
[[nodiscard]] result<const exchange_state*> check_delete_exchange(const vhost_topology&, const caller&,
                                                                  const delete_exchange&);

/// Queue and exchange bindings. False: nothing to do (the same binding exists, or does not, respectively).
[[nodiscard]] result<bool> check_bind(const vhost_topology&, const caller&, const bind&);
[[nodiscard]] result<bool> check_unbind(const vhost_topology&, const caller&, const unbind&);

/// basic.publish: write permission, existence, not internal. The topic permission is asked per key:
/// access_scope::check_topic.
[[nodiscard]] result<const exchange_state*> check_publish(const vhost_topology&, const caller&,
                                                          std::string_view exchange);

// texts that the shells need
[[nodiscard]] std::string queue_label(std::string_view name, std::string_view vhost);  ///< `queue 'q' in vhost 'v'`
[[nodiscard]] std::string exchange_label(std::string_view name,
                                         std::string_view vhost);                      ///< `exchange 'x' in vhost 'v'`
[[nodiscard]] error no_queue_error(std::string_view name, std::string_view vhost);     ///< 404
[[nodiscard]] error queue_down_error(const queue_record& queue);                       ///< 404, its home node cannot be reached
[[nodiscard]] error no_exchange_error(std::string_view name, std::string_view vhost);  ///< 404
[[nodiscard]] error locked_error(const queue_record& queue);         ///< 405, somebody else's exclusive queue
[[nodiscard]] error in_use_error(const queue_record& queue);         ///< 406, queue.delete if-unused
[[nodiscard]] error not_empty_error(const queue_record& queue);      ///< 406, queue.delete if-empty
[[nodiscard]] error exclusive_use_error(const queue_record& queue);  ///< 403 `… in exclusive use`, basic.consume

}  // namespace warren
