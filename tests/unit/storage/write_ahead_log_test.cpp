#include "storage/write_ahead_log.hpp"

#include "storage/log_reader.hpp"
#include "tests/unit/storage/storage_testkit.hpp"

using namespace warren;
using namespace warren::storage;

namespace {

constexpr std::uint64_t incarnation = 42;
const queue_id q1{1}, q2{2};

struct log_only {
  simulated_file_system fs;
  std::unique_ptr<write_ahead_log> log;
  message_maker maker;

  explicit log_only(storage_options options = small_files()) {
    must(fs.make_directory("/log"));
    write_ahead_log::beginning b;
    b.incarnation = incarnation;
    log = must(write_ahead_log::open(fs, "/log", options, std::move(b)));
  }
  void publish(queue_id q, position first, position last, std::size_t body = 50) {
    log->append(q, maker.entries(first, last, body));
    must(log->commit());
  }
};

log_reading reading(bool accept = false) {
  log_reading r;
  r.incarnation = incarnation;
  r.start = 1;
  r.accept_damage = accept;
  return r;
}

std::vector<position> positions_in(const log_content& log) {
  std::vector<position> out;
  for (const auto& f : log.files)
    must(f.for_each([&](log_entry type, char* payload, std::size_t bytes) {
      if (type != log_entry::messages) return true;
      const auto run = parse_run(payload, bytes);
      REQUIRE(run);
      for_each_message(*run, [&](const message& m, position p, time_ms, std::uint8_t) {
        CHECK(position_in(m) == p);
        out.push_back(p);
      });
      return true;
    }));
  return out;
}

/// Path and end of each live file.
std::vector<std::pair<std::string, std::uint64_t>> ends(simulated_file_system& fs) {
  std::vector<std::pair<std::string, std::uint64_t>> out;
  for (const auto& f : must(read_log(fs, "/log", reading())).files) out.emplace_back(f.path, f.end);
  return out;
}

}  // namespace

TEST_CASE("what was committed is read back in order, and synced once per commit") {
  log_only l;
  l.log->append(q1, l.maker.entries(1, 5));
  l.log->append(q2, l.maker.entries(1, 3));
  l.log->append(q1, l.maker.entries(6, 9));
  must(l.log->commit());
  CHECK(l.log->count().syncs == 1);
  CHECK(l.log->count().commits == 1);
  CHECK(positions_in(must(read_log(l.fs, "/log", reading()))) ==
        std::vector<position>{1, 2, 3, 4, 5, 1, 2, 3, 6, 7, 8, 9});
}

TEST_CASE("a commit of acks alone is not synced, and acks of a queue without messages in the log are left out") {
  log_only l;
  l.publish(q1, 1, 5);
  const auto syncs = l.log->count().syncs;
  l.log->append_acks(q1, {{1, 3}});
  must(l.log->commit());
  CHECK(l.log->count().syncs == syncs);
  l.log->append_acks(q2, {{1, 3}});
  CHECK(l.log->pending_bytes() == 0);
}

TEST_CASE("cut off anywhere, the log keeps every commit that is whole") {
  log_only l;
  std::vector<std::uint64_t> commit_ends;
  for (position p = 1; p <= 6; ++p) {
    l.publish(q1, p, p, 30);
    commit_ends.push_back(ends(l.fs).back().second);
  }
  const std::string path = ends(l.fs).back().first;
  const std::string whole = l.fs.content(path);
  for (std::uint64_t n = log_header_bytes; n <= commit_ends.back(); ++n) {
    std::string torn = whole;
    std::fill(torn.begin() + static_cast<long>(n), torn.end(), '\0');
    l.fs.set_content(path, torn);
    const auto found = positions_in(must(read_log(l.fs, "/log", reading())));
    // the last bytes of a frame may be padding or end in zeros of their own: never less than what is whole
    const auto least = std::count_if(commit_ends.begin(), commit_ends.end(), [n](auto e) { return e <= n; });
    REQUIRE(found.size() >= static_cast<std::size_t>(least));
    REQUIRE(found == positions(1, found.size()));
  }
}

