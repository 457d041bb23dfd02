#include "actors/queue/waiting_publisher.hpp"

#include <catch2/catch.hpp>

using namespace warren;
using namespace warren::actors;

namespace {
int told(waiting_publisher& w, channel_id from, std::size_t messages, int times) {
  int n = 0;
  for (int i = 0; i < times; ++i) n += w.waits_for_log(from, messages);
  return n;
}
}  // namespace

TEST_CASE("a publisher that sends a few messages at a time is found after 64 batches, and again after as many") {
  waiting_publisher w;
  CHECK(told(w, channel_id{1}, 1, 63) == 0);
  CHECK(told(w, channel_id{1}, 4, 1) == 1);
  CHECK(told(w, channel_id{1}, 1, 127) == 1);
}

TEST_CASE("publishers that take turns, or have much under way, are not") {
  waiting_publisher w;
  for (int i = 0; i < 1000; ++i) CHECK(told(w, channel_id{1 + static_cast<std::uint64_t>(i) % 2}, 1, 60) == 0);
  CHECK(told(w, channel_id{1}, 5, 1000) == 0);
  CHECK(told(w, channel_id{1}, 1, 63) == 0);
  CHECK(told(w, channel_id{1}, 64, 1) == 0);
  CHECK(told(w, channel_id{1}, 1, 63) == 0);
}
