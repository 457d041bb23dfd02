#include <catch2/catch.hpp>

#include "tests/unit/core/queue/support/queue_fixture.hpp"

using namespace warren;
using namespace warren::testing;

namespace {

consumer_spec exclusive() {
  consumer_spec s;
  s.exclusive = true;
  return s;
}
consumer_spec shared_prefetch(std::uint32_t own = 0) {
  consumer_spec s = prefetch(own);
  s.wants_grants = true;
  return s;
}
const error in_use{reply_code::access_refused, "queue 'q' in vhost 'v' in exclusive use"};

queue_settings single_active() {
  queue_settings s;
  s.single_active_consumer = true;
  return s;
}

using asked = std::vector<consumer_id>;
using returned = std::vector<std::pair<consumer_id, std::uint32_t>>;

}  // namespace

TEST_CASE("an exclusive consumer is alone, or is refused with RabbitMQ's text", "[queue][consumers]") {
  queue_fixture f;
  REQUIRE(f.consume(1, exclusive()));
  CHECK(f.queue.exclusive_consumer() == consumer_id{1});
  const status second = f.consume(2);
  REQUIRE_FALSE(second);
  CHECK(second.failure() == in_use);
  CHECK(f.queue.cancel(consumer_id{1}, f.now, f.out));
  CHECK(f.queue.exclusive_consumer() == std::nullopt);
  REQUIRE(f.consume(2));
  const status third = f.consume(3, exclusive());
  REQUIRE_FALSE(third);
  CHECK(third.failure() == in_use);
}

TEST_CASE("a single active consumer gets everything, the next in order of subscription follows it", "[queue][consumers]") {
  queue_fixture f(single_active());
  REQUIRE(f.consume(1));
  CHECK(f.out.activated == consumer_id{1});
  f.out.clear();
  consumer_spec important;
  important.priority = 10;  // no effect on who is next
  REQUIRE(f.consume(2));
  REQUIRE(f.consume(3, important));
  CHECK_FALSE(f.out.activated);
  f.publish({"a", "b"});
  CHECK(f.delivered() == bodies{"1:a", "1:b"});
  CHECK(f.queue.consumers()[0].active);
  CHECK_FALSE(f.queue.consumers()[1].active);

  f.queue.channel_down(channel_id{1}, f.now, f.out);
  CHECK(f.out.activated == consumer_id{2});
  CHECK(f.queue.active_consumer() == consumer_id{2});
  CHECK(f.delivered() == bodies{"2:a*", "2:b*"});
}

TEST_CASE("an exclusive consumer is refused on a queue with a single active consumer", "[queue][consumers]") {
  queue_fixture f(single_active());
  const status answer = f.consume(1, exclusive());
  REQUIRE_FALSE(answer);
  CHECK(answer.failure() == in_use);
}

TEST_CASE("an auto-delete queue ends with its last consumer, not before it had one", "[queue][consumers]") {
  queue_fixture f({}, {}, true);
  f.publish({"a"});
  CHECK(f.get() == "a");
  CHECK_FALSE(f.queue.cancel(consumer_id{9}, f.now, f.out));
  CHECK_FALSE(f.out.auto_deleted);
  REQUIRE(f.consume(1));
  REQUIRE(f.consume(2));
  CHECK(f.queue.cancel(consumer_id{1}, f.now, f.out));
  CHECK_FALSE(f.out.auto_deleted);
  f.queue.channel_down(channel_id{2}, f.now, f.out);
  CHECK(f.out.auto_deleted);
}

TEST_CASE("a consumer under a global prefetch is asked for once and served against grants only", "[queue][grants]") {
  queue_fixture f;
  REQUIRE(f.consume(1, shared_prefetch()));
  CHECK(f.out.wants_grant.empty());  // nothing to deliver
  f.publish({"a", "b", "c"});
  f.publish({"d"});
  CHECK(f.out.wants_grant == asked{consumer_id{1}});
  CHECK(f.delivered().empty());
  f.out.clear();
  f.queue.grant(consumer_id{1}, 2, f.now, f.out);
  CHECK(f.delivered() == bodies{"1:a", "1:b"});
  CHECK(f.out.wants_grant == asked{consumer_id{1}});  // there is more
  CHECK(f.out.unused_grants.empty());
  f.out.clear();
  f.queue.grant(consumer_id{1}, 5, f.now, f.out);
  CHECK(f.delivered() == bodies{"1:c", "1:d"});
  CHECK(f.out.unused_grants == returned{{consumer_id{1}, 3}});
  CHECK(f.out.wants_grant.empty());
}

TEST_CASE("a grant that comes too late goes back", "[queue][grants]") {
  queue_fixture f;
  REQUIRE(f.consume(1, shared_prefetch()));
  f.publish({"a"});
  CHECK(f.get() == "a");
  f.queue.grant(consumer_id{1}, 4, f.now, f.out);
  CHECK(f.out.unused_grants == returned{{consumer_id{1}, 4}});
  CHECK(f.queue.cancel(consumer_id{1}, f.now, f.out));
  f.out.clear();
  f.queue.grant(consumer_id{1}, 2, f.now, f.out);
  CHECK(f.out.unused_grants == returned{{consumer_id{1}, 2}});
}

TEST_CASE("nobody waits for a channel that was asked", "[queue][grants]") {
  queue_fixture f;
  REQUIRE(f.consume(1, shared_prefetch()));
  REQUIRE(f.consume(2, no_ack()));
  f.publish({"a", "b"});
  CHECK(f.out.wants_grant == asked{consumer_id{1}});
  CHECK(f.delivered() == bodies{"2:a", "2:b"});
}

TEST_CASE("a consumer's own prefetch holds beside the grants", "[queue][grants]") {
  queue_fixture f;
  REQUIRE(f.consume(1, shared_prefetch(1)));
  f.publish({"a", "b"});
  f.queue.grant(consumer_id{1}, 2, f.now, f.out);
  CHECK(f.delivered() == bodies{"1:a"});
  CHECK(f.out.unused_grants == returned{{consumer_id{1}, 1}});
  f.out.clear();
  f.ack({1});
  CHECK(f.out.wants_grant == asked{consumer_id{1}});
}

TEST_CASE("consumers that regain credit stand at the end of the line", "[queue][consumers]") {
  queue_fixture f;
  REQUIRE(f.consume(1, prefetch(1)));
  REQUIRE(f.consume(2, prefetch(1)));
  f.publish({"a", "b", "c", "d"});
  CHECK(f.delivered() == bodies{"1:a", "2:b"});
  f.ack({2});
  CHECK(f.delivered() == bodies{"2:c"});
  f.ack({3, 1});
  CHECK(f.delivered() == bodies{"2:d"});
}
