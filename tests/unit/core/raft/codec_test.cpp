#include <catch2/catch.hpp>
#include <random>

#include "tests/unit/core/raft/support/raft_group.hpp"

using namespace warren::raft;
using namespace warren::raft::testing;

namespace {

std::vector<message> samples() {
  const branch_record r{7, 10, 3, 1, {1, 2}, {1, 2, 3}};
  auto meta = std::make_shared<snapshot_meta>();
  *meta = {12, 4, voters({1, 2, 3}), {r}, 100, 0xfeed};
  append_request a{11, 4, 9, 5, {}, {r}};
  a.entries.push_back({12, 4, entry_kind::command, text("hello")});
  a.entries.push_back({13, 5, entry_kind::no_op, nullptr});
  return {{1, 2, 3, 0, vote_request{4, 5, true, false}},
          {1, 2, 3, 0, vote_reply{true, false}},
          {1, 2, 3, 7, a},
          {1, 2, 3, 7, append_reply{7, true, 1, 2, 3, 4, 5}},
          {1, 2, 3, 7, snapshot_chunk{meta, 50, "data", {r}}},
          {1, 2, 3, 7, snapshot_reply{7, 12, 0xfeed, 54, true}},
          {1, 2, 3, 7, timeout_now{}},
          {1, 2, 3, 7, read_request{99}},
          {1, 2, 3, 7, read_reply{99, ~std::uint64_t{0}}},
          {1, 2, 3, 7, branch_notice{{r}, true}}};
}
std::string encoded(const message& m) {
  std::string out;
  encode(m, out);
  return out;
}

}  // namespace

TEST_CASE("raft codec: every message comes back as it was, and costs little") {
  for (const message& m : samples()) {
    const auto back = decode_message(encoded(m));
    REQUIRE(back);
    CHECK(back->body.index() == m.body.index());
    CHECK(encoded(*back) == encoded(m));
  }
  const auto a = std::get<append_request>(decode_message(encoded(samples()[2]))->body);
  CHECK(a.entries[0].at == 12);
  CHECK(*a.entries[0].bytes == "hello");
  CHECK(encoded(samples()[1]).size() < 10);
}

TEST_CASE("raft codec: nothing that is cut short, too long or altered is read past its end") {
  std::mt19937_64 random(1);
  for (const message& m : samples()) {
    const std::string good = encoded(m);
    for (std::size_t n = 0; n < good.size(); ++n) CHECK_FALSE(decode_message(std::string(good, 0, n)));
    CHECK_FALSE(decode_message(good + "x"));
    for (int i = 0; i < 2000; ++i) {
      std::string bad = good;
      for (int k = 0; k < 3; ++k) bad[random() % bad.size()] = static_cast<char>(random());
      const std::unique_ptr<char[]> exact(new char[bad.size()]);  // so that a sanitizer sees one byte too many
      std::copy(bad.begin(), bad.end(), exact.get());
      (void)decode_message({exact.get(), bad.size()});
      (void)decode_batch({exact.get(), bad.size()});
    }
  }
  CHECK_FALSE(
      decode_message(std::string("\x03\x01\x02\x03\x00\x00\x00\x00\x00\x00\xff\xff\xff\xff\x0f", 15)));  // 4G entries
}

TEST_CASE("raft codec: a batch carries messages of many groups") {
  std::string batch;
  for (std::uint64_t group = 1; group <= 300; ++group) append_to_batch(group, samples()[group % 10], batch);
  const auto items = decode_batch(batch);
  REQUIRE(items);
  REQUIRE(items->size() == 300);
  CHECK((*items)[299].group == 300);
  CHECK_FALSE(decode_batch(std::string_view(batch).substr(0, batch.size() - 1)));
}
