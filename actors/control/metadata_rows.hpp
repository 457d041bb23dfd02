#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <functional>
#include <span>
#include <string>

#include "actors/control/columns.hpp"
#include "core/metadata/topology.hpp"

namespace warren::actors {

// Pure: metadata as rows of the list commands, sorted by names.

struct vhost_item {
  const vhost_record* record;
  const boost::json::object* cluster_state;  ///< node → running, stopped
};
[[nodiscard]] std::span<const column<vhost_item>> vhost_columns();
[[nodiscard]] std::span<const column<exchange_state>> exchange_columns();
[[nodiscard]] std::span<const column<binding_record>> binding_columns();

[[nodiscard]] boost::json::array user_rows(const broker_state& state);
[[nodiscard]] boost::json::array permission_rows(const vhost_topology& vhost);
[[nodiscard]] boost::json::array user_permission_rows(const broker_state& state, const std::string& user);
[[nodiscard]] boost::json::array topic_permission_rows(const vhost_topology& vhost);
[[nodiscard]] boost::json::array user_topic_permission_rows(const broker_state& state, const std::string& user);
[[nodiscard]] boost::json::array policy_rows(const vhost_topology& vhost, policy_kind kind);
[[nodiscard]] boost::json::array parameter_rows(const vhost_topology& vhost);
[[nodiscard]] boost::json::array global_parameter_rows(const broker_state& state);
/// The implicit bindings of the default exchange first.
void for_each_binding(const vhost_topology& vhost, const std::function<void(const binding_record&)>& each);

/// `{"max-connections":64}`, sorted; "" when there is none.
[[nodiscard]] std::string limits_text(const vhost_limits& limits);
/// `{}` when there is none.
[[nodiscard]] std::string limits_text(const user_limits& limits);

/// Entries of a persistent table in the order of their names.
template <class Table, class NameOf>
[[nodiscard]] auto sorted_entries(const Table& table, NameOf name_of) {
  std::vector<const std::decay_t<decltype(*table.begin())>*> out;
  for (const auto& entry : table) out.push_back(&entry);
  std::sort(out.begin(), out.end(), [&](auto* a, auto* b) { return name_of(*a) < name_of(*b); });
  return out;
}

}  // namespace warren::actors
