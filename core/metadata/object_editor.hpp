#pragma once

#include <string>
#include <string_view>

#include "core/metadata/metadata_machine.hpp"

namespace warren {

/// Changes to the objects of one virtual host, on a copy of its topology that the machine publishes afterwards. Keeps
/// the invariants that span objects: every binding is known to both of its ends and to the routes of its source, an
/// auto-delete exchange goes with its last binding, settings in force follow the policies. Reports what happened as
/// events.
class object_editor {
 public:
  object_editor(vhost_topology& vhost, std::vector<metadata_event>& events, cascade_rule cascades = {})
      : vhost_(vhost), events_(events), cascades_(cascades) {}

  void create_exchange(exchange_record record);
  void delete_exchange(std::string_view name);
  void create_queue(queue_record record);
  void delete_queue(std::string_view name);
  void add_binding(binding_record binding);
  void remove_binding(const binding_record& binding);
  void apply_policies();  ///< after a policy was set or cleared: recomputes what is in force for everything

  /// The exchanges that every virtual host has from the start, without events.
  void create_predeclared(const std::string& vhost);
  [[nodiscard]] static bool is_predeclared(std::string_view name);

 private:
  void insert_exchange(exchange_record record);
  void set_exclusive(const queue_record& queue, bool exists);
  void forget_at_destination(const binding_ptr& binding);
  void forget_at_source(const binding_ptr& binding, const route_target& target);
  [[nodiscard]] queue_in_force_ptr in_force_for(const queue_record& queue) const;
  [[nodiscard]] exchange_in_force_ptr in_force_for(const exchange_record& exchange) const;

  vhost_topology& vhost_;
  std::vector<metadata_event>& events_;
  [[nodiscard]] bool goes_when_deserted(const exchange_record& exchange) const;
  const cascade_rule cascades_;
};

}  // namespace warren
