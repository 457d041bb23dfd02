#pragma once

#include <caf/all.hpp>
#include <memory>
#include <optional>
#include <string>

#include "core/base/result.hpp"
#include "core/metadata/commands.hpp"
#include "core/metadata/records.hpp"

namespace warren::actors {

/// Request: apply one command. Answered by metadata_answer once it is durable (if it concerns something durable), visible in
/// node_services::metadata_now, and the actors that it calls for are running.
struct metadata_apply {
  std::shared_ptr<const command> what;
  connection_id connection;  ///< on whose behalf; the owner of what is exclusive
};
struct metadata_answer {
  std::optional<error> failure;
  queue_ptr queue;  ///< declare_queue, delete_queue
  bool changed = false;
};
/// A queue deletes itself: its last consumer went, or it expired. Not answered.
struct metadata_delete_queue {
  std::string vhost, name;
  queue_id id;
};
/// The connection is over: its exclusive queues go. Answered by metadata_done.
struct metadata_connection_gone {
  connection_id connection;
};
struct metadata_done {};
/// Request, answered by metadata_done once this node has what the cluster had agreed upon when it was asked: at its start.
struct metadata_await_current {};
/// Request, answered by metadata_membership_done: make this node a member of the cluster that `seed` belongs to (links to it are
/// kept from now on), or take `node` out of this node's cluster. Bounded in time.
struct metadata_join {
  std::string seed, version;
  std::uint64_t server = 0;
  bool ram = false;
};
struct metadata_leave {
  std::string node;
};
struct metadata_membership_done {
  std::string failed;  ///< "" = done
};
/// Request, answered the same way: go on without those who cannot be reached (force_boot).
struct metadata_force {};
/// Request: the application stops: this node's transient objects go. Answered by metadata_done.
struct metadata_drop_transients {};

}  // namespace warren::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::metadata_apply)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::metadata_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::metadata_delete_queue)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::metadata_connection_gone)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::metadata_done)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::metadata_await_current)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::metadata_drop_transients)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::metadata_join)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::metadata_leave)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::metadata_membership_done)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::metadata_force)
