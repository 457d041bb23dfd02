#include <catch2/catch.hpp>

#include "tests/unit/core/queue/support/queue_fixture.hpp"

using namespace warren;
using namespace warren::testing;

namespace {

queue_settings durable() {
  queue_settings s;
  s.durable = true;
  return s;
}
message_spec persistent(std::string body) { return {std::move(body), true}; }
using sequences = std::vector<std::uint64_t>;
using positions = std::vector<position>;

positions appended(const queue_effects& out) {
  positions result;
  for (const queue_entry& e : out.log_appends) result.push_back(e.at);
  return result;
}
positions paged(const page_out& p) {
  positions result;
  for (const queue_entry& e : p.entries) result.push_back(e.at);
  return result;
}

}  // namespace

TEST_CASE("a persistent message in a durable queue is confirmed when it is synced, others at once", "[queue][confirm]") {
  queue_fixture f(durable());
  f.send({persistent("a"), {"b"}, persistent("c")}, true);
  CHECK(f.confirmed() == sequences{2});
  CHECK(appended(f.out) == positions{1, 3});
  f.out.clear();
  f.queue.synced(1, f.out);
  CHECK(f.confirmed() == sequences{1});
  f.queue.synced(3, f.out);
  CHECK(f.confirmed() == sequences{1, 3});
}

TEST_CASE("in a transient queue nothing is logged and everything confirmed at once", "[queue][confirm]") {
  queue_fixture f;
  f.send({persistent("a")}, true);
  CHECK(f.confirmed() == sequences{1});
  CHECK(f.out.log_appends.empty());
  CHECK(f.queue.count().persistent == 0);
}

TEST_CASE("a message that is acknowledged before it was synced is still confirmed at the sync", "[queue][confirm]") {
  queue_fixture f(durable());
  REQUIRE(f.consume(1));
  f.send({persistent("a")}, true);
  f.ack({1});
  CHECK(f.confirmed().empty());
  CHECK(f.out.log_acks == positions{1});
  f.queue.synced(1, f.out);
  CHECK(f.confirmed() == sequences{1});
}

TEST_CASE("what goes straight to a consumer with automatic acknowledgement needs no log", "[queue][confirm]") {
  queue_fixture f(durable());
  REQUIRE(f.consume(1, no_ack()));
  f.send({persistent("a")}, true);
  CHECK(f.confirmed() == sequences{1});
  CHECK(f.out.log_appends.empty());
  CHECK(f.out.log_acks.empty());
}

TEST_CASE("however a logged message leaves, the log is told", "[queue][log]") {
  queue_settings s = durable();
  s.max_length = 3;
  queue_fixture f(s);
  f.send({persistent("dropped"), persistent("rejected"), persistent("got"), persistent("purged")});
  CHECK(f.out.log_acks == positions{1});
  f.get(false);
  f.reject({2});
  CHECK(f.get(true) == "got");
  CHECK(f.out.log_acks == positions{1, 2, 3});
  f.send({{"expires", true, 0, 0}});
  CHECK(f.queue.purge(f.now, f.out) == 2);
  CHECK(f.out.log_acks == positions{1, 2, 3, 4, 5});
  CHECK(f.queue.count().persistent == 0);
}

TEST_CASE("a log file is released at once when nothing is in the log only", "[queue][log]") {
  queue_fixture f(durable());
  f.publish({"transient"});
  f.queue.flush_log(log_file_id{4}, f.out);
  CHECK(f.out.log_releases == std::vector<log_file_id>{{4}});
  CHECK(f.out.page_outs.empty());
}

TEST_CASE("flushing the log pages out what is in it only, ready or not, and releases the file afterwards", "[queue][log]") {
  queue_settings s = durable();
  s.max_priority = 1;
  queue_fixture f(s);
  f.send({persistent("a"), {"b"}, {"high", true, 1}, persistent("c")});
  f.get(false);  // "high" is unacknowledged now
  f.out.clear();
  f.queue.flush_log(log_file_id{1}, f.out);
  REQUIRE(f.out.page_outs.size() == 1);
  CHECK(f.out.page_outs[0].durable);
  CHECK(paged(f.out.page_outs[0]) == positions{1, 4, 3});  // by lane, then position
  CHECK(f.out.log_releases.empty());
  const auto token = f.out.page_outs[0].token;
  f.out.clear();

  f.ack({3});  // settled while it is being written
  CHECK(f.out.disk_acks.empty());
  CHECK(f.out.log_acks == positions{3});
  f.out.clear();
  f.queue.paged_out(token, f.out);
  CHECK(f.out.disk_acks == positions{3});
  CHECK(f.out.log_releases == std::vector<log_file_id>{{1}});
  f.out.clear();

  CHECK(f.drain() == bodies{"a", "b", "c"});  // they had stayed in memory
  CHECK(f.out.disk_acks == positions{1, 4});
  CHECK(f.out.log_acks.empty());
  CHECK(f.out.loads.empty());
}

