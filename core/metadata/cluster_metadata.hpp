#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/metadata/metadata_machine.hpp"

namespace warren {

/// The metadata of one member of a cluster. Two kinds of objects live side by side in one snapshot:
///
///   agreed      durable objects and everything that is no object: changed by the cluster's log alone, equal on every
///   member that
///               has applied the same entries. The outcome of an agreed command depends on agreed things alone.
///   a node's    transient and exclusive queues, transient exchanges, bindings with such an end: changed by their home
///   node
///               alone, which announces every change; gone everywhere when that node goes (DESIGN, section 6).
///
/// Where they collide: an agreed object takes the name from a transient one; of two transient ones declared at the same
/// time that of the node with the smaller name stays.
class cluster_metadata {
 public:
  cluster_metadata(std::string self, broker_snapshot state) : self_(std::move(self)), machine_(std::move(state)) {}

  /// Who carries out a command that was asked for here.
  enum class way : std::uint8_t { agreed, here, elsewhere };
  struct route {
    way which;
    std::string node;  ///< elsewhere: the home node
  };
  [[nodiscard]] route route_of(const command& c) const;

  struct outcome {
    applied done;
    std::vector<command> announce;  ///< to every other member, in order
    std::vector<command> propose;   ///< to the cluster: durable auto-delete exchanges that have lost their last binding
  };
  /// An entry of the cluster's log. `proposed_here`: this member looks after what it causes (`propose`).
  outcome agreed(const command& c, bool proposed_here);
  /// A change of this node's own objects: route_of(c) is `here`, also when another member sent it (its view may be
  /// older).
  outcome here(const command& c);
  /// What another member says of its objects. What does not fit any more is left out.
  outcome announced(const std::string& from, const command& c);
  /// Everything of another member's, in place of what was known of it.
  outcome announced_anew(const std::string& from, const std::vector<command>& all);
  /// A member is gone, and its transient objects with it.
  outcome forget_node(const std::string& node) { return announced_anew(node, {}); }

  /// What announced_anew() on another member needs to know of this one.
  [[nodiscard]] std::vector<command> transients() const;

  [[nodiscard]] const broker_snapshot& snapshot() const { return machine_.snapshot(); }
  [[nodiscard]] const std::string& self() const { return self_; }
  /// A snapshot of the agreed part came from the leader; transient objects stay where they still fit.
  outcome install(broker_snapshot agreed_part);

 private:
  struct claim {
    std::string from;
    command what;  ///< declare_queue, declare_exchange or bind
  };

  applied run(const command& c, bool limits);
  outcome finish(applied done, const broker_snapshot& before, bool look_after, std::string_view announcer = {});
  applied agreed_object(const command& c);
  [[nodiscard]] bool fits(const claim& wanted, applied& into);
  void withdraw(const std::string& from, const command& gone);
  void remove_transient(const std::string& vhost, std::string_view name, bool queue, applied& into);
  void retry_waiting(applied& into);

  std::string self_;
  metadata_machine machine_;
  /// What other members have announced and not withdrawn, and what does not fit here now: the name is taken, an end of
  /// the binding is missing. The streams of different members are not ordered among each other; in the end all of it
  /// fits or is withdrawn.
  std::vector<claim> waiting_;
};

/// The events that lead from one state to another, as far as actors are concerned: virtual hosts, queues, what is in force for them.
[[nodiscard]] std::vector<metadata_event> differences(const broker_state& before, const broker_state& now);

/// The home node of a binding with a transient end: its destination's, else its source's; "" = agreed, or an end is
/// missing.
[[nodiscard]] std::string home_of_binding(const vhost_topology& vhost, const binding_record& b);

}  // namespace warren
