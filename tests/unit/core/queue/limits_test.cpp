#include <catch2/catch.hpp>

#include "tests/unit/core/queue/support/queue_fixture.hpp"

using namespace warren;
using namespace warren::testing;

namespace {

queue_settings with_dlx(queue_settings s = {}) {
  s.dead_letter_exchange = "dlx";
  return s;
}
queue_settings at_most(std::uint64_t messages, overflow_mode mode = overflow_mode::drop_head) {
  queue_settings s;
  s.max_length = messages;
  s.overflow = mode;
  return s;
}
queue_settings ttl(std::uint64_t ms) {
  queue_settings s;
  s.message_ttl_ms = ms;
  return s;
}
message_spec lives(std::string body, std::uint64_t ms) { return {std::move(body), false, 0, ms}; }

}  // namespace

// ---- length

TEST_CASE("drop-head drops the oldest ready messages", "[queue][length]") {
  queue_fixture f(at_most(2));
  f.publish({"a", "b", "c"});
  CHECK(f.drain() == bodies{"b", "c"});
  CHECK(f.queue.ledger().dropped == 1);
  CHECK(f.dead().empty());
}

TEST_CASE("dropped messages go to the dead letter exchange, even to the default one", "[queue][length]") {
  queue_settings s = at_most(1);
  s.dead_letter_exchange = "";
  queue_fixture f(s);
  f.publish({"a", "b"});
  CHECK(f.dead() == bodies{"a maxlen"});
  CHECK(f.queue.ledger().dead_lettered == 1);
}

TEST_CASE("delivered messages do not count for the length", "[queue][length]") {
  queue_fixture f(at_most(2));
  f.publish({"a", "b"});
  f.get(false);
  f.publish({"c"});
  CHECK(f.queue.ledger().dropped == 0);
  f.requeue({1});  // now there are three: the oldest goes
  CHECK(f.drain() == bodies{"b", "c"});
}

TEST_CASE("a limit of zero still delivers to a waiting consumer", "[queue][length]") {
  queue_fixture f(at_most(0));
  REQUIRE(f.consume(1, prefetch(1)));
  f.publish({"a", "b"});
  CHECK(f.delivered() == bodies{"1:a"});
  CHECK(f.queue.ledger().dropped == 1);
}

TEST_CASE("the length in bytes counts bodies, and whichever limit comes first holds", "[queue][length]") {
  queue_settings s = at_most(3);
  s.max_length_bytes = 10;
  queue_fixture f(s);
  f.publish({"12345", "12345", "x"});
  CHECK(f.drain() == bodies{"12345", "x"});
  f.publish({"a", "b", "c", "d"});
  CHECK(f.drain() == bodies{"b", "c", "d"});
}

TEST_CASE("drop-head may drop a high priority to make room for a low one", "[queue][length]") {
  queue_settings s = at_most(1);
  s.max_priority = 5;
  queue_fixture f(s);
  f.send({{"high", false, 5}});
  f.send({{"low", false, 0}});
  CHECK(f.drain() == bodies{"low"});
}

TEST_CASE("reject-publish refuses the newest with a nack", "[queue][length]") {
  queue_fixture f(with_dlx(at_most(1, overflow_mode::reject_publish)));
  f.send({{"a"}, {"b"}, {"c"}}, true);
  CHECK(f.confirmed() == std::vector<std::uint64_t>{1});
  CHECK(f.refused() == std::vector<std::uint64_t>{2, 3});
  CHECK(f.dead().empty());
  CHECK(f.queue.ledger().published == 1);
  CHECK(f.queue.ledger().refused == 2);
  CHECK(f.drain() == bodies{"a"});
}

TEST_CASE("reject-publish-dlx dead-letters what it refuses", "[queue][length]") {
  queue_fixture f(with_dlx(at_most(1, overflow_mode::reject_publish_dlx)));
  f.send({{"a"}, {"b"}}, true);
  CHECK(f.refused() == std::vector<std::uint64_t>{2});
  CHECK(f.dead() == bodies{"b maxlen"});
  CHECK(f.queue.ledger().dead_lettered == 0);  // it was never in the queue
  CHECK(f.queue.ledger_balanced());
}

TEST_CASE("a policy that shortens the queue acts at once", "[queue][length]") {
  queue_fixture f;
  f.publish({"a", "b", "c"});
  f.queue.set_settings(at_most(1), f.now, f.out);
  CHECK(f.queue.count().ready == 1);
  f.queue.set_settings({}, f.now, f.out);
  f.publish({"d"});
  CHECK(f.drain() == bodies{"c", "d"});
}

