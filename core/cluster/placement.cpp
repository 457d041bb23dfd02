#include "core/cluster/placement.hpp"

#include <algorithm>
#include <tuple>
#include <vector>

namespace warren {

std::optional<queue_locator> queue_locator_named(std::string_view name) {
  if (name == "client-local") return queue_locator::client_local;
  if (name == "min-masters" || name == "balanced" || name == "least-leaders") return queue_locator::min_masters;
  if (name == "random") return queue_locator::random;
  return std::nullopt;
}

queue_locator locator_in_force(std::optional<std::string_view> argument, std::optional<std::string_view> policy,
                               std::string_view configured) {
  if (argument)
    if (const auto how = queue_locator_named(*argument)) return *how;
  if (policy)
    if (const auto how = queue_locator_named(*policy)) return *how;
  return queue_locator_named(configured).value_or(queue_locator::client_local);
}

std::string place_queue(queue_locator how, std::span<const placement_candidate> candidates, std::string_view declaring_node,
                        std::uint64_t random) {
  if (how == queue_locator::client_local || candidates.empty()) return std::string(declaring_node);
  if (how == queue_locator::min_masters) {
    const auto rank = [&](const placement_candidate& c) {
      return std::tuple(c.queues, c.name != declaring_node, std::string_view(c.name));
    };
    return std::min_element(candidates.begin(), candidates.end(), [&](const auto& a, const auto& b) { return rank(a) < rank(b); })->name;
  }
  std::vector<std::string_view> names;  // the same number gives the same node, whatever order they come in
  for (const placement_candidate& c : candidates) names.push_back(c.name);
  std::sort(names.begin(), names.end());
  return std::string(names[random % names.size()]);
}

}  // namespace warren
