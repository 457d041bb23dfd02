#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tests/unit/core/queue/support/messages.hpp"

namespace warren::testing {

/// A queue and its effects, with short names for tests that read as claims.
struct queue_fixture {
  explicit queue_fixture(queue_settings settings = {}, queue_memory_limits limits = {}, bool auto_delete = false)
      : queue(std::move(settings), auto_delete, limits, 1000) {}

  queue_machine queue;
  queue_effects out;
  time_ms now = 1000;
  std::uint64_t sequence = 0;

  void send(const std::vector<message_spec>& messages, bool confirm = false) {
    std::vector<publish_item> items;
    for (const message_spec& m : messages) items.push_back({make_message(m), confirm ? ++sequence : 0});
    queue.publish(channel_id{100}, items, now, out);
  }
  void publish(const std::vector<std::string>& bodies) {
    std::vector<message_spec> specs;
    for (const std::string& b : bodies) specs.push_back({b});
    send(specs);
  }
  status consume(std::uint64_t id, const consumer_spec& like = {}) {
    consumer_spec spec = like;
    spec.id = consumer_id{id};
    if (!spec.channel) spec.channel = channel_id{id};
    if (spec.window_bytes == 0) spec.window_bytes = 1 << 30;
    return queue.consume(spec, "queue 'q' in vhost 'v'", now, out);
  }
  /// "consumer:body" of all deliveries since the last call, with a * when redelivered.
  std::vector<std::string> delivered() {
    std::vector<std::string> result;
    for (const delivery& d : out.deliveries)
      result.push_back(std::to_string(d.consumer.value) + ":" + body_of(d.message) + (d.redelivered ? "*" : ""));
    out.deliveries.clear();
    return result;
  }
  /// Acknowledgements are by position; bodies are not unique in every test, positions are.
  void ack(const std::vector<position>& positions) { queue.ack(positions, now, out); }
  void requeue(const std::vector<position>& positions) { queue.requeue(positions, now, out); }
  void reject(const std::vector<position>& positions) { queue.reject(positions, now, out); }
  void tick_at(time_ms at) {
    now = at;
    queue.tick(now, out);
  }
  /// The body, "" when empty, "?" when it must be waited for.
  std::string get(bool no_ack = true) {
    const auto got = queue.get(channel_id{50}, no_ack, now, out);
    if (got.waiting) return "?";
    return got.message ? body_of(got.message->message) + (got.message->redelivered ? "*" : "") : "";
  }
  /// Everything that is ready, in order.
  std::vector<std::string> drain() {
    std::vector<std::string> result;
    for (std::string body = get(); !body.empty(); body = get()) result.push_back(body);
    return result;
  }
  std::vector<std::string> dead() const {
    static const char* const reasons[] = {"rejected", "expired", "maxlen", "delivery_limit"};
    std::vector<std::string> result;
    for (const dead_letter& d : out.dead_letters)
      result.push_back(body_of(d.message) + " " + reasons[static_cast<int>(d.reason)]);
    return result;
  }
  std::vector<std::uint64_t> confirmed() const { return sequences(out.confirms); }
  std::vector<std::uint64_t> refused() const { return sequences(out.refusals); }

 private:
  static std::vector<std::uint64_t> sequences(const std::vector<publish_confirm>& list) {
    std::vector<std::uint64_t> result;
    for (const publish_confirm& c : list) result.push_back(c.seq);
    return result;
  }
};

using bodies = std::vector<std::string>;

inline consumer_spec no_ack() {
  consumer_spec s;
  s.no_ack = true;
  return s;
}
inline consumer_spec prefetch(std::uint32_t n) {
  consumer_spec s;
  s.prefetch = n;
  return s;
}

}  // namespace warren::testing
