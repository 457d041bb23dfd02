#include <catch2/catch.hpp>

#include "core/channel/confirm_tracker.hpp"
#include "core/channel/delivery_tracker.hpp"
#include "core/channel/grant_ledger.hpp"
#include "core/channel/seq_ranges.hpp"

using namespace warren;
using frame = confirm_tracker::frame;

namespace {
std::vector<frame> collected(confirm_tracker& t) {
  std::vector<frame> out;
  t.collect(out);
  return out;
}
}  // namespace

TEST_CASE("a lone confirm is not multiple, a run of confirms is one frame", "[channel]") {
  confirm_tracker t;
  CHECK(t.published(1) == 1);
  t.confirmed(1, 1);
  CHECK(collected(t) == std::vector<frame>{{1, false, true}});
  for (int i = 0; i < 5; ++i) (void)t.published(1);
  t.confirmed(2, 5);
  CHECK(collected(t) == std::vector<frame>{{5, true, true}});
  CHECK(t.open() == 1);
}

TEST_CASE("a publish to three queues is confirmed by the third answer", "[channel]") {
  confirm_tracker t;
  (void)t.published(3);
  t.confirmed(1, 1);
  t.confirmed(1, 1);
  CHECK(collected(t).empty());
  t.confirmed(1, 1);
  CHECK(collected(t) == std::vector<frame>{{1, false, true}});
}

TEST_CASE("one refusing queue of two makes a nack, once both have answered", "[channel]") {
  confirm_tracker t;
  (void)t.published(2);
  t.refused(1, 1);
  CHECK(collected(t).empty());
  t.confirmed(1, 1);
  CHECK(collected(t) == std::vector<frame>{{1, true, false}});
}

TEST_CASE("confirms behind an open publish are single frames", "[channel]") {
  confirm_tracker t;
  for (int i = 0; i < 4; ++i) (void)t.published(1);
  t.confirmed(1, 1);
  t.confirmed(3, 4);
  CHECK(collected(t) == std::vector<frame>{{1, true, true}, {3, false, true}, {4, false, true}});
  t.confirmed(2, 2);
  CHECK(collected(t) == std::vector<frame>{{2, false, true}});
  CHECK(t.open() == 0);
}

TEST_CASE("multiple never covers a number of the other kind", "[channel]") {
  confirm_tracker t;
  for (int i = 0; i < 4; ++i) (void)t.published(1);
  t.confirmed(1, 1);
  t.refused(2, 2);
  t.confirmed(3, 4);
  CHECK(collected(t) == std::vector<frame>{{1, true, true}, {3, false, true}, {4, false, true}, {2, false, false}});
}

TEST_CASE("an unroutable publish is confirmed at once and late answers are ignored", "[channel]") {
  confirm_tracker t;
  (void)t.published(0);
  CHECK(collected(t) == std::vector<frame>{{1, false, true}});
  t.confirmed(1, 9);
  CHECK(collected(t).empty());
}

TEST_CASE("a window of a million publishes does not keep what is settled", "[channel]") {
  confirm_tracker t;
  std::vector<frame> out;
  for (std::uint64_t i = 1; i <= 1'000'000; ++i) {
    (void)t.published(1);
    if (i > 100) t.confirmed(i - 100, i - 100);
    out.clear();
    t.collect(out);
  }
  CHECK(t.open() == 100);
}

TEST_CASE("acknowledging an unknown tag, or one twice, is 406 with the tag in the text", "[channel]") {
  delivery_tracker t;
  std::vector<delivery_tracker::entry> out;
  CHECK(t.settle(5, false, out).failure() == error{reply_code::precondition_failed, "unknown delivery tag 5"});
  CHECK(t.add({1}, 10, {1}, 0) == 1);
  REQUIRE(t.settle(1, false, out).ok());
  CHECK(out.at(0).at == 10);
  CHECK_FALSE(t.settle(1, false, out).ok());
  CHECK_FALSE(t.settle(0, false, out).ok());
  CHECK(t.settle(0, true, out).ok());
}

TEST_CASE("multiple settles the prefix in order and leaves the rest", "[channel]") {
  delivery_tracker t;
  std::vector<delivery_tracker::entry> out;
  for (position p = 1; p <= 3; ++p) (void)t.add({1}, p, {1}, 0);
  CHECK(t.next_tag() == 4);
  (void)t.add({1}, 5, {1}, 0);
  REQUIRE(t.settle(2, false, out).ok());
  out.clear();
  REQUIRE(t.settle(3, true, out).ok());
  REQUIRE(out.size() == 2);
  CHECK(out[0].at == 1);
  CHECK(out[1].at == 3);
  CHECK(t.size() == 1);
  CHECK_FALSE(t.settle(4, false, out).ok());
  CHECK(t.settle(5, false, out).ok());
}

