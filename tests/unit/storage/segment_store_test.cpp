#include "storage/segment_store.hpp"

#include "tests/unit/storage/storage_testkit.hpp"

using namespace warren;
using namespace warren::storage;

namespace {

const queue_id q{7};

struct store_only {
  simulated_file_system fs;
  std::unique_ptr<segment_store> store;
  message_maker maker;
  std::vector<std::string> damage;

  explicit store_only(storage_options options = small_files()) {
    must(fs.make_directory("/queues"));
    store = std::make_unique<segment_store>(fs, "/queues", 5, options);
    store->on_damage = [this](const std::string& what) { damage.push_back(what); };
  }
  void page_out(const std::vector<queue_entry>& entries, bool durable = true) { must(store->page_out(q, entries, durable)); }
  void page_out_in_pieces(position first, position last, std::size_t body = 50) {
    for (position p = first; p <= last; p += 20) page_out(maker.entries(p, std::min(p + 19, last), body));
  }
  void ack(std::vector<position> p) { must(store->ack(q, p)); }
};

std::vector<queue_entry> pick(message_maker& maker, std::vector<position> at, bool persistent = true) {
  std::vector<queue_entry> out;
  for (const position p : at) out.push_back(maker.entry(p, 30, persistent));
  return out;
}

}  // namespace

TEST_CASE("what is paged out is loaded in order of position, in pieces of any size") {
  store_only s;
  s.page_out_in_pieces(1, 300);
  for (const std::uint32_t at_once : {1u, 7u, 100u, 1000u}) CHECK(load_all(*s.store, q, 0, at_once) == positions(1, 300));
}

TEST_CASE("persistent and transient messages, and such that were paged out later, come back interleaved") {
  store_only s;
  std::vector<queue_entry> mixed;
  for (position p = 100; p < 200; ++p) mixed.push_back(s.maker.entry(p, 20, p % 3 == 0));
  s.page_out(mixed);
  s.page_out(pick(s.maker, {1, 5, 9}));
  s.page_out(s.maker.entries(10, 99));
  std::vector<position> expected{1, 5, 9};
  for (position p = 10; p < 200; ++p) expected.push_back(p);
  CHECK(load_all(*s.store, q) == expected);
}

TEST_CASE("a load keeps to its range, its lane and its limits") {
  store_only s;
  s.page_out(s.maker.entries(1, 50));
  std::vector<queue_entry> other = s.maker.entries(51, 60, 20, true, 4);
  s.page_out(other);
  auto l = must(s.store->load(q, {0, 10, 20, 5, 1 << 20}));
  REQUIRE(l.messages.size() == 5);
  CHECK(l.messages.front().at == 10);
  CHECK(l.more_in_range);
  l = must(s.store->load(q, {0, 15, 20, 100, 1 << 20}));
  CHECK(l.messages.size() == 6);
  CHECK_FALSE(l.more_in_range);
  l = must(s.store->load(q, {0, 10, 20, 100, 1}));
  CHECK(l.messages.size() == 1);
  CHECK(l.more_in_range);
  CHECK(must(s.store->load(q, {0, 51, 60, 100, 1 << 20})).messages.empty());
  CHECK(load_all(*s.store, q, 4) == positions(51, 60));
}

TEST_CASE("times of enqueueing come back as they were") {
  store_only s;
  std::vector<queue_entry> e;
  for (position p = 1; p <= 20; ++p) e.push_back(s.maker.entry(p, 20, true, 0, 1'700'000'000'000 + static_cast<time_ms>((p * 7919) % 31)));
  s.page_out(e);
  const auto l = must(s.store->load(q, {0, 1, 20, 100, 1 << 20}));
  REQUIRE(l.messages.size() == 20);
  for (std::size_t i = 0; i < 20; ++i) CHECK(l.messages[i].enqueued_ms == e[i].enqueued_ms);
}

TEST_CASE("acknowledged messages are not loaded; a segment without a living message goes, and with the last one the directory") {
  store_only s;
  s.page_out_in_pieces(1, 400);
  const auto before = s.store->count().segments;
  REQUIRE(before >= 3);
  s.ack({5, 1, 3});
  auto expected = positions(1, 400);
  std::erase_if(expected, [](position p) { return p == 1 || p == 3 || p == 5; });
  CHECK(load_all(*s.store, q) == expected);
  s.ack(positions(1, 200));
  CHECK(s.store->count().segments < before);
  CHECK(load_all(*s.store, q) == positions(201, 400));
  s.ack(positions(100, 400));
  CHECK(s.store->queues() == 0);
  CHECK(must(s.fs.list("/queues")).empty());
  CHECK(s.store->count().segments == 0);
  CHECK(s.store->count().segment_bytes == 0);
}