TEST_CASE(
    "every flipped bit is noticed: the last commit is a torn tail, any other is damage that names file and offset") {
  log_only l;
  std::vector<std::uint64_t> commit_ends;
  for (position p = 1; p <= 3; ++p) {
    l.publish(q1, p, p, 20);
    commit_ends.push_back(ends(l.fs).back().second);
  }
  const std::string path = ends(l.fs).back().first;
  const std::string whole = l.fs.content(path);
  for (std::uint64_t at = 0; at < commit_ends.back(); ++at) {
    if (at >= sizeof(log_file_header) && at < log_header_bytes) continue;  // unused rest of the header's sector
    std::string bad = whole;
    bad[at] = static_cast<char>(bad[at] ^ (1 << (at % 8)));
    l.fs.set_content(path, bad);
    const auto read = read_log(l.fs, "/log", reading());
    if (at >= commit_ends[1]) {
      REQUIRE(read.ok());
      REQUIRE(positions_in(*read) >= positions(1, 2));
      continue;
    }
    if (read.ok()) {  // padding
      REQUIRE(positions_in(*read) == positions(1, 3));
      continue;
    }
    if (at >= 8 && at < 12) {
      REQUIRE(read.failure().text.find("format version") != std::string::npos);
      continue;
    }
    REQUIRE(read.failure().text.find(path + ": damaged") == 0);
    const std::uint64_t from = at < log_header_bytes ? 0 : at < commit_ends[0] ? log_header_bytes : commit_ends[0];
    REQUIRE(read.failure().text.find("at offset " + std::to_string(from)) != std::string::npos);
    REQUIRE(read.failure().text.find("storage.accept_damaged_log = true") != std::string::npos);
  }
  SECTION("accepted damage costs what is damaged, is noted, and keeps what follows") {
    std::string bad = whole;
    bad[commit_ends[0] + 50] ^= 1;
    l.fs.set_content(path, bad);
    const auto read = must(read_log(l.fs, "/log", reading(true)));
    CHECK(positions_in(read) == std::vector<position>{1, 3});
    REQUIRE(read.notes.size() == 1);
    CHECK(read.notes[0].find("at offset " + std::to_string(commit_ends[0])) != std::string::npos);
  }
}

TEST_CASE("a lost or shortened file in the middle is damage") {
  log_only l;
  for (position p = 1; p <= 40; ++p) l.publish(q1, p, p, 1000);
  const auto files = ends(l.fs);
  REQUIRE(files.size() >= 3);
  SECTION("lost") {
    must(l.fs.remove(files[1].first));
    const auto read = read_log(l.fs, "/log", reading());
    REQUIRE_FALSE(read.ok());
    CHECK(read.failure().text.find("file 2 of the log is missing") != std::string::npos);
  }
  SECTION("shortened") {
    l.fs.set_content(files[1].first, l.fs.content(files[1].first).substr(0, files[1].second - 300));
    const auto read = read_log(l.fs, "/log", reading());
    REQUIRE_FALSE(read.ok());
    CHECK(read.failure().text.find(files[1].first + ": damaged at offset") == 0);
  }
}

TEST_CASE("a newer format version is refused by name") {
  log_only l;
  const std::string path = ends(l.fs).back().first;
  std::string bytes = l.fs.content(path);
  bytes[8] = 9;
  l.fs.set_content(path, bytes);
  CHECK(read_log(l.fs, "/log", reading()).failure().text.find("format version 9") != std::string::npos);
}

