#include <catch2/catch.hpp>

#include "tests/unit/core/queue/support/fake_storage.hpp"
#include "tests/unit/core/queue/support/queue_fixture.hpp"

using namespace warren;
using namespace warren::testing;

namespace {

queue_memory_limits small() {
  queue_memory_limits l;
  l.max_messages = 8;
  l.load_messages = 4;
  return l;
}
bodies numbers(int from, int to) {
  bodies result;
  for (int i = from; i <= to; ++i) result.push_back(std::to_string(i));
  return result;
}

/// The storage performs and answers everything at once.
struct with_disk : queue_fixture {
  using queue_fixture::queue_fixture;
  fake_storage disk;

  bool step() {
    disk.take(out);
    auto deliveries = std::move(out.deliveries);
    out.clear();
    out.deliveries = std::move(deliveries);
    while (disk.has_commands()) disk.perform_next();
    if (!disk.has_answers()) return false;
    disk.answer_next(queue, now, out);
    return true;
  }
  void settle() {
    while (step()) {
    }
  }
  bodies drain_from_disk() {
    bodies result;
    for (std::string body = get(); !body.empty(); body = get()) {
      if (body != "?") result.push_back(body);
      settle();
    }
    return result;
  }
};

}  // namespace

TEST_CASE("a backlog beyond the limits goes to disk and comes back in order", "[queue][paging]") {
  with_disk f({}, small());
  for (int i = 1; i <= 100; ++i) {
    f.publish({std::to_string(i)});
    f.settle();
    CHECK(f.queue.count().ready_ram <= 9);
  }
  CHECK(f.queue.count().ready == 100);
  CHECK(f.queue.count().paged_out >= 90);
  CHECK(f.drain_from_disk() == numbers(1, 100));
  CHECK(f.disk.on_disk().empty());
}

TEST_CASE("what is on its way to disk can still be delivered from memory", "[queue][paging]") {
  queue_fixture f({}, small());
  f.publish(numbers(1, 20));
  REQUIRE(f.out.page_outs.size() == 1);
  CHECK(f.drain() == numbers(1, 20));
  CHECK(f.out.loads.empty());
  const auto token = f.out.page_outs[0].token;
  const std::size_t written = f.out.page_outs[0].entries.size();
  CHECK(f.out.disk_acks.empty());
  f.queue.paged_out(token, f.out);
  CHECK(f.out.disk_acks.size() == written);
}

TEST_CASE("a consumer that keeps up never touches the disk", "[queue][paging]") {
  queue_fixture f({}, small());
  REQUIRE(f.consume(1, no_ack()));
  for (int i = 0; i < 100; ++i) f.publish(numbers(1, 7));
  CHECK(f.out.page_outs.empty());
  CHECK(f.out.loads.empty());
  CHECK(f.delivered().size() == 700);
}

TEST_CASE("while there is something on disk, what is published waits behind it", "[queue][paging]") {
  with_disk f({}, small());
  f.publish(numbers(1, 20));
  f.settle();
  f.publish(numbers(21, 22));
  CHECK(f.drain_from_disk() == numbers(1, 22));
}

TEST_CASE("a lazy queue pages out at once and loads when somebody consumes", "[queue][paging]") {
  queue_settings s;
  s.lazy = true;
  with_disk f(s, small());
  f.publish(numbers(1, 3));
  f.settle();
  CHECK(f.queue.count().paged_out == 3);
  CHECK(f.queue.count().ready_ram == 0);
  REQUIRE(f.consume(1, no_ack()));
  f.settle();
  CHECK(f.delivered() == bodies{"1:1", "1:2", "1:3"});
}

TEST_CASE("a queue that becomes lazy pages out what it has", "[queue][paging]") {
  with_disk f;
  f.publish(numbers(1, 5));
  queue_settings lazy;
  lazy.lazy = true;
  f.queue.set_settings(lazy, f.now, f.out);
  f.settle();
  CHECK(f.queue.count().ready_ram == 0);
  CHECK(f.drain_from_disk() == numbers(1, 5));
}

TEST_CASE("lower memory limits act on what is there", "[queue][paging]") {
  with_disk f;
  f.publish(numbers(1, 1000));
  CHECK(f.queue.count().ready_ram == 1000);
  f.queue.set_memory_limits(small(), f.now, f.out);
  f.settle();
  CHECK(f.queue.count().ready_ram <= 8);
  CHECK(f.drain_from_disk() == numbers(1, 1000));
}