TEST_CASE("a stuck delivery does not make the settled ones behind it stay", "[channel]") {
  delivery_tracker t;
  std::vector<delivery_tracker::entry> out;
  (void)t.add({1}, 1, {1}, 7);
  for (position p = 2; p <= 100'000; ++p) {
    const auto tag = t.add({1}, p, {1}, 8);
    out.clear();
    REQUIRE(t.settle(tag, false, out).ok());
    REQUIRE(out.size() == 1);
  }
  CHECK(t.size() == 1);
  CHECK(t.oldest_ms() == 7);
}

TEST_CASE("a global prefetch is never exceeded and idle places move to who asks", "[channel]") {
  grant_ledger g;
  std::vector<grant_ledger::grant> out;
  g.set_limit(3, 0, out);
  g.wanted({1}, out);
  REQUIRE(out == std::vector<grant_ledger::grant>{{{1}, 3}});
  out.clear();
  g.delivered({1}, false, out);
  g.wanted({2}, out);
  CHECK(out.empty());
  g.unused({1}, 2, out);
  CHECK(out == std::vector<grant_ledger::grant>{{{2}, 2}});
  out.clear();
  g.delivered({2}, false, out);
  g.delivered({2}, false, out);
  g.wanted({1}, out);
  CHECK(out.empty());
  g.settled(1, out);
  CHECK(out == std::vector<grant_ledger::grant>{{{1}, 1}});
}

TEST_CASE("a global limit counts what was delivered before it, and grants nothing while it changes", "[channel]") {
  grant_ledger g;
  std::vector<grant_ledger::grant> out;
  g.pause();
  g.wanted({1}, out);
  CHECK(out.empty());
  g.set_limit(5, 4, out);
  CHECK(out == std::vector<grant_ledger::grant>{{{1}, 1}});
  out.clear();
  g.delivered({1}, false, out);
  g.wanted({1}, out);
  CHECK(out.empty());
  g.pause();
  g.settled(3, out);
  CHECK(out.empty());
  g.set_limit(4, 2, out);
  CHECK(out == std::vector<grant_ledger::grant>{{{1}, 2}});
}

TEST_CASE("a consumer that goes gives its grants back; automatic acknowledgement takes no place", "[channel]") {
  grant_ledger g;
  std::vector<grant_ledger::grant> out;
  g.set_limit(3, 0, out);
  g.wanted({1}, out);
  out.clear();
  g.delivered({1}, true, out);
  g.wanted({2}, out);
  CHECK(out == std::vector<grant_ledger::grant>{{{2}, 1}});
  out.clear();
  g.wanted({3}, out);
  g.forget({1}, out);
  CHECK(out == std::vector<grant_ledger::grant>{{{3}, 2}});
  out.clear();
  g.unused({1}, 3, out);  // an answer that crossed
  g.wanted({2}, out);
  CHECK(out.empty());
}

TEST_CASE("a rolled back acknowledgement can be given again", "[channel]") {
  delivery_tracker t;
  std::vector<delivery_tracker::entry> out;
  for (position p = 1; p <= 3; ++p) (void)t.add({1}, p, {1}, 0);
  REQUIRE(t.settle(2, true, out).ok());
  t.restore(out);
  out.clear();
  REQUIRE(t.settle(3, true, out).ok());
  REQUIRE(out.size() == 3);
  CHECK(out[0].tag == 1);
}

TEST_CASE("sequence ranges merge, split and come back whole", "[channel]") {
  seq_ranges r;
  for (std::uint64_t s = 1; s <= 10; ++s) r.add(s);
  r.remove(1, 3);
  r.remove(6, 7);
  r.add(20);
  CHECK(r.take() == std::vector<seq_ranges::range>{{4, 5}, {8, 10}, {20, 20}});
  CHECK(r.empty());
}

TEST_CASE("deliveries of a queue that is gone keep their tags and lose their queue", "[channel]") {
  delivery_tracker t;
  std::vector<delivery_tracker::entry> out;
  (void)t.add({1}, 7, {1}, 0);
  (void)t.add({2}, 7, {2}, 0);
  (void)t.add({1}, 8, {1}, 0);
  t.orphan({1});
  REQUIRE(t.settle(3, true, out).ok());
  REQUIRE(out.size() == 3);
  CHECK(out[0].queue == queue_id{});
  CHECK(out[1].queue == queue_id{2});
  CHECK(out[2].queue == queue_id{});
  CHECK_FALSE(t.settle(1, false, out).ok());
}
