#include <catch2/catch.hpp>

#include "tests/unit/core/queue/support/queue_fixture.hpp"

using namespace warren;
using namespace warren::testing;

TEST_CASE("messages leave in the order they came", "[queue]") {
  queue_fixture f;
  f.publish({"a", "b", "c"});
  CHECK(f.queue.count().ready == 3);
  REQUIRE(f.consume(1));
  f.publish({"d"});
  CHECK(f.delivered() == bodies{"1:a", "1:b", "1:c", "1:d"});
  CHECK(f.queue.count().ready == 0);
  CHECK(f.queue.count().unacked == 4);
  f.ack({1, 2, 3, 4});
  CHECK(f.queue.count().unacked == 0);
  CHECK(f.queue.ledger().acked == 4);
  CHECK(f.queue.ledger_balanced());
}

TEST_CASE("with automatic acknowledgement a delivery is settled at once", "[queue]") {
  queue_fixture f;
  REQUIRE(f.consume(1, no_ack()));
  f.publish({"a"});
  CHECK(f.delivered() == bodies{"1:a"});
  CHECK(f.queue.count().unacked == 0);
  CHECK(f.queue.ledger().acked == 1);
}

TEST_CASE("equal consumers take turns, message by message", "[queue]") {
  queue_fixture f;
  REQUIRE(f.consume(1));
  REQUIRE(f.consume(2));
  REQUIRE(f.consume(3));
  f.publish({"a", "b", "c", "d"});
  f.publish({"e"});
  CHECK(f.delivered() == bodies{"1:a", "2:b", "3:c", "1:d", "2:e"});
}

TEST_CASE("a consumer of higher x-priority gets everything while it has credit", "[queue]") {
  queue_fixture f;
  REQUIRE(f.consume(1));
  consumer_spec high = prefetch(2);
  high.priority = 5;
  REQUIRE(f.consume(2, high));
  f.publish({"a", "b", "c"});
  CHECK(f.delivered() == bodies{"2:a", "2:b", "1:c"});
  f.ack({1});
  f.publish({"d", "e"});
  CHECK(f.delivered() == bodies{"2:d", "1:e"});
}

TEST_CASE("prefetch bounds what a consumer holds unacknowledged", "[queue]") {
  queue_fixture f;
  REQUIRE(f.consume(1, prefetch(2)));
  f.publish({"a", "b", "c", "d"});
  CHECK(f.delivered() == bodies{"1:a", "1:b"});
  f.ack({2});
  CHECK(f.delivered() == bodies{"1:c"});
  f.reject({1});
  CHECK(f.delivered() == bodies{"1:d"});
}

TEST_CASE("prefetch means nothing to a consumer with automatic acknowledgement", "[queue]") {
  queue_fixture f;
  consumer_spec s = no_ack();
  s.prefetch = 1;
  REQUIRE(f.consume(1, s));
  f.publish({"a", "b", "c"});
  CHECK(f.delivered().size() == 3);
}

TEST_CASE("a consumer whose window is used up waits until it is replenished", "[queue]") {
  queue_fixture f;
  consumer_spec s = no_ack();
  s.window_bytes = 1;  // one message may overdraw it
  REQUIRE(f.consume(1, s));
  f.publish({"a", "b", "c"});
  CHECK(f.delivered() == bodies{"1:a"});
  const auto record = std::int64_t{make_message({"a"})->record_bytes} + 64;
  f.queue.replenish(consumer_id{1}, record - 1, f.now, f.out);
  CHECK(f.delivered().empty());
  f.queue.replenish(consumer_id{1}, 1, f.now, f.out);
  CHECK(f.delivered() == bodies{"1:b"});
}

TEST_CASE("basic.get takes the head and says how many are left", "[queue]") {
  queue_fixture f;
  f.publish({"a", "b"});
  const auto first = f.queue.get(channel_id{7}, false, f.now, f.out);
  REQUIRE(first.message);
  CHECK(body_of(first.message->message) == "a");
  CHECK(first.ready_left == 1);
  CHECK(f.queue.count().unacked == 1);
  CHECK(f.get(true) == "b");
  CHECK(f.get() == "");
  CHECK(f.queue.ledger().got == 1);
  CHECK(f.queue.ledger().got_no_ack == 1);
  CHECK(f.queue.ledger().got_empty == 1);
}

TEST_CASE("a requeued message returns to its original position, marked as redelivered", "[queue]") {
  queue_fixture f;
  f.publish({"a", "b", "c", "d"});
  for (int i = 0; i < 3; ++i) f.get(false);
  f.requeue({2});
  f.requeue({1});
  f.requeue({3});
  CHECK(f.drain() == bodies{"a*", "b*", "c*", "d"});
  CHECK(f.queue.ledger().redelivered == 3);
}

TEST_CASE("the end of a channel cancels its consumers and requeues all it held, basic.get included", "[queue]") {
  queue_fixture f;
  REQUIRE(f.consume(1));
  consumer_spec other = prefetch(1);
  REQUIRE(f.consume(2, other));
  f.publish({"a", "b", "c"});
  CHECK(f.delivered() == bodies{"1:a", "2:b", "1:c"});
  f.queue.channel_down(channel_id{1}, f.now, f.out);
  CHECK(f.queue.count().consumers == 1);
  CHECK(f.queue.count().ready == 2);
  f.ack({2});
  CHECK(f.delivered() == bodies{"2:a*"});
  (void)f.queue.get(channel_id{77}, false, f.now, f.out);
  CHECK(f.queue.count().unacked == 2);
  f.queue.channel_down(channel_id{77}, f.now, f.out);
  CHECK(f.queue.count().unacked == 1);
  CHECK(f.get() == "c*");
}

TEST_CASE("deliveries of a cancelled consumer stay with its channel", "[queue]") {
  queue_fixture f;
  REQUIRE(f.consume(1));
  f.publish({"a", "b"});
  CHECK(f.queue.cancel(consumer_id{1}, f.now, f.out));
  CHECK_FALSE(f.queue.cancel(consumer_id{1}, f.now, f.out));
  CHECK(f.queue.count().unacked == 2);
  f.ack({1});
  f.requeue({2});
  CHECK(f.drain() == bodies{"b*"});
}

TEST_CASE("unknown positions are ignored", "[queue]") {
  queue_fixture f;
  f.publish({"a"});
  f.ack({1, 99, 0});
  f.requeue({1});
  f.reject({7});
  CHECK(f.drain() == bodies{"a"});
}

TEST_CASE("higher priorities go first, and above the maximum counts as the maximum", "[queue]") {
  queue_settings s;
  s.max_priority = 3;
  queue_fixture f(s);
  f.send({{"low", false, 0}, {"three", false, 3}, {"nine", false, 9}, {"one", false, 1}});
  CHECK(f.drain() == bodies{"three", "nine", "one", "low"});
}

TEST_CASE("without x-max-priority priorities do not matter", "[queue]") {
  queue_fixture f;
  f.send({{"low", false, 0}, {"high", false, 9}});
  CHECK(f.drain() == bodies{"low", "high"});
}

TEST_CASE("purge drops what is ready and nothing that is delivered", "[queue]") {
  queue_fixture f;
  f.publish({"a", "b", "c"});
  f.get(false);
  CHECK(f.queue.purge(f.now, f.out) == 2);
  CHECK(f.queue.count().ready == 0);
  CHECK(f.queue.count().unacked == 1);
  CHECK(f.queue.ledger().purged == 2);
  CHECK(f.queue.ledger_balanced());
  CHECK_FALSE(f.out.purge_disk);
}
