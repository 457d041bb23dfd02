#include "storage/recovery.hpp"

#include "tests/unit/storage/storage_testkit.hpp"

using namespace warren;
using namespace warren::storage;

namespace {
const queue_id q{3};
}

TEST_CASE("a killed node finds its messages again, as ranges on disk, marked as perhaps delivered") {
  simulated_file_system fs;
  message_maker maker;
  {
    opened_node n = open_node(fs, small_files());
    CHECK(n.found.of(q).next_position == 1);
    n.log().append(q, maker.entries(1, 50, 100));
    n.log().append_acks(q, {{10, 19}});
    must(n.log().commit());
  }
  for (int time = 0; time < 2; ++time) {  // twice equals once
    opened_node n = open_node(fs, small_files());
    CHECK_FALSE(n.found.clean);
    const recovered_queue r = n.found.of(q);
    REQUIRE(r.ranges.size() == 1);
    CHECK(r.ranges[0].first == 1);
    CHECK(r.ranges[0].last == 50);
    CHECK(r.ranges[0].messages == 40);
    CHECK(r.ranges[0].body_bytes == 4000);
    CHECK(r.redelivered_upto == 50);
    CHECK(r.next_position > 50);
    CHECK(load_all(n.store(), q).size() == 40);
    CHECK(n.found.moved_messages == (time == 0 ? 40 : 0));
  }
}

TEST_CASE("after a clean stop nothing is replayed and delivered messages are known exactly") {
  simulated_file_system fs;
  message_maker maker;
  {
    opened_node n = open_node(fs, small_files());
    n.log().append(q, maker.entries(1, 50));
    must(n.log().commit());
    must(n.store().page_out(q, maker.entries(1, 50), true));
    must(n.store().ack(q, positions(1, 5)));
    must(n.store().close_all());
    clean_stop stop;
    stop.log_file = n.log().active().value;
    stop.metadata_covered = true;
    stop.queues[q] = {51, 8};
    must(write_clean_stop(*n.directory, stop));
  }
  opened_node n = open_node(fs, small_files());
  CHECK(n.found.clean);
  CHECK(n.found.moved_messages == 0);
  CHECK(n.found.of(q).redelivered_upto == 8);
  CHECK(load_all(n.store(), q) == positions(6, 50));
  CHECK_FALSE(fs.exists("/data/clean_stop"));
  CHECK(n.log().live_files() == 1);
}

TEST_CASE("a message whose segment copy was acknowledged does not come back from the log, not even at the second start") {
  simulated_file_system fs;
  message_maker maker;
  {
    opened_node n = open_node(fs, small_files());
    n.log().append(q, maker.entries(1, 20));
    must(n.log().commit());
    must(n.store().page_out(q, maker.entries(1, 20), true));
    must(n.store().ack(q, positions(1, 19)));
    must(n.store().flush_acks());
    must(n.store().ack(q, positions(20, 20)));  // the segment goes, and the ack file with it
    for (auto& d : n.store().take_dropped()) n.log().append_acks(d.queue, d.ranges);
    must(n.log().commit());
  }
  for (int time = 0; time < 2; ++time) CHECK(load_all(open_node(fs, small_files()).store(), q).empty());
}

TEST_CASE("acks of the ack file hold for what only the log has left") {
  simulated_file_system fs;
  message_maker maker;
  {
    opened_node n = open_node(fs, small_files());
    n.log().append(q, maker.entries(1, 20));
    must(n.log().commit());
    must(n.store().page_out(q, maker.entries(1, 20), true));
    must(n.store().ack(q, positions(1, 19)));
    must(n.store().flush_acks());
  }
  for (const std::string& f : fs.files_below("/data/queues"))
    if (f.ends_with(".seg")) must(fs.remove(f));  // it never got to the disk
  for (int time = 0; time < 2; ++time)
    CHECK(load_all(open_node(fs, small_files()).store(), q) == std::vector<position>{20});
}

TEST_CASE("what belongs to no durable queue is removed") {
  simulated_file_system fs;
  message_maker maker;
  {
    opened_node n = open_node(fs, small_files());
    n.log().append(q, maker.entries(1, 20));
    must(n.log().commit());
    must(n.store().page_out(queue_id{8}, maker.entries(1, 20, 20, false), false));
  }
  auto directory = must(data_directory::open(fs, "/data"));
  auto reading = must(recovery::read(*directory, small_files()));
  const auto found = must(reading->finish([](queue_id) { return false; }));
  CHECK(found.queues.empty());
  CHECK(must(fs.list("/data/queues")).empty());
}