TEST_CASE("the log is told of every position of a removed segment, and only of persistent ones") {
  store_only s;
  s.page_out(pick(s.maker, {1, 2, 3, 7, 9}));
  s.page_out(pick(s.maker, {4, 8}, false));
  s.ack({1, 2, 3, 4, 7, 8, 9});
  auto dropped = s.store->take_dropped();
  REQUIRE(dropped.size() == 1);
  CHECK(dropped[0].ranges == position_ranges{{1, 3}, {7, 7}, {9, 9}});
}

TEST_CASE("paging a message out twice keeps one of it") {
  store_only s;
  s.page_out(s.maker.entries(1, 20));
  s.page_out(s.maker.entries(10, 30));
  CHECK(load_all(*s.store, q) == positions(1, 30));
}

TEST_CASE("a purge takes everything except what it is told to keep, also after a restart") {
  store_only s;
  s.page_out_in_pieces(1, 300);
  must(s.store->purge(q, std::vector<position>{17, 250}));
  CHECK(load_all(*s.store, q) == std::vector<position>{17, 250});
  must(s.store->flush_acks());
  segment_store again(s.fs, "/queues", 5, small_files());
  std::vector<std::string> notes;
  (void)must(again.open_queue(q, notes));
  CHECK(load_all(again, q) == std::vector<position>{17, 250});
  must(s.store->purge(q));
  CHECK(must(s.fs.list("/queues")).empty());
}

TEST_CASE("ten thousand queues need few descriptors") {
  store_only s;
  const auto one = s.maker.entries(1, 1);
  for (std::uint64_t i = 1; i <= 500; ++i) must(s.store->page_out(queue_id{i}, one, true));
  CHECK(s.store->open_files() <= 3);
  must(s.store->sync());
  CHECK(load_all(*s.store, queue_id{333}) == std::vector<position>{1});
}

