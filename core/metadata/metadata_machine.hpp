#pragma once

#include <vector>

#include "core/base/result.hpp"
#include "core/metadata/cascade_rule.hpp"
#include "core/metadata/commands.hpp"
#include "core/metadata/events.hpp"
#include "core/metadata/topology.hpp"

namespace warren {

/// What apply() did.
struct applied {
  status result = success{};           ///< a failed command changed nothing
  std::vector<metadata_event> events;  ///< in order
  /// What must be in the log, in this order, so that replay() gives the same durable state: the command itself when it
  /// concerns durable objects (with its queue id filled in), then every durable auto-delete exchange that went with it.
  std::vector<command> to_log;
  queue_ptr queue;              ///< declare_queue: the queue, new or not; delete_queue: the one that was deleted
  queue_in_force_ptr in_force;  ///< declare_queue
  bool changed = false;         ///< false: it was so already
};

/// All metadata of the broker as a state machine: commands in, a new immutable snapshot and events out. Deterministic:
/// the same commands give the same state on every node. The shell is actors/metadata/.
class metadata_machine {
 public:
  metadata_machine() : state_(std::make_shared<const broker_state>()) {}
  explicit metadata_machine(broker_snapshot state) : state_(std::move(state)) {}

  applied apply(const command& c);

  /// A command from to_log of an earlier life. Auto-delete exchanges do not go with their last binding: whether it was
  /// the last depended on transient bindings too, and the log says which exchanges went. A log may be replayed over a
  /// snapshot that is newer than its beginning: a command that fails then is to be ignored, what follows in the log
  /// makes up for it.
  applied replay(const command& c);

  /// O(1). Never changes; read it from any thread.
  [[nodiscard]] const broker_snapshot& snapshot() const { return state_; }

 private:
  friend class cluster_metadata;
  applied run(const command& c, cascade_rule cascades, bool limits = true);
  broker_snapshot state_;
};

/// True when the command concerns something that survives a restart, so that it has to be logged (in a cluster: agreed
/// upon) before it is answered: durable exchanges, durable queues, bindings between durable ends, and everything that
/// is no object.
[[nodiscard]] bool is_durable(const command& c, const broker_state& state);

/// Commands that make an empty machine equal to the durable part of `state`: the contents of a snapshot file.
[[nodiscard]] std::vector<command> export_durable(const broker_state& state);
/// With the transient objects too.
[[nodiscard]] std::vector<command> export_all(const broker_state& state);

}  // namespace warren
