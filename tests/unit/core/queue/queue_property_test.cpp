#include <rapidcheck.h>

#include <catch2/catch.hpp>
#include <iostream>

#include "tests/unit/core/queue/support/checked_queue.hpp"

// Random commands, with the disk and the log answering late, against a model that knows neither memory nor disk.

namespace warren::testing {
namespace {

struct command {
  std::uint8_t what = 0;
  std::uint32_t a = 0, b = 0, c = 0;
};

void showValue(const command& c, std::ostream& os) {
  os << "{" << int(c.what) << ", " << c.a << ", " << c.b << ", " << c.c << "}";
}

rc::Gen<command> any_command() {
  const auto below = [](std::uint32_t n) { return rc::gen::resize(rc::kNominalSize, rc::gen::inRange(0u, n)); };
  return rc::gen::build<command>(
      rc::gen::set(&command::what, rc::gen::cast<std::uint8_t>(below(60))), rc::gen::set(&command::a, below(1000)),
      rc::gen::set(&command::b, below(1000)), rc::gen::set(&command::c, below(1000)));
}

queue_settings settings_from(const command& c, bool durable, std::uint8_t max_priority, bool single_active) {
  queue_settings s;
  s.durable = durable;
  s.max_priority = max_priority;
  s.single_active_consumer = single_active;
  s.lazy = c.a % 5 == 0;
  if (c.a / 5 % 4 == 0) s.message_ttl_ms = c.a / 20 % 3 == 0 ? 0 : c.a / 20;
  if (c.b % 4 == 0) s.max_length = c.b / 4 % 12;
  if (c.b % 7 == 0) s.max_length_bytes = c.b / 4 % 60;
  s.overflow = static_cast<overflow_mode>(c.c % 3);
  if (c.c / 3 % 2 == 0) s.dead_letter_exchange = "dlx";
  return s;
}

queue_memory_limits limits_from(const command& c) {
  queue_memory_limits l;
  l.max_messages = c.a % 4 == 0 ? 1000 : 1 + c.a % 20;
  l.max_bytes = c.a % 6 == 0 ? 50 + c.a : 1 << 20;
  l.load_messages = 1 + c.b % 8;
  l.load_bytes = c.b % 3 == 0 ? 60 + c.b : 4096;
  return l;
}

class driver {
 public:
  driver(queue_settings settings, queue_memory_limits limits) : queue_(settings, limits) {}

  void perform(const command& c) {
    if (c.c % 3 == 0) queue_.now += c.a % 40;
    switch (c.what) {
      case 0: case 1: case 2: case 3: case 4: case 5: case 6: case 7: case 8: case 9: return publish(c);
      case 10: case 11: case 12: return consume(c);
      case 13: return queue_.cancel(some_consumer(c.a));
      case 14: case 15: case 16: return queue_.replenish(some_consumer(c.a), c.b);
      case 17: case 18: return grant(c);
      case 19: return c.b % 3 == 0 ? queue_.limit_channel(channel_id{1 + c.a % 4}, c.c % 2 == 0) : grant(c);
      case 20: case 21: case 22: case 23: return queue_.get(channel_id{1 + c.a % 4}, c.b % 3 == 0);
      case 24: case 25: case 26: case 27: case 28: return queue_.ack(some_unacked(c));
      case 29: case 30: case 31: return queue_.requeue(some_unacked(c));
      case 32: case 33: return queue_.reject(some_unacked(c));
      case 34: return queue_.channel_down(channel_id{1 + c.a % 4});
      case 35: return c.a % 3 == 0 ? queue_.purge() : void();
      case 36: return set_settings(c);
      case 37: return queue_.set_limits(limits_from(c));
      case 38: case 39: case 40: queue_.now += c.a % 100; return queue_.tick();
      case 41: case 42: return queue_.sync(c.a % 2 == 0 ? ~position{0} : queue_.model().ready.size() + c.b % 20);
      case 43: queue_.roll_over(); return queue_.flush_oldest_log_file();
      case 44: return queue_.flush_oldest_log_file();
      case 45: case 46: case 47: return queue_.hand_effects_to_storage();
      case 48: case 49: case 50: case 51: case 52: return storage(c);
      case 53: case 54: case 55: case 56: case 57: return answers(c);
      case 58: return queue_.settle_storage();
      case 59: return c.a % 4 == 0 ? queue_.restart() : queue_.settle_storage();
    }
  }
  checked_queue& queue() { return queue_; }