TEST_CASE("at roll-over the queues of old files are asked to flush, and a released file is used again") {
  log_only l;
  position p = 1;
  std::vector<write_ahead_log::flush_request> asked;
  while (asked.empty()) {
    l.publish(p % 2 ? q1 : q2, p, p, 900);
    ++p;
    asked = l.log->take_flush_requests();
  }
  REQUIRE(asked.size() == 2);
  const log_file_id file = asked[0].file;
  CHECK(file == l.log->oldest());
  CHECK_FALSE(l.log->take_barrier_request());
  l.log->released(q1, file);
  CHECK_FALSE(l.log->take_barrier_request());
  l.log->released(q2, file);
  CHECK(l.log->take_barrier_request() == file);
  CHECK_FALSE(l.log->take_barrier_request());  // asked once
  const auto live = l.log->live_files();
  l.log->barrier_passed(file);
  CHECK(l.log->live_files() == live - 1);
  // the log first says so durably
  must(l.log->commit());
  l.publish(q1, p, p);
  const auto read = must(read_log(l.fs, "/log", reading()));
  CHECK(read.files.front().header.file_id == file.value + 1);
  CHECK(positions_in(read).back() == p);
}

TEST_CASE("over many turns of the same files, stale bytes are never read") {
  log_only l;
  position p = 1;
  for (int turn = 0; turn < 300; ++turn) {
    l.publish(q1, p, p + 2, 700);
    p += 3;
    for (const auto& f : l.log->take_flush_requests()) l.log->released(f.queue, f.file);
    if (const auto f = l.log->take_barrier_request()) l.log->barrier_passed(*f);
    const auto found = positions_in(must(read_log(l.fs, "/log", reading())));
    REQUIRE(found == positions(found.front(), p - 1));
  }
  CHECK(l.log->count().rollovers > 30);
  CHECK(must(l.fs.list("/log")).size() <= 6);
}

TEST_CASE("metadata holds a file until a snapshot covers it") {
  log_only l;
  CHECK(l.log->append_metadata("declare") == 1);
  must(l.log->commit());
  position p = 1;
  std::optional<std::uint64_t> wanted;
  while (!wanted) {
    l.publish(q1, p, p, 900);
    ++p;
    for (const auto& f : l.log->take_flush_requests()) l.log->released(f.queue, f.file);
    wanted = l.log->take_snapshot_request();
  }
  CHECK(*wanted == 1);
  CHECK_FALSE(l.log->take_barrier_request());
  l.log->snapshot_covers(1);
  CHECK(l.log->take_barrier_request());
}