TEST_CASE("what was paged out for the log is not written a second time", "[queue][paging]") {
  queue_settings s;
  s.durable = true;
  with_disk f(s);  // the fake disk complains about a second write
  std::vector<message_spec> messages;
  for (const std::string& n : numbers(1, 20)) messages.push_back({n, true});
  f.send(messages);
  f.disk.take(f.out);
  f.out.clear();
  f.disk.roll_over();
  f.queue.flush_log(log_file_id{1}, f.out);
  f.settle();
  f.queue.set_memory_limits(small(), f.now, f.out);
  CHECK(f.out.page_outs.empty());
  CHECK(f.queue.count().paged_out >= 12);
  CHECK(f.drain_from_disk() == numbers(1, 20));
}

TEST_CASE("memory limits smaller than a load do not throw the load out again", "[queue][paging]") {
  queue_memory_limits tiny = small();
  tiny.max_messages = 1;
  tiny.max_bytes = 10;
  tiny.load_messages = 100;
  with_disk f({}, tiny);
  f.publish(numbers(1, 300));
  f.settle();
  int steps = 0;
  REQUIRE(f.consume(1, prefetch(1)));
  while (f.step()) REQUIRE(++steps < 50);
}

TEST_CASE("messages on disk expire when nobody consumes", "[queue][paging]") {
  queue_settings s;
  s.message_ttl_ms = 100;
  with_disk f(s, small());
  f.publish(numbers(1, 50));
  f.settle();
  f.tick_at(1100);
  f.settle();
  CHECK(f.queue.ledger().expired == 50);
  CHECK(f.queue.count().ready == 0);
  CHECK(f.disk.on_disk().empty());
}

TEST_CASE("after a restart an expiring head is found although nobody consumes", "[queue][paging]") {
  queue_settings s;
  s.durable = true;
  queue_fixture f(s);
  recovered_queue found;
  found.ranges = {{0, 1, 1, 1, 1}};
  found.next_position = 2;
  f.queue.recover(found, f.now, f.out);
  REQUIRE(f.out.loads.size() == 1);
  CHECK(f.out.loads[0].max_messages <= 64);  // a look at the head is enough
  std::vector<loaded_message> loaded;
  loaded.push_back({make_message({"a", true, 0, 500}), 1, 900});
  f.queue.loaded(0, loaded, false, f.now, f.out);
  CHECK(f.queue.wake_at() == 1400);
}

TEST_CASE("a shorter policy drops from a head that lies on disk", "[queue][paging]") {
  with_disk f({}, small());
  f.publish(numbers(1, 50));
  f.settle();
  queue_settings s;
  s.max_length = 3;
  f.queue.set_settings(s, f.now, f.out);
  f.settle();
  CHECK(f.drain_from_disk() == numbers(48, 50));
}

TEST_CASE("a purge drops the segments but keeps what is delivered from them", "[queue][paging]") {
  queue_settings s;
  s.lazy = true;
  with_disk f(s, small());
  f.publish(numbers(1, 30));
  f.settle();
  CHECK(f.get(false) == "?");
  f.settle();
  CHECK(f.get(false) == "1");
  f.settle();
  CHECK(f.queue.purge(f.now, f.out) == 29);
  CHECK(f.out.purge_disk);
  CHECK(f.out.purge_keep == std::vector<position>{1});
  f.settle();
  CHECK(f.disk.on_disk().size() == 1);
  f.requeue({1});
  CHECK(f.drain_from_disk() == bodies{"1*"});
  CHECK(f.disk.on_disk().empty());
}

TEST_CASE("the answer to a load that was under way during a purge is worth nothing", "[queue][paging]") {
  with_disk f({}, small());
  f.publish(numbers(1, 30));
  f.settle();
  REQUIRE(f.consume(1, prefetch(1)));
  f.ack({1});
  f.delivered();
  while (f.out.loads.empty()) {  // consume until the head is low
    f.ack({f.queue.highest_delivered()});
  }
  f.disk.take(f.out);
  f.out.clear();
  while (f.disk.has_commands()) f.disk.perform_next();
  (void)f.queue.purge(f.now, f.out);
  f.settle();
  f.publish({"new"});
  f.ack({f.queue.highest_delivered()});
  CHECK(f.delivered() == bodies{"1:new"});
  CHECK(f.queue.count().ready == 0);
  CHECK(f.queue.ledger_balanced());
}

TEST_CASE("ten million messages on disk cost one range", "[queue][paging]") {
  recovered_queue found;
  for (position p = 1; p <= 10'000'000; p += 100'000) found.ranges.push_back({0, p, p + 99'999, 100'000, 1'600'000});
  found.next_position = 10'000'001;
  queue_fixture f;
  f.queue.recover(found, f.now, f.out);
  CHECK(f.queue.count().ready == 10'000'000);
  REQUIRE(f.out.loads.size() == 1);
  CHECK(f.out.loads[0].to == 10'000'000);
}