 private:
  void publish(const command& c) {
    std::vector<publish_item> items;
    const std::uint32_t n = c.what < 2 ? 10 + c.a % 20 : 1 + c.a % 5;
    for (std::uint32_t i = 0; i < n; ++i) {
      const std::uint32_t mix = c.b + i * 7;
      message_spec spec;
      spec.body = std::to_string(++body_) + std::string(mix % 4 == 0 ? mix % 50 : 0, 'x');
      spec.persistent = mix % 3 != 0;
      spec.priority = static_cast<std::uint8_t>(mix % 5);
      if (c.c % 4 == 0 && mix % 3 == 0) spec.expiration_ms = mix % 60;
      items.push_back({make_message(spec), mix % 2 == 0 ? ++sequence_ : 0});
    }
    queue_.publish(channel_id{1 + c.c % 4}, std::move(items));
  }
  void consume(const command& c) {
    if (queue_.model().members.size() > 5) return;
    consumer_spec s;
    s.id = consumer_id{++consumers_};
    s.channel = channel_id{1 + c.a % 4};
    s.tag = "t";
    s.no_ack = c.b % 4 == 0;
    s.exclusive = c.b % 11 == 0;
    s.priority = c.c % 3 == 0 ? static_cast<std::int32_t>(c.c / 3 % 3) - 1 : 0;
    s.prefetch = c.a % 3 == 0 ? 0 : c.a % 6;
    s.wants_grants = c.b % 3 == 0;
    s.window_bytes = c.c % 2 == 0 ? 1'000'000 : 1 + c.c;
    queue_.consume(s);
  }
  void grant(const command& c) {
    const auto& asked = queue_.unanswered_asks();
    if (asked.empty() && c.b % 8 != 0) return;
    if (asked.empty()) return queue_.grant(consumer_id{consumers_ + 100}, 1 + c.a % 6);
    auto i = asked.begin();
    std::advance(i, c.c % asked.size());
    queue_.grant(*i, 1 + c.a % 6);
  }
  void set_settings(const command& c) {
    const queue_settings& s = queue_.model().settings;
    queue_.set_settings(settings_from(c, s.durable, s.max_priority, s.single_active_consumer));
  }
  void storage(const command& c) {
    queue_.hand_effects_to_storage();
    for (std::uint32_t i = 0; i <= c.a % 4; ++i) queue_.storage_step();
  }
  void answers(const command& c) {
    for (std::uint32_t i = 0; i <= c.a % 3; ++i) queue_.answer_step();
  }

  consumer_id some_consumer(std::uint32_t n) {
    const auto& members = queue_.model().members;
    return members.empty() ? consumer_id{999} : members[n % members.size()].spec.id;
  }
  std::vector<position> some_unacked(const command& c) {
    std::vector<position> result;
    std::uint32_t i = 0;
    for (const auto& [at, u] : queue_.model().unacked)
      if (c.a % 3 == 0 || (c.b >> (i++ % 9)) % 2 == 0) result.push_back(at);
    if (c.c % 5 == 0) std::reverse(result.begin(), result.end());
    if (c.c % 7 == 0) result.push_back(c.a);
    return result;
  }

  checked_queue queue_;
  std::uint64_t body_ = 0, sequence_ = 0, consumers_ = 0;
};

// At the end everything comes out: what the books say is there, is there.
void drain(checked_queue& queue) {
  queue.set_limits({});
  std::size_t left = queue.model().ready.size() + 1;
  while (left > 0) {
    queue.settle_storage();
    const std::size_t before = left;
    do {
      left = queue.model().ready.size();
      queue.get(channel_id{9}, true);
    } while (queue.model().ready.size() < left);
    left = queue.model().ready.size();
    if (left > 0 && left >= before) throw std::runtime_error("does not drain");
  }
  std::vector<position> rest;
  for (const auto& [at, u] : queue.model().unacked) rest.push_back(at);
  queue.ack(rest);
  queue.settle_storage();
  if (!queue.storage().on_disk().empty()) throw std::runtime_error("an empty queue has messages on disk");
}

bool holds(const char* claim, bool durable, bool single_active) {
  return rc::check(claim, [=](const command& first, std::uint8_t priorities) {
    const auto commands = *rc::gen::scale(3.0, rc::gen::container<std::vector<command>>(any_command()));
    driver d(settings_from(first, durable, priorities % 4, single_active), limits_from(first));
    for (const command& c : commands) d.perform(c);
    d.queue().settle_storage();
    drain(d.queue());
  });
}

}  // namespace
}  // namespace warren::testing

namespace rc {
template <>
struct Arbitrary<warren::testing::command> {
  static Gen<warren::testing::command> arbitrary() { return warren::testing::any_command(); }
};
}  // namespace rc

TEST_CASE("a durable queue does what the naive model does, whatever the disk's timing", "[queue][property]") {
  CHECK(warren::testing::holds("durable", true, false));
}

TEST_CASE("a transient queue does what the naive model does, whatever the disk's timing", "[queue][property]") {
  CHECK(warren::testing::holds("transient", false, false));
}

TEST_CASE("a queue with a single active consumer does what the naive model does", "[queue][property]") {
  CHECK(warren::testing::holds("single active", true, true));
}
