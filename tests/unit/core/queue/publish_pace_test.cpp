#include "core/queue/publish_pace.hpp"

#include <catch2/catch.hpp>

using warren::publish_pace;
using warren::time_ms;

namespace {
constexpr std::uint64_t close_behind = publish_pace::calm_bytes;
constexpr std::uint64_t far_behind = publish_pace::calm_bytes + 1;
constexpr time_ms start = 1'000'000;
}  // namespace

TEST_CASE("publishers do not wait when consumers are close behind", "[pace]") {
  publish_pace pace;
  pace.delivered_no_ack(publish_pace::brisk_bytes, start);
  CHECK_FALSE(pace.holds(close_behind, start));
  CHECK_FALSE(pace.again_at());
}

TEST_CASE("publishers wait for consumers that take messages briskly, until those have caught up", "[pace]") {
  publish_pace pace;
  pace.delivered_no_ack(publish_pace::brisk_bytes, start);
  CHECK(pace.holds(far_behind, start + 1));
  CHECK_FALSE(pace.holds(close_behind, start + 2));
}

TEST_CASE("publishers never wait for a slow consumer, however long the backlog is", "[pace]") {
  publish_pace pace;
  CHECK_FALSE(pace.holds(far_behind, start));
  for (time_ms now = start; now < start + 1000; now += publish_pace::interval_ms) {
    pace.delivered_no_ack(publish_pace::brisk_bytes - 1, now);
    CHECK_FALSE(pace.holds(far_behind, now));
  }
}

TEST_CASE("a consumer that stops gives the publishers free, at the time that was announced", "[pace]") {
  publish_pace pace;
  pace.delivered_no_ack(publish_pace::brisk_bytes, start);
  REQUIRE(pace.holds(far_behind, start));
  REQUIRE(pace.again_at() == start + 2 * publish_pace::interval_ms);
  CHECK(pace.holds(far_behind, *pace.again_at() - 1));
  CHECK_FALSE(pace.holds(far_behind, *pace.again_at()));
}

TEST_CASE("no credit waits longer than the longest hold, even for the briskest consumer", "[pace]") {
  publish_pace pace;
  time_ms now = start;
  for (; now < start + publish_pace::longest_hold_ms; ++now) {
    pace.delivered_no_ack(publish_pace::brisk_bytes, now);
    REQUIRE(pace.holds(far_behind, now));
  }
  pace.delivered_no_ack(publish_pace::brisk_bytes, now);
  CHECK_FALSE(pace.holds(far_behind, now));
  CHECK(pace.holds(far_behind, now + 1));
}
