#include "distribution/link/link_table.hpp"

#include <rapidcheck.h>

#include <catch2/catch.hpp>
#include <deque>
#include <set>

#include "distribution/link/backoff.hpp"

using namespace warren::distribution;

TEST_CASE("a peer is dialled once at a time, and not at all while it is linked") {
  link_table t("a");
  CHECK(t.may_dial("b"));
  CHECK_FALSE(t.may_dial("b"));
  t.dial_failed("b");
  CHECK(t.may_dial("b"));
  CHECK(t.dial_succeeded("b", 1, 0) == 1);
  CHECK_FALSE(t.may_dial("b"));
  CHECK(t.ended("b", 1));
  CHECK(t.may_dial("b"));
  CHECK_FALSE(t.may_dial("a"));
}

TEST_CASE("of two simultaneous dials the smaller name's wins") {
  link_table a("a"), b("b");
  REQUIRE(a.may_dial("b"));
  REQUIRE(b.may_dial("a"));
  CHECK(a.incoming("b", 1, 0).v == verdict::mine_wins);
  CHECK(b.incoming("a", 1, 0).v == verdict::accepted);
  CHECK(a.dial_succeeded("b", 1, 0) != 0);
  b.dial_failed("a");
  CHECK(a.current("b") != 0);
  CHECK(b.current("a") != 0);
}

TEST_CASE("a dial that is overtaken by the peer's own comes to nothing") {
  link_table b("b");
  REQUIRE(b.may_dial("a"));
  REQUIRE(b.incoming("a", 1, 0).v == verdict::accepted);
  CHECK(b.dial_succeeded("a", 1, 0) == 0);
  CHECK(b.current("a") == 1);
}

TEST_CASE("only the end of the current link makes a peer idle") {
  link_table t("a");
  const auto first = t.incoming("b", 1, 0).link;
  CHECK_FALSE(t.ended("b", first + 1));
  CHECK_FALSE(t.ended("c", first));
  CHECK(t.ended("b", first));
  CHECK_FALSE(t.ended("b", first));
  CHECK(t.incoming("b", 1, 0).link > first);
}

TEST_CASE("a second node of a linked name is refused") {
  link_table t("a");
  (void)t.incoming("b", 1, 0);
  CHECK(t.incoming("b", 2, 100'000).v == verdict::name_taken);
  CHECK(t.incoming("b", 2, 100'000).doubtful == 0);
}

TEST_CASE("a dial of a linked peer proves its old link dead, unless that is so young that both may have dialled") {
  link_table t("a");
  const auto link = t.incoming("b", 1, 0).link;
  CHECK(t.incoming("b", 1, link_table::doubt_after_ms - 1).doubtful == 0);
  const auto later = t.incoming("b", 1, link_table::doubt_after_ms);
  CHECK(later.v == verdict::already_linked);
  CHECK(later.doubtful == link);
}

namespace {

/// Two tables and the connections between them, delivered in any order.
struct pair_world {
  link_table tables[2] = {link_table("a"), link_table("b")};
  const std::string names[2] = {"a", "b"};
  struct connection {
    int dialler;
    enum { asked, answered } stage = asked;
    verdict v = verdict::accepted;
    std::uint64_t acceptor_link = 0;
  };
  std::vector<connection> under_way;
  std::set<std::pair<std::uint64_t, std::uint64_t>> links;  ///< of a and b: both ends alive
  std::vector<std::pair<int, std::uint64_t>> half_dead;     ///< an end whose other end is gone, DOWN on its way

  void dial(int who) {
    if (tables[who].may_dial(names[1 - who])) under_way.push_back({who});
  }
  void step(std::size_t which) {
    auto c = under_way[which];
    under_way.erase(under_way.begin() + static_cast<std::ptrdiff_t>(which));
    const int other = 1 - c.dialler;
    if (c.stage == connection::asked) {
      const auto answer = tables[other].incoming(names[c.dialler], 1, 0);
      c.v = answer.v;
      c.acceptor_link = answer.link;
      c.stage = connection::answered;
      under_way.push_back(c);
      return;
    }
    if (c.v != verdict::accepted) return tables[c.dialler].dial_failed(names[other]);
    const auto own = tables[c.dialler].dial_succeeded(names[other], 1, 0);
    if (own == 0)
      half_dead.emplace_back(other, c.acceptor_link);
    else
      links.insert(c.dialler == 0 ? std::pair(own, c.acceptor_link) : std::pair(c.acceptor_link, own));
  }
};

}  // namespace

TEST_CASE(
    "whatever the order, a pair has at most one connection with two living ends, and gets one when both keep "
    "dialling") {
  rc::check([] {
    pair_world w;
    const auto choices = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 1000));
    for (const int choice : choices) {
      if (choice % 4 == 0) w.dial(choice / 4 % 2);
      if (choice % 4 == 1 && !w.half_dead.empty()) {
        const auto [who, link] = w.half_dead.back();
        w.half_dead.pop_back();
        w.tables[who].ended(w.names[1 - who], link);
      }
      if (choice % 4 >= 2 && !w.under_way.empty()) w.step(static_cast<std::size_t>(choice) % w.under_way.size());
      RC_ASSERT(w.links.size() <= 1);
    }
    for (int round = 0; round < 4 && w.links.empty(); ++round) {
      while (!w.under_way.empty()) w.step(0);
      for (const auto& [who, link] : w.half_dead) w.tables[who].ended(w.names[1 - who], link);
      w.half_dead.clear();
      w.dial(0);
      w.dial(1);
      while (!w.under_way.empty()) w.step(0);
    }
    RC_ASSERT(w.links.size() == 1);
  });
}

TEST_CASE("pauses double to five seconds, vary by a third, and begin anew after success") {
  backoff b;
  CHECK(b.next(0).count() == 100);
  CHECK(b.next(0).count() == 200);
  for (int i = 0; i < 10; ++i) (void)b.next(0);
  CHECK(b.next(0).count() == 5000);
  CHECK(b.next(1665).count() >= 5000 - 5000 / 3);
  b.reset();
  CHECK(b.next(32).count() == 68);
}
