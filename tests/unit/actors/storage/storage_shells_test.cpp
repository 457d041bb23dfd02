#include "actors/storage/storage_shells.hpp"

#include <caf/all.hpp>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <mutex>

#include "storage/posix_file_system.hpp"
#include "storage/simulated_file_system.hpp"

using namespace warren;
using namespace warren::actors;
using namespace std::chrono_literals;

namespace {

const queue_id q1{1}, q2{2};

struct temporary_directory {
  std::string path;
  temporary_directory() {
    char name[] = "/tmp/warren-shells-XXXXXX";
    path = ::mkdtemp(name);
  }
  ~temporary_directory() { std::filesystem::remove_all(path); }
};

storage::storage_options small_files() {
  storage::storage_options o;
  o.log_file_bytes = 64 * 1024;
  o.first_log_file_bytes = 8 * 1024;
  o.segment_bytes = 32 * 1024;
  return o;
}

/// A node's storage with its two actors; the test itself plays the queues.
struct running_storage {
  caf::actor_system_config config;
  std::unique_ptr<caf::actor_system> system;
  std::shared_ptr<storage::data_directory> directory;
  storage::recovered_node found;
  storage_shells shells;
  std::unique_ptr<caf::scoped_actor> me;
  std::mutex mutex;
  std::vector<std::string> fatal;
  block_builder builder;

  running_storage(storage::file_system& fs, const std::string& path) {
    system = std::make_unique<caf::actor_system>(config);
    me = std::make_unique<caf::scoped_actor>(*system);
    auto opened = storage::data_directory::open(fs, path);
    REQUIRE(opened.ok());
    directory = std::move(opened).value();
    auto reading = storage::recovery::read(*directory, small_files());
    REQUIRE(reading.ok());
    auto finished = (*reading)->finish([](queue_id) { return true; });
    REQUIRE(finished.ok());
    found = std::move(finished).value();
    shells = start_storage(*system, directory, found, [](const std::string&) {}, [this](const std::string& what) {
      std::lock_guard lock(mutex);
      fatal.push_back(what);
    });
  }
  ~running_storage() {
    for (const caf::actor& a : {shells.log, shells.store}) {
      (*me)->send_exit(a, caf::exit_reason::kill);
      (*me)->wait_for(a);
    }
    shells = {};
    me.reset();
    system.reset();
  }

  caf::actor self() { return caf::actor_cast<caf::actor>((*me)->address()); }
  queue_entry entry(position at, std::size_t bytes = 100, bool persistent = true) {
    queue_entry e;
    e.message = builder.append({"ex", "key", {}, std::to_string(at) + ":" + std::string(bytes, 'b'), message::no_expiration, 0, 0});
    e.at = at;
    e.flags = persistent ? queue_entry::persistent : 0;
    return e;
  }
  std::vector<queue_entry> entries(position first, position last, std::size_t bytes = 100) {
    std::vector<queue_entry> out;
    for (position p = first; p <= last; ++p) out.push_back(entry(p, bytes));
    return out;
  }
  void append(queue_id q, position first, position last, std::vector<position> acks = {}) {
    (*me)->send(shells.log, log_append{q, self(), entries(first, last), std::move(acks)});
  }
  void page_out(queue_id q, std::uint64_t token, std::vector<queue_entry> e, bool durable = true) {
    (*me)->send(shells.store, store_page_out{q, token, durable, true, std::move(e), self()});
  }
  /// The next message of this type.
  template <class T>
  T receive() {
    T out;
    bool got = false;
    (*me)->receive([&](T& t) { out = std::move(t); got = true; }, caf::after(20s) >> [] {});
    REQUIRE(got);
    return out;
  }
  template <class T>
  T statistics(const caf::actor& of) {
    T out;
    (*me)->request(of, 20s, storage_get_statistics{}).receive([&](const T& t) { out = t; }, [](const caf::error&) { FAIL("no answer"); });
    return out;
  }
  std::vector<position> load(queue_id q, position from, position to) {
    std::vector<position> out;
    while (true) {
      (*me)->send(shells.store, store_load{q, {0, from, to, 50, 1 << 20}, self()});
      const auto loaded = receive<store_loaded>();
      for (const auto& m : loaded.messages) out.push_back(m.at);
      if (!loaded.more_in_range) return out;
      from = out.back() + 1;
    }
  }
};

std::vector<position> positions(position first, position last) {
  std::vector<position> out;
  for (position p = first; p <= last; ++p) out.push_back(p);
  return out;
}

}  // namespace

