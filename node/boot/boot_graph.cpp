#include "node/boot/boot_graph.hpp"

#include <algorithm>
#include <exception>

namespace warren::node {

std::optional<std::vector<std::size_t>> boot_order(const std::vector<boot_step>& steps) {
  std::vector<std::size_t> order;
  std::vector<bool> done(steps.size(), false);
  const auto is_done = [&](const std::string& name) {
    for (std::size_t i = 0; i < steps.size(); ++i)
      if (steps[i].name == name) return static_cast<bool>(done[i]);
    return false;
  };
  while (order.size() < steps.size()) {
    std::size_t next = 0;
    while (next < steps.size() && (done[next] || !std::all_of(steps[next].after.begin(), steps[next].after.end(), is_done))) ++next;
    if (next == steps.size()) return std::nullopt;
    done[next] = true;
    order.push_back(next);
  }
  return order;
}

std::optional<boot_failure> run_boot(const std::vector<boot_step>& steps) {
  const auto order = boot_order(steps);
  if (!order) return boot_failure{"boot order", "a step waits for one that does not exist, or for itself"};
  for (const std::size_t i : *order) {
    std::string failed;
    try {
      failed = steps[i].run();
    } catch (const std::exception& e) {
      failed = e.what();
    }
    if (!failed.empty()) return boot_failure{steps[i].name, failed};
  }
  return std::nullopt;
}

}  // namespace warren::node
