#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "actors/control/command_actor.hpp"
#include "actors/control/live_rows.hpp"

namespace warren::actors {

/// Names of actors of this node, as they appear in listings.
class pid_names {
 public:
  explicit pid_names(command_actor& call);
  [[nodiscard]] std::string of(const caf::actor& who) const { return who ? of(who.id()) : std::string(); }
  [[nodiscard]] std::string of(caf::actor_id id) const { return pid(id); }
  [[nodiscard]] std::string channel(channel_id id) const { return of(services_->channels.find(id)); }
  [[nodiscard]] std::string connection(connection_id id) const { return of(services_->connections.find(id)); }

 private:
  [[nodiscard]] std::string pid(caf::actor_id id) const;
  std::string node_;
  std::uint64_t creation_;
  node_services* services_;
};

/// A queue of this node and what it answered; `status` is empty when it did not answer, or there was no actor to ask.
struct asked_queue {
  queue_state declared;
  caf::actor actor;
  std::optional<queue_status> status;
};

/// Whether the queue's home is this node.
[[nodiscard]] bool is_here(command_actor& call, const queue_record& queue);

/// Asks all queues of the vhost that live on this node. `ask` false: nobody is asked, the declarations are enough.
void ask_queues(command_actor& call, const vhost_topology& vhost, bool ask, bool with_consumers,
                std::chrono::milliseconds limit, std::function<void(std::vector<asked_queue>&)> then);

}  // namespace warren::actors