TEST_CASE("a message larger than a log file gets a file of its own size") {
  log_only l;
  l.publish(q1, 1, 1, 100'000);
  l.publish(q1, 2, 2, 10);
  CHECK(positions_in(must(read_log(l.fs, "/log", reading()))) == std::vector<position>{1, 2});
}

TEST_CASE("a failed write or sync is reported with the file's name and the reason") {
  log_only l;
  SECTION("sync") {
    l.fs.fail_syncs(true);
    l.log->append(q1, l.maker.entries(1, 1));
    const status s = l.log->commit();
    REQUIRE_FALSE(s.ok());
    CHECK(s.failure().text == "cannot sync /log/00000001.wal: Input/output error");
  }
  SECTION("a full disk") {
    l.fs.limit_space(0);
    status s = success{};
    for (position p = 1; s.ok() && p < 100; ++p) {
      l.log->append(q1, l.maker.entries(p, p, 1000));
      s = l.log->commit();
    }
    REQUIRE_FALSE(s.ok());
    CHECK(s.failure().text.find("No space left on device") != std::string::npos);
  }
}

TEST_CASE("a forgotten queue is not asked, even when its messages are still waiting for the commit") {
  log_only l;
  l.log->append(q1, l.maker.entries(1, 3));
  l.log->forget(q1);
  must(l.log->commit());
  CHECK_FALSE(l.log->knows(q1));
  for (position p = 1; p < 60; ++p) l.publish(q2, p, p, 900);
  for (const auto& f : l.log->take_flush_requests()) CHECK(f.queue == q2);
}

TEST_CASE(
    "a file that a crash left before its first sync, with half a header, is a spare; one that held commits is damage") {
  log_only l;
  for (position p = 1; p <= 40; ++p) l.publish(q1, p, p, 1000);
  const auto files = ends(l.fs);
  REQUIRE(files.size() >= 3);
  const auto [path, end] = files.back();
  const std::string whole = l.fs.content(path);
  const std::string blank(whole.size(), '\0');
  const auto all = positions_in(must(read_log(l.fs, "/log", reading())));
  must(l.fs.remove(path));
  const auto before = positions_in(must(read_log(l.fs, "/log", reading())));
  REQUIRE(before.size() < all.size());
  const auto half = [&](std::string on, std::size_t from, std::size_t to) {
    return on.replace(from, to - from, whole, from, to - from);
  };
  for (std::size_t cut = 8; cut < sizeof(log_file_header); cut += 8) {
    const std::string older = l.fs.content(files.front().first);  // recycled: full of what an earlier use left
    for (const std::string& left : {half(blank, 0, cut), half(blank, cut, sizeof(log_file_header)), half(older, 0, cut),
                                    half(older, cut, sizeof(log_file_header))}) {
      if (parse_log_header(left, incarnation)) continue;  // the halves do not differ: the file that it was before
      l.fs.set_content(path, left);
      const auto read = must(read_log(l.fs, "/log", reading()));
      REQUIRE(positions_in(read) == before);
      REQUIRE(read.spares.size() + read.files.size() == files.size());
      REQUIRE(read.notes.empty());
    }
    l.fs.set_content(path, half(whole, 0, end).replace(cut, 8, 8, '\x55'));
    const auto read = read_log(l.fs, "/log", reading());
    REQUIRE_FALSE(read.ok());
    REQUIRE(read.failure().text.find(path + ": damaged header at offset 0") == 0);
  }
  SECTION("begun by a later start of the node") {
    log_reading later = reading();
    later.start = 5;
    l.fs.set_content(path, half(blank, 0, 40));
    CHECK(positions_in(must(read_log(l.fs, "/log", later))) == before);
    l.fs.set_content(path, std::string(whole).replace(20, 4, 4, '\x55'));
    CHECK_FALSE(read_log(l.fs, "/log", later).ok());
  }
  SECTION("a damaged header in the middle of the log is damage, frames or not") {
    l.fs.set_content(path, whole);
    l.fs.set_content(files[1].first, half(blank, 0, 40));
    const auto read = read_log(l.fs, "/log", reading());
    REQUIRE_FALSE(read.ok());
    CHECK(read.failure().text.find(files[1].first + ": damaged header at offset 0") == 0);
    CHECK(must(read_log(l.fs, "/log", reading(true))).unreadable == std::vector<std::string>{files[1].first});
  }
}

TEST_CASE(
    "the only file of a log, with half a header, is the first start's when nothing is behind it, and else damage") {
  log_only l;
  const std::string path = ends(l.fs).back().first;
  const std::string empty = l.fs.content(path);
  l.publish(q1, 1, 3);
  std::string bad = l.fs.content(path);
  bad.replace(16, 8, 8, '\0');
  l.fs.set_content(path, bad);
  CHECK_FALSE(read_log(l.fs, "/log", reading()).ok());
  l.fs.set_content(path, std::string(empty).replace(16, 8, 8, '\0'));
  const auto read = must(read_log(l.fs, "/log", reading()));
  CHECK(read.files.empty());
  CHECK(read.spares.size() == 1);
}

TEST_CASE("a queue that released the file that is written, and writes to it again, is asked to flush it") {
  log_only l;
  l.publish(q1, 1, 1);
  const log_file_id file = l.log->active();
  l.log->released(q1, file);  // its actor was restarted
  l.publish(q1, 2, 2);
  std::vector<std::uint64_t> asked;
  for (position p = 1; p <= 60; ++p) {
    l.publish(q2, p, p, 1000);
    for (const auto& wanted : l.log->take_flush_requests())
      if (wanted.queue == q1) asked.push_back(wanted.file.value);
  }
  CHECK(asked == std::vector<std::uint64_t>{file.value});
}
