#pragma once

#include <cstdint>
#include <string_view>

#include "core/base/persistent_map.hpp"
#include "core/base/result.hpp"
#include "core/routing/target_set.hpp"

namespace warren {

/// The destinations of an x-consistent-hash exchange with their weights. Weighted rendezvous hashing: every destination
/// draws a number from the message's hash, the largest (weighted) wins. Exactly balanced, and a destination that comes
/// or goes moves only the keys that it wins or held; there is no ring to rebuild. Cost: a few ns for each destination.
class weighted_targets {
 public:
  struct entry {
    route_target target;
    std::uint64_t seed = 0;    ///< of the name, the same on every node
    std::uint64_t weight = 0;  ///< sum over its bindings
  };
  struct key_of_entry {
    target_key operator()(const entry& e) const { return key_of(e.target); }
  };

  void add(const route_target& target, std::uint64_t weight);
  void remove(const route_target& target, std::uint64_t weight);
  [[nodiscard]] const route_target* pick(std::uint64_t hash) const;  ///< null when empty
  [[nodiscard]] bool empty() const { return entries_.empty(); }
  [[nodiscard]] auto begin() const { return entries_.begin(); }
  [[nodiscard]] auto end() const { return entries_.end(); }

 private:
  persistent_table<entry, key_of_entry> entries_;
};

/// The binding key is the weight: an integer of at least 1, 406 with RabbitMQ's text otherwise.
[[nodiscard]] result<std::uint64_t> parse_weight(std::string_view binding_key);

}  // namespace warren
