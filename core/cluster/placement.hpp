#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace warren {

/// Where a new queue goes (rabbit_queue_master_location_misc): client-local, min-masters, random.
enum class queue_locator : std::uint8_t { client_local, min_masters, random };

/// `client-local`, `min-masters`, `random`; quorum queues' and newer brokers' words mean the nearest of these: `balanced` and
/// `least-leaders` are min-masters. nullopt: not a locator; then the next that has a say decides.
[[nodiscard]] std::optional<queue_locator> queue_locator_named(std::string_view name);

/// The first that names a locator: the queue's argument, its policy, the configuration. None does: client-local.
[[nodiscard]] queue_locator locator_in_force(std::optional<std::string_view> argument, std::optional<std::string_view> policy,
                                             std::string_view configured);

/// A node that may be a queue's home.
struct placement_candidate {
  std::string name;
  std::uint64_t queues = 0;  ///< whose home it is
};

/// The home of a new queue. `candidates`: the nodes that run, in any order, the declaring one among them or not. Among nodes
/// with equally few queues the declaring one comes first, then the order of names. `random`: any number.
[[nodiscard]] std::string place_queue(queue_locator how, std::span<const placement_candidate> candidates, std::string_view declaring_node,
                                      std::uint64_t random);

}  // namespace warren