TEST_CASE("metadata comes back as the snapshot and the commands behind it") {
  simulated_file_system fs;
  {
    opened_node n = open_node(fs, small_files());
    for (const char* c : {"one", "two", "three"}) (void)n.log().append_metadata(c);
    must(n.log().commit());
    must(write_metadata_snapshot(fs, "/data", {2, "one+two"}));
  }
  auto directory = must(data_directory::open(fs, "/data"));
  SECTION("as it was") {
    auto reading = must(recovery::read(*directory, small_files()));
    REQUIRE(reading->snapshot());
    CHECK(reading->snapshot()->bytes == "one+two");
    CHECK(reading->commands() == std::vector<bytes_view>{"three"});
    CHECK(reading->last_command() == 3);
    auto found = must(reading->finish([](queue_id) { return true; }));
    CHECK(found.log->append_metadata("four") == 4);
  }
  SECTION("a damaged snapshot stops the start") {
    std::string bytes = fs.content("/data/metadata.snapshot");
    bytes.back() ^= 1;
    fs.set_content("/data/metadata.snapshot", bytes);
    const auto reading = recovery::read(*directory, small_files());
    REQUIRE_FALSE(reading.ok());
    CHECK(reading.failure().text.find("/data/metadata.snapshot: damaged") == 0);
  }
}

TEST_CASE("a queue that is read back while the node runs has what was told to log and store, under new positions") {
  simulated_file_system fs;
  message_maker maker;
  opened_node n = open_node(fs, small_files());
  n.log().append(q, maker.entries(1, 30));
  n.log().append(queue_id{4}, maker.entries(1, 30));
  n.log().append_acks(q, {{3, 4}});
  must(n.log().commit());
  must(n.store().page_out(q, maker.entries(10, 19), true));
  must(n.store().page_out(q, maker.entries(40, 45, 20, false), true));
  must(n.store().ack(q, positions(11, 12)));
  std::vector<std::string> notes;
  restarted_queue asked{q, n.directory->position_after_restart(1), {}};
  must(recover_running_queues(n.store(), *n.directory, std::span(&asked, 1), n.log().oldest(), n.log().active(), notes));
  const recovered_queue& r = asked.found;
  CHECK(notes.empty());
  auto expected = positions(1, 30);
  std::erase_if(expected, [](position p) { return p == 3 || p == 4 || p == 11 || p == 12; });
  CHECK(load_all(n.store(), q) == expected);
  REQUIRE(r.ranges.size() == 1);
  CHECK(r.ranges[0].messages == expected.size());
  CHECK(r.next_position == n.directory->position_after_restart(1));
  CHECK(r.next_position > (position{1} << 32));
  CHECK(load_all(n.store(), queue_id{4}).empty());
}

TEST_CASE("positions of an earlier start are never given out again, also when no trace of them is left") {
  simulated_file_system fs;
  { opened_node n = open_node(fs); }
  opened_node n = open_node(fs);
  CHECK(n.found.of(q).next_position == (position{2} << 44));
}

TEST_CASE("a data directory belongs to one process, keeps its incarnation and counts its starts") {
  simulated_file_system fs;
  std::uint64_t incarnation = 0;
  {
    auto d = must(data_directory::open(fs, "/data"));
    CHECK(d->fresh());
    incarnation = d->incarnation();
    CHECK(incarnation != 0);
    const auto second = data_directory::open(fs, "/data");
    REQUIRE_FALSE(second.ok());
    CHECK(second.failure().text.find("the data directory /data cannot be used: /data/warren.lock is locked by another process") == 0);
  }
  auto d = must(data_directory::open(fs, "/data"));
  CHECK(d->incarnation() == incarnation);
  CHECK(d->starts() == 2);
}

TEST_CASE("data without its incarnation is refused") {
  simulated_file_system fs;
  { opened_node n = open_node(fs); }
  must(fs.remove("/data/node_incarnation"));
  const auto d = data_directory::open(fs, "/data");
  REQUIRE_FALSE(d.ok());
  CHECK(d.failure().text.find("node_incarnation is missing") != std::string::npos);
}