TEST_CASE("a million small messages leave little in memory: runs, not positions") {
  store_only s(storage_options{});
  for (position p = 1; p <= 20'000; p += 1000) s.page_out(s.maker.entries(p, p + 999, 16));
  CHECK(s.store->count().segments == 1);
  CHECK(s.store->count().messages_out == 20'000);
}

TEST_CASE("a closed segment is read by its footer, an open one by walking; both tell the same") {
  for (const bool close : {false, true}) {
    store_only s;
    std::vector<queue_entry> mixed;
    for (position p = 1; p <= 300; ++p) mixed.push_back(s.maker.entry(p, 10 + p % 50, p % 4 != 0, p % 5 == 0 ? 2 : 0));
    std::stable_sort(mixed.begin(), mixed.end(), [](const auto& a, const auto& b) { return a.lane < b.lane; });
    s.page_out(mixed);
    s.ack({7, 10, 11, 45, 299});
    must(s.store->flush_acks());
    if (close) must(s.store->close_all());
    segment_store again(s.fs, "/queues", 5, small_files());
    std::vector<std::string> notes;
    const auto acks = must(again.open_queue(q, notes));
    CHECK(notes.empty());
    CHECK(acks == position_ranges{{7, 7}, {10, 11}, {45, 45}, {299, 299}});
    std::vector<position> lanes[3];
    std::uint64_t bodies[3] = {};
    for (const auto& e : mixed) {
      const bool dead = e.at == 7 || e.at == 10 || e.at == 11 || e.at == 45 || e.at == 299 || e.at % 4 == 0;
      if (dead) continue;  // transient ones are worth nothing after a restart
      lanes[e.lane].push_back(e.at);
      bodies[e.lane] += e.message->body_bytes;
    }
    CHECK(load_all(again, q, 0) == lanes[0]);
    CHECK(load_all(again, q, 2) == lanes[2]);
    const auto ranges = must(again.ranges(q));
    REQUIRE(ranges.size() == 2);
    for (const auto& r : ranges) {
      CHECK(r.messages == lanes[r.lane].size());
      CHECK(r.body_bytes == bodies[r.lane]);
      CHECK(r.first == lanes[r.lane].front());
      CHECK(r.last >= lanes[r.lane].back());
    }
    CHECK(again.highest_position(q) == 300);
  }
}

TEST_CASE("a damaged run is reported with file and offset and left out, what follows is kept") {
  storage_options roomy = small_files();
  roomy.segment_bytes = 1 << 20;
  store_only s(roomy);
  s.page_out(s.maker.entries(1, 10));
  s.page_out(s.maker.entries(11, 20));
  s.page_out(s.maker.entries(21, 30));
  must(s.store->sync());
  s.page_out(s.maker.entries(31, 40));
  const auto segments = s.fs.files_below("/queues");
  REQUIRE(segments.size() == 1);
  std::string bytes = s.fs.content(segments[0]);
  const auto at = bytes.find("15:bbb");
  REQUIRE(at != std::string::npos);
  bytes[at] ^= 1;
  s.fs.set_content(segments[0], bytes);

  std::vector<position> expected = positions(1, 10);
  for (position p = 21; p <= 40; ++p) expected.push_back(p);
  SECTION("while it is loaded") {
    segment_store again(s.fs, "/queues", 5, roomy);
    again.on_damage = [&](const std::string& what) { s.damage.push_back(what); };
    CHECK(must(s.store->load(q, {0, 1, 40, 100, 1 << 20})).messages.size() == 40);  // its own file is the old one
    std::vector<std::string> notes;
    (void)must(again.open_queue(q, notes));
    CHECK(load_all(again, q) == expected);
    REQUIRE(notes.size() == 1);
    CHECK(notes[0].find(segments[0] + ": damaged at offset ") == 0);
  }
  SECTION("behind a footer, nobody looks until it is loaded") {
    std::string whole = bytes;
    whole[at] ^= 1;
    s.fs.set_content(segments[0], whole);
    segment_store first(s.fs, "/queues", 5, roomy);
    std::vector<std::string> notes;
    (void)must(first.open_queue(q, notes));
    must(first.close_all());
    std::string closed = s.fs.content(segments[0]);
    closed[at] ^= 1;
    s.fs.set_content(segments[0], closed);
    segment_store second(s.fs, "/queues", 5, roomy);
    second.on_damage = [&](const std::string& what) { s.damage.push_back(what); };
    (void)must(second.open_queue(q, notes));
    CHECK(load_all(second, q) == expected);
    REQUIRE(s.damage.size() == 1);
    CHECK(s.damage[0].find("10 messages with positions 11 to 20 are lost") != std::string::npos);
  }
}

TEST_CASE("ack files are rewritten when they grow, and then say the same") {
  storage_options o = small_files();
  o.segment_bytes = 1 << 20;
  o.ack_file_bytes = 200;
  store_only s(o);
  s.page_out(s.maker.entries(1, 500));
  std::vector<position> expected = positions(1, 500);
  std::uint64_t largest = 0;
  for (position p = 1; p < 400; p += 3) {
    s.ack({p});
    must(s.store->flush_acks());
    std::erase(expected, p);
    for (const auto& f : s.fs.files_below("/queues"))
      if (f.ends_with("/acks")) largest = std::max<std::uint64_t>(largest, s.fs.content(f).size());
  }
  CHECK(largest < 133 * 40);
  segment_store again(s.fs, "/queues", 5, o);
  std::vector<std::string> notes;
  (void)must(again.open_queue(q, notes));
  CHECK(load_all(again, q) == expected);
}

TEST_CASE("every cut and every flipped bit of an ack file loses acks at most, and invents none") {
  storage_options o = small_files();
  o.segment_bytes = 1 << 20;
  store_only s(o);
  s.page_out(s.maker.entries(1, 40));
  for (const position p : {3u, 9u, 17u}) {
    s.ack({p});
    must(s.store->flush_acks());
  }
  std::string path;
  for (const auto& f : s.fs.files_below("/queues"))
    if (f.ends_with("/acks")) path = f;
  const std::string whole = s.fs.content(path);
  const auto check = [&](const std::string& bytes, std::size_t least) {
    s.fs.set_content(path, bytes);
    segment_store again(s.fs, "/queues", 5, o);
    std::vector<std::string> notes;
    const auto opened = again.open_queue(q, notes);
    if (!opened.ok()) {
      REQUIRE(opened.failure().text.find("format version") != std::string::npos);
      return;
    }
    std::vector<position> acked;
    for (const auto& [first, last] : *opened)
      for (position p = first; p <= last; ++p) acked.push_back(p);
    REQUIRE(acked.size() >= least);
    for (const position p : acked) REQUIRE((p == 3 || p == 9 || p == 17));
  };
  for (std::size_t n = 0; n < whole.size(); ++n) check(whole.substr(0, n), 0);
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string bad = whole;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
    check(bad, bit / 8 < 32 ? 0 : 2);
  }
}