TEST_CASE("what was fixed at the declaration no policy changes", "[queue]") {
  queue_settings s;
  s.max_priority = 2;
  s.durable = true;
  s.single_active_consumer = true;
  queue_fixture f(s);
  f.queue.set_settings({}, f.now, f.out);
  CHECK(f.queue.settings() == s);
}

// ---- time to live

TEST_CASE("a message dies when the queue's TTL has passed", "[queue][ttl]") {
  queue_fixture f(with_dlx(ttl(100)));
  f.publish({"a"});
  CHECK(f.queue.wake_at() == 1100);
  f.tick_at(1099);
  CHECK(f.queue.count().ready == 1);
  f.tick_at(1100);
  CHECK(f.dead() == bodies{"a expired"});
  CHECK(f.queue.wake_at() == std::nullopt);
}

TEST_CASE("the smaller of the queue's and the message's TTL holds", "[queue][ttl]") {
  queue_fixture f(ttl(100));
  f.send({lives("short", 10), lives("long", 1000)});
  CHECK(f.queue.wake_at() == 1010);
  f.tick_at(1010);
  CHECK(f.queue.count().ready == 1);
  CHECK(f.queue.wake_at() == 1100);
  f.tick_at(1100);
  CHECK(f.queue.ledger().expired == 2);
}

TEST_CASE("only the head expires: a short-lived message waits behind a long-lived one", "[queue][ttl]") {
  queue_fixture f;
  f.send({lives("long", 100), lives("short", 10)});
  f.tick_at(1050);
  CHECK(f.queue.count().ready == 2);
  CHECK(f.get() == "long");
  CHECK(f.queue.count().ready == 0);  // now it was at the head
  CHECK(f.queue.ledger().expired == 1);
}

TEST_CASE("an overdue message is never delivered", "[queue][ttl]") {
  queue_fixture f;
  f.send({lives("a", 10), {"b"}});
  f.now = 1011;
  REQUIRE(f.consume(1));
  CHECK(f.delivered() == bodies{"1:b"});
}

TEST_CASE("a TTL of zero means: to a waiting consumer, or not at all", "[queue][ttl]") {
  queue_fixture f(ttl(0));
  f.publish({"a"});
  CHECK(f.queue.ledger().expired == 1);
  REQUIRE(f.consume(1, prefetch(1)));
  f.publish({"b", "c"});
  CHECK(f.delivered() == bodies{"1:b"});
  CHECK(f.queue.ledger().expired == 2);
}

TEST_CASE("a delivered message does not expire, a requeued one may", "[queue][ttl]") {
  queue_fixture f(ttl(10));
  f.publish({"a"});
  f.get(false);
  f.tick_at(5000);
  CHECK(f.queue.count().unacked == 1);
  f.requeue({1});
  CHECK(f.queue.count().ready == 0);
  CHECK(f.queue.ledger().expired == 1);
}

TEST_CASE("a TTL beyond all time is no TTL", "[queue][ttl]") {
  queue_fixture f(ttl(~std::uint64_t{0} - 1));
  f.publish({"a"});
  CHECK(f.queue.wake_at() == std::nullopt);
  f.tick_at(std::numeric_limits<time_ms>::max() / 2);
  CHECK(f.queue.count().ready == 1);
}

// ---- an unused queue

TEST_CASE("x-expires counts from the last use: consumers, gets and declarations", "[queue][expires]") {
  queue_settings s;
  s.expires_ms = 100;
  queue_fixture f(s);
  CHECK(f.queue.wake_at() == 1100);
  f.now = 1050;
  f.queue.touched(f.now);
  CHECK(f.queue.wake_at() == 1150);
  f.now = 1140;
  CHECK(f.get() == "");
  f.tick_at(1239);
  CHECK_FALSE(f.out.expired);
  REQUIRE(f.consume(1));
  CHECK(f.queue.wake_at() == std::nullopt);
  f.tick_at(5000);
  CHECK_FALSE(f.out.expired);
  CHECK(f.queue.cancel(consumer_id{1}, f.now, f.out));
  CHECK(f.queue.wake_at() == 5100);
  f.publish({"a"});  // publishing is no use of it
  f.tick_at(5100);
  CHECK(f.out.expired);
  CHECK(f.queue.wake_at() == std::nullopt);
}

// ---- rejection

TEST_CASE("a rejected message is dead-lettered, or dropped where there is no dead letter exchange", "[queue]") {
  queue_fixture f(with_dlx());
  f.publish({"a", "b"});
  f.get(false);
  f.get(false);
  f.reject({1});
  CHECK(f.dead() == bodies{"a rejected"});
  f.queue.set_settings({}, f.now, f.out);
  f.reject({2});
  CHECK(f.queue.ledger().dropped == 1);
  CHECK(f.queue.ledger_balanced());
}
