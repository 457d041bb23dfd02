#include "core/cluster/placement.hpp"

#include <catch2/catch.hpp>
#include <map>
#include <vector>

using namespace warren;

TEST_CASE("The argument decides before the policy, the policy before the configuration; unknown words have no say") {
  CHECK(locator_in_force("random", "min-masters", "client-local") == queue_locator::random);
  CHECK(locator_in_force("nowhere", "min-masters", "client-local") == queue_locator::min_masters);
  CHECK(locator_in_force(std::nullopt, std::nullopt, "random") == queue_locator::random);
  CHECK(locator_in_force("nowhere", "neither", "") == queue_locator::client_local);
}

TEST_CASE("client-local is the declaring node, whatever runs elsewhere") {
  const std::vector<placement_candidate> nodes{{"a", 0}, {"b", 100}};
  CHECK(place_queue(queue_locator::client_local, nodes, "b", 0) == "b");
  CHECK(place_queue(queue_locator::random, {}, "b", 5) == "b");
}

TEST_CASE("min-masters is the node with the fewest queues, among equals the declaring one, then the first by name") {
  const std::vector<placement_candidate> nodes{{"c", 2}, {"b", 1}, {"a", 1}};
  CHECK(place_queue(queue_locator::min_masters, nodes, "c", 0) == "a");
  CHECK(place_queue(queue_locator::min_masters, nodes, "b", 0) == "b");
  CHECK(place_queue(queue_locator::min_masters, nodes, "elsewhere", 0) == "a");
}

TEST_CASE("random gives every node its share, and the same node for the same number in whatever order they come") {
  const std::vector<placement_candidate> one{{"a", 9}, {"b", 1}, {"c", 1}}, other{{"c", 1}, {"a", 9}, {"b", 1}};
  std::map<std::string, int> chosen;
  for (std::uint64_t n = 0; n < 300; ++n) {
    CHECK(place_queue(queue_locator::random, one, "a", n) == place_queue(queue_locator::random, other, "a", n));
    ++chosen[place_queue(queue_locator::random, one, "a", n)];
  }
  CHECK(chosen == std::map<std::string, int>{{"a", 100}, {"b", 100}, {"c", 100}});
}