TEST_CASE("every append is answered after its sync, and a killed node has it at the next start") {
  temporary_directory dir;
  {
    running_storage s(storage::posix_file_system(), dir.path);
    s.append(q1, 1, 10);
    const auto synced = s.receive<log_synced>();
    CHECK(synced.queue == q1);
    CHECK(synced.upto == 10);
    s.append(q1, 11, 12, {3, 4});
    CHECK(s.receive<log_synced>().upto == 12);
    CHECK(s.statistics<log_statistics>(s.shells.log).messages == 12);
  }
  running_storage s(storage::posix_file_system(), dir.path);
  CHECK_FALSE(s.found.clean);
  CHECK(s.load(q1, 1, 100) == std::vector<position>{1, 2, 5, 6, 7, 8, 9, 10, 11, 12});
}

TEST_CASE("appends that wait together share one sync and one answer per queue") {
  temporary_directory dir;
  running_storage s(storage::posix_file_system(), dir.path);
  constexpr position rounds = 400;
  for (position p = 1; p <= rounds; ++p) {
    s.append(q1, p, p);
    s.append(q2, p, p);
  }
  position upto1 = 0, upto2 = 0;
  while (upto1 < rounds || upto2 < rounds) {
    const auto synced = s.receive<log_synced>();
    position& upto = synced.queue == q1 ? upto1 : upto2;
    CHECK(synced.upto > upto);
    upto = synced.upto;
  }
  const auto c = s.statistics<log_statistics>(s.shells.log);
  CHECK(c.messages == 2 * rounds);
  CHECK(c.syncs < 2 * rounds);
}

TEST_CASE("as files fill up, queues flush and release, and the same few files serve on") {
  temporary_directory dir;
  running_storage s(storage::posix_file_system(), dir.path);
  position p = 1;
  std::uint64_t flushes = 0, token = 0;
  for (int round = 0; round < 400; ++round) {
    s.append(q1, p, p + 9);
    p += 10;
    position upto = 0;
    while (upto < p - 1) {
      (*s.me)->receive([&](const log_synced& done) { upto = done.upto; },
                       [&](const log_flush& wanted) {
                         ++flushes;
                         // everything but the newest is acknowledged: nothing to page out but one
                         s.page_out(q1, ++token, {s.entry(p - 1)});
                         (*s.me)->send(s.shells.log, log_released{q1, wanted.file});
                       },
                       [](const store_paged_out&) {});
    }
  }
  const auto c = s.statistics<log_statistics>(s.shells.log);
  CHECK(c.rollovers >= 5);
  CHECK(flushes >= 3);
  CHECK(c.files_live + c.files_spare <= 8);
}

TEST_CASE("what is paged out can be loaded, acknowledged and purged") {
  temporary_directory dir;
  running_storage s(storage::posix_file_system(), dir.path);
  s.page_out(q1, 7, s.entries(1, 100), false);
  CHECK(s.receive<store_paged_out>().token == 7);
  s.page_out(q1, 8, s.entries(101, 200), true);
  CHECK(s.receive<store_paged_out>().token == 8);
  CHECK(s.load(q1, 1, 1000) == positions(1, 200));
  (*s.me)->send(s.shells.store, store_ack{q1, positions(1, 150)});
  CHECK(s.load(q1, 1, 1000) == positions(151, 200));
  (*s.me)->send(s.shells.store, store_purge{q1, {160}});
  CHECK(s.load(q1, 1, 1000) == std::vector<position>{160});
  (*s.me)->send(s.shells.store, store_delete{q1});
  CHECK(s.load(q1, 1, 1000).empty());
  CHECK(s.statistics<store_statistics>(s.shells.store).queues == 0);
}

