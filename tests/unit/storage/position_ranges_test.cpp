#include "storage/position_ranges.hpp"

#include <catch2/catch.hpp>
#include <rapidcheck.h>
#include <set>

using namespace warren;
using namespace warren::storage;

namespace {
std::set<position> expand(const position_ranges& ranges) {
  std::set<position> out;
  for (const auto& [first, last] : ranges)
    for (position p = first; p <= last; ++p) out.insert(p);
  return out;
}
std::vector<position> some_positions() {
  auto some = *rc::gen::container<std::vector<position>>(rc::gen::inRange<position>(1, 200));
  return some;
}
}  // namespace

TEST_CASE("ranges hold exactly the positions they were made of") {
  CHECK(rc::check([] {
    const auto some = some_positions();
    const auto ranges = ranges_of(some);
    RC_ASSERT(expand(ranges) == std::set<position>(some.begin(), some.end()));
    for (std::size_t i = 1; i < ranges.size(); ++i) RC_ASSERT(ranges[i].first > ranges[i - 1].second + 1);
  }));
}

TEST_CASE("encoded ranges decode to themselves, with padding as well") {
  CHECK(rc::check([] {
    const auto ranges = ranges_of(some_positions());
    std::string bytes;
    encode_ranges(ranges, bytes);
    RC_ASSERT(decode_ranges(bytes) == ranges);
    bytes.append(*rc::gen::inRange<std::size_t>(0, 8), '\0');
    RC_ASSERT(decode_ranges(bytes) == ranges);
  }));
}

TEST_CASE("the ack of 32 neighbours takes a few bytes") {
  std::string bytes;
  encode_ranges({{1'000'000, 1'000'031}}, bytes);
  CHECK(bytes.size() == 5);
}

TEST_CASE("any other bytes are refused or decode to proper ranges, never crash") {
  CHECK(rc::check([](const std::string& bytes) {
    const auto ranges = decode_ranges(bytes);
    if (!ranges) return;
    for (std::size_t i = 0; i < ranges->size(); ++i) {
      RC_ASSERT((*ranges)[i].first <= (*ranges)[i].second);
      if (i != 0) RC_ASSERT((*ranges)[i].first > (*ranges)[i - 1].second + 1);
    }
  }));
  CHECK_FALSE(decode_ranges(std::string("\xff\xff\xff\xff\x0f", 5)));  // says 4 billion ranges
  CHECK_FALSE(decode_ranges(""));
}

TEST_CASE("a cursor and a subtraction agree with a set") {
  CHECK(rc::check([] {
    const auto some = some_positions();
    const auto ranges = ranges_of(some);
    const std::set<position> set(some.begin(), some.end());
    range_cursor cursor(ranges);
    for (position p = 1; p < 210; ++p) RC_ASSERT(cursor.contains(p) == set.contains(p));
    auto holes = some_positions();
    std::sort(holes.begin(), holes.end());
    std::set<position> rest = set;
    for (const position p : holes) rest.erase(p);
    RC_ASSERT(expand(without(ranges, holes)) == rest);
  }));
}
