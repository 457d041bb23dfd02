#pragma once

#include <string>
#include <variant>

#include "core/base/persistent_map.hpp"
#include "core/routing/headers_index.hpp"
#include "core/routing/target_set.hpp"
#include "core/routing/topic_trie.hpp"
#include "core/routing/weighted_targets.hpp"

namespace warren {

using direct_index = persistent_map<std::string, target_set>;  ///< by routing key

/// The bindings of one exchange, arranged for its type. A value: copies share structure.
class routing_index {
 public:
  using form = std::variant<direct_index, target_set, topic_trie, headers_index, weighted_targets>;

  explicit routing_index(exchange_type type);

  /// The binding is known to be valid for the type and new.
  void add(const binding_ptr& binding, const route_target& target);
  void remove(const binding_ptr& binding, const route_target& target);

  [[nodiscard]] const form& get() const { return form_; }

 private:
  form form_;
};

}  // namespace warren
