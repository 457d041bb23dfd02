#pragma once

#include <caf/all.hpp>
#include <utility>

#include "supervision/machine/types.hpp"

namespace warren::supervision {

/// The end of a child, told to its supervisor with the key that the machine knows it by: CAF's own monitor would need a
/// table from actor ids to keys (~50 bytes a child) and could not tell one incarnation from the next.
struct child_down {
  child_key key = 0;
  supervision::incarnation incarnation = 0;
  caf::error reason;
};

class child_watch final : public caf::attachable {
 public:
  child_watch(caf::actor_addr supervisor, child_key key, incarnation inc)
      : supervisor_(std::move(supervisor)), key_(key), incarnation_(inc) {}

  /// Runs on the dying child's thread, or at once when it is attached to a dead actor.
  void actor_exited(const caf::error& reason, caf::execution_unit*) override {
    if (const auto supervisor = caf::actor_cast<caf::strong_actor_ptr>(supervisor_))
      supervisor->enqueue(nullptr, caf::make_message_id(), caf::make_message(child_down{key_, incarnation_, reason}),
                          nullptr);
  }

 private:
  caf::actor_addr supervisor_;
  child_key key_;
  incarnation incarnation_;
};

}  // namespace warren::supervision

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::supervision::child_down)