TEST_CASE("a log file waits for a page_out that was under way already", "[queue][log]") {
  queue_settings s = durable();
  s.lazy = true;
  queue_fixture f(s);
  f.send({persistent("a")});
  REQUIRE(f.out.page_outs.size() == 1);
  CHECK_FALSE(f.out.page_outs[0].durable);
  const auto token = f.out.page_outs[0].token;
  f.queue.flush_log(log_file_id{1}, f.out);
  CHECK(f.out.page_outs.size() == 1);  // not written twice
  CHECK(f.out.log_releases.empty());
  f.queue.paged_out(token, f.out);
  CHECK(f.out.log_releases == std::vector<log_file_id>{{1}});
}

TEST_CASE("a queue comes back from its ranges on disk, with what was delivered before marked", "[queue][recovery]") {
  recovered_queue found;
  found.ranges = {{0, 5, 20, 3, 30}};
  found.next_position = 40;
  found.redelivered_upto = 6;
  queue_fixture f(durable());
  f.queue.recover(found, f.now, f.out);
  CHECK(f.queue.count().ready == 3);
  CHECK(f.queue.count().ready_bytes == 30);
  CHECK(f.queue.count().paged_out == 3);
  CHECK(f.queue.count().persistent == 3);
  CHECK(f.queue.next_position() == 40);
  CHECK(f.queue.highest_delivered() == 6);
  CHECK(f.queue.ledger_balanced());

  REQUIRE(f.consume(1));
  REQUIRE(f.out.loads.size() == 1);
  CHECK(f.out.loads[0].from == 5);
  CHECK(f.out.loads[0].to == 20);
  std::vector<loaded_message> loaded;
  for (const position at : {5, 6, 20}) loaded.push_back({make_message({std::string(10, 'x'), true}), at, 900});
  f.queue.loaded(0, loaded, false, f.now, f.out);
  const std::string x(10, 'x');
  CHECK(f.delivered() == bodies{"1:" + x + "*", "1:" + x + "*", "1:" + x});
  f.out.clear();
  f.ack({5, 6, 20});
  CHECK(f.out.disk_acks == positions{5, 6, 20});
  CHECK(f.queue.count().persistent == 0);
}

TEST_CASE("when the disk holds less than the books say, the books are corrected", "[queue][recovery]") {
  recovered_queue found;
  found.ranges = {{0, 1, 9, 5, 50}};
  found.next_position = 10;
  queue_fixture f(durable());
  f.queue.recover(found, f.now, f.out);
  CHECK(f.get() == "?");
  std::vector<loaded_message> loaded;
  loaded.push_back({make_message({"0123456789", true}), 2, 900});
  f.queue.loaded(0, loaded, false, f.now, f.out);
  CHECK(f.drain() == bodies{"0123456789"});
  CHECK(f.queue.count().ready == 0);
  CHECK(f.queue.count().ready_bytes == 0);
  CHECK(f.queue.ledger().dropped == 4);
  CHECK(f.queue.ledger_balanced());
}

TEST_CASE("when the disk holds more than the books say, nothing is lost", "[queue][recovery]") {
  recovered_queue found;
  found.ranges = {{0, 1, 9, 1, 1}};
  found.next_position = 10;
  queue_fixture f(durable());
  f.queue.recover(found, f.now, f.out);
  CHECK(f.get() == "?");
  std::vector<loaded_message> loaded;
  for (const position at : {1, 2, 3}) loaded.push_back({make_message({std::to_string(at), true}), at, 900});
  f.queue.loaded(0, loaded, false, f.now, f.out);
  CHECK(f.queue.count().ready == 3);
  CHECK(f.drain() == bodies{"1", "2", "3"});
  CHECK(f.queue.ledger_balanced());
}
