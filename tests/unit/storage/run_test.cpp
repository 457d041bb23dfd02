#include "storage/run.hpp"

#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include "storage/frame.hpp"
#include "tests/unit/storage/storage_testkit.hpp"

using namespace warren;
using namespace warren::storage;

namespace {

struct made_run {
  std::vector<queue_entry> entries;
  std::vector<run_item> items;
  std::unique_ptr<char[]> bytes;
  std::size_t size = 0;
};

made_run make_run(message_maker& maker, const std::vector<position>& at, const std::vector<std::uint8_t>& lanes,
                  const std::vector<time_ms>& times) {
  made_run r;
  for (std::size_t i = 0; i < at.size(); ++i) {
    r.entries.push_back(maker.entry(at[i], 5 + at[i] % 40, true, lanes[i], times[i]));
    r.items.push_back({r.entries[i].message.get(), at[i], times[i], lanes[i]});
  }
  std::string out;
  append_run_head(out, queue_id{9}, r.items, true);
  for (const run_item& i : r.items) out.append(reinterpret_cast<const char*>(i.record), i.record->record_bytes);
  r.size = out.size();
  r.bytes = std::make_unique<char[]>(out.size());
  std::memcpy(r.bytes.get(), out.data(), out.size());
  return r;
}

}  // namespace

TEST_CASE("a run gives back positions, times, lanes and messages, whatever differs between them") {
  CHECK(rc::check([] {
    message_maker maker;
    const auto count = *rc::gen::inRange<std::size_t>(1, 40);
    const bool gaps = *rc::gen::arbitrary<bool>(), mixed_times = *rc::gen::arbitrary<bool>(), mixed_lanes = *rc::gen::arbitrary<bool>();
    std::vector<position> at;
    std::vector<std::uint8_t> lanes;
    std::vector<time_ms> times;
    for (std::size_t i = 0; i < count; ++i) {
      at.push_back((at.empty() ? 100 : at.back()) + (gaps ? *rc::gen::inRange<position>(1, 20) : 1));
      lanes.push_back(mixed_lanes ? *rc::gen::inRange<std::uint8_t>(0, 5) : 3);
      times.push_back(1'700'000'000'000 + (mixed_times ? *rc::gen::inRange(-500, 500) : 0));
    }
    made_run r = make_run(maker, at, lanes, times);
    const auto run = parse_run(r.bytes.get(), r.size);
    RC_ASSERT(run.has_value());
    std::size_t i = 0;
    for_each_message(*run, [&](const message& m, position p, time_ms ms, std::uint8_t lane) {
      RC_ASSERT(p == at[i] && ms == times[i] && lane == lanes[i] && position_in(m) == p);
      ++i;
    });
    RC_ASSERT(i == count);
  }));
}

TEST_CASE("every truncation and bit flip of a run is refused or still walks within its bytes") {
  message_maker maker;
  made_run r = make_run(maker, {5, 6, 9, 20}, {0, 1, 1, 0}, {1000, 1000, 1004, 990});
  for (std::size_t n = 0; n < r.size; ++n) REQUIRE_FALSE(parse_run(r.bytes.get(), n));
  for (std::size_t bit = 0; bit < r.size * 8; ++bit) {
    auto bad = std::make_unique<char[]>(r.size);
    std::memcpy(bad.get(), r.bytes.get(), r.size);
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
    if (const auto run = parse_run(bad.get(), r.size)) {
      std::uint64_t seen = 0;
      for_each_message(*run, [&](const message& m, position, time_ms, std::uint8_t) {
        const auto* from = reinterpret_cast<const char*>(&m);
        REQUIRE(from >= bad.get());
        REQUIRE(from + m.record_bytes <= bad.get() + r.size);
        seen += m.body().size();
      });
      REQUIRE(seen == run->head.body_bytes);
    }
  }
}

TEST_CASE("runs stay small: by bytes, by messages and by the span of their positions") {
  message_maker maker;
  const auto many = maker.entries(1, 5000, 0);
  std::vector<run_item> items;
  for (const auto& e : many) items.push_back({e.message.get(), e.at, 0, 0});
  const std::size_t n = run_length(items, false);
  CHECK(n * items[0].record->record_bytes <= max_run_bytes + 200);
  CHECK(n > 1500);
  items[10].lane = 1;
  CHECK(run_length(items, false) == 10);
  CHECK(run_length(items, true) == n);
  for (std::size_t i = 0; i < items.size(); ++i) items[i].at = 1 + i * 1000;  // sparse: a bitmap would not pay
  CHECK(run_length(items, true) == 1);
  const auto big = maker.entry(1, 300'000);
  const run_item one{big.message.get(), 1, 0, 0};
  CHECK(run_length(std::span(&one, 1), false) == 1);
}