TEST_CASE("a restarted queue reads back what its predecessor had told the log and the store") {
  temporary_directory dir;
  running_storage s(storage::posix_file_system(), dir.path);
  s.append(q1, 1, 50, {});
  s.append(q2, 1, 50);
  s.page_out(q1, 1, s.entries(20, 29));
  s.append(q1, 51, 60, {1, 2});
  (*s.me)->send(s.shells.store, store_ack{q1, {20}});
  recovered_queue found;
  (*s.me)->request(s.shells.log, 20s, log_recover_queue{q1})
      .receive([&](const recovered_queue& r) { found = r; }, [](const caf::error&) { FAIL("no answer"); });
  REQUIRE(found.ranges.size() == 1);
  CHECK(found.ranges[0].messages == 57);
  auto expected = positions(3, 60);
  std::erase(expected, 20);
  CHECK(s.load(q1, 1, ~position{0} - 1) == expected);
  CHECK(found.next_position > 60);
}

TEST_CASE("metadata commands are numbered over restarts, and a snapshot replaces them") {
  temporary_directory dir;
  {
    running_storage s(storage::posix_file_system(), dir.path);
    (*s.me)->send(s.shells.log, log_metadata{"one", 11, s.self()});
    (*s.me)->send(s.shells.log, log_metadata{"two", 12, s.self()});
    CHECK(s.receive<log_metadata_synced>().index == 1);
    CHECK(s.receive<log_metadata_synced>().token == 12);
    (*s.me)->send(s.shells.store, store_snapshot{"state", 2, s.self()});
    CHECK(s.receive<store_snapshot_written>().index == 2);
  }
  running_storage s(storage::posix_file_system(), dir.path);
  (*s.me)->send(s.shells.log, log_metadata{"three", 1, s.self()});
  CHECK(s.receive<log_metadata_synced>().index == 3);
}

TEST_CASE("after a clean stop the next start is clean, unless a queue did not take part") {
  for (const bool all : {true, false}) {
    temporary_directory dir;
    {
      running_storage s(storage::posix_file_system(), dir.path);
      s.append(q1, 1, 10);
      s.append(q2, 1, 10);
      s.page_out(q1, 1, s.entries(1, 10));
      (*s.me)->send(s.shells.store, store_close{q1, 11, 4});
      if (all) {
        s.page_out(q2, 2, s.entries(1, 10));
        (*s.me)->send(s.shells.store, store_close{q2, 11, 0});
      }
      (*s.me)->send(s.shells.log, storage_stop{s.self()});
      (void)s.receive<storage_stopped>();
    }
    running_storage s(storage::posix_file_system(), dir.path);
    CHECK(s.found.clean == all);
    CHECK(s.found.of(q1).redelivered_upto == (all ? 4 : 10));
    CHECK(s.load(q1, 1, 100) == positions(1, 10));
    CHECK(s.load(q2, 1, 100) == positions(1, 10));
  }
}

TEST_CASE("a failed sync is fatal: it is reported once, and nothing is confirmed") {
  storage::simulated_file_system fs;
  running_storage s(fs, "/data");
  s.append(q1, 1, 1);
  CHECK(s.receive<log_synced>().upto == 1);
  fs.fail_syncs(true);
  (*s.me)->monitor(s.shells.log);
  s.append(q1, 2, 2);
  bool confirmed = false, down = false;
  while (!down)
    (*s.me)->receive([&](const log_synced&) { confirmed = true; }, [&](const caf::down_msg&) { down = true; });
  CHECK_FALSE(confirmed);
  std::lock_guard lock(s.mutex);
  REQUIRE(s.fatal.size() == 1);
  CHECK(s.fatal[0].find("cannot sync /data/wal/00000001.wal: Input/output error") != std::string::npos);
}
