#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/queue/queue_machine.hpp"

namespace warren::testing {

/// What a queue means, told with sorted vectors and no regard for memory, disk or speed.
///
/// The machine may have to wait for the disk where the model sees everything. So the model works within a budget: it is told
/// how many events (deliveries, deaths, questions for grants) the machine produced, produces exactly the first so many of its
/// own, and notes in `wants_more` when it could go on: then the machine must have asked the disk for the model's head.
class naive_queue {
 public:
  struct entry {
    position at = 0;
    std::string body;
    std::uint8_t lane = 0;
    bool persistent = false;
    std::optional<std::uint64_t> expiration_ms;
    time_ms enqueued_ms = 0;
    bool redelivered = false;
    std::int64_t window_cost = 0;
  };
  struct unacked_entry {
    entry message;
    consumer_id consumer;
    channel_id channel;
  };
  struct delivered {
    consumer_id consumer;
    position at;
    std::string body;
    bool redelivered;
    friend bool operator==(const delivered&, const delivered&) = default;
  };
  struct death {
    std::string body;
    death_reason reason;
    friend bool operator==(const death&, const death&) = default;
  };
  struct confirm {
    channel_id channel;
    std::uint64_t seq;
    friend bool operator==(const confirm&, const confirm&) = default;
  };
  struct member {
    consumer_spec spec;
    std::int64_t window = 0;
    std::uint32_t grants = 0;
    bool asked = false;
    bool in_line = false;
    std::uint64_t unacked = 0;
  };

  explicit naive_queue(queue_settings in_force) : settings(std::move(in_force)) {}

  // commands; call begin() first
  void begin(std::uint64_t event_budget);
  void publish(channel_id from, const std::vector<publish_item>& items, time_ms now);
  void synced(position upto);
  [[nodiscard]] bool consume(const consumer_spec& spec, time_ms now);
  bool cancel(consumer_id id, time_ms now);
  void replenish(consumer_id id, std::int64_t bytes, time_ms now);
  void grant(consumer_id id, std::uint32_t messages, time_ms now);
  void limit_channel(channel_id channel, bool limited, time_ms now);
  /// The first ready message, if it is not overdue; expires what is.
  void get(channel_id channel, bool no_ack, bool machine_got_one, time_ms now);
  void ack(const std::vector<position>& positions, time_ms now);
  void requeue(const std::vector<position>& positions, time_ms now);
  void reject(const std::vector<position>& positions, time_ms now);
  void channel_down(channel_id channel, time_ms now);
  std::uint64_t purge(time_ms now);
  void run(time_ms now);
  void restart(position redelivered_upto);  ///< persistent messages of a durable queue are left

  [[nodiscard]] std::uint64_t ready_bytes() const;
  [[nodiscard]] bool overdue_head(time_ms now) const;
  [[nodiscard]] std::optional<time_ms> next_deadline() const;  ///< of the head

  queue_settings settings;
  std::vector<entry> ready;  // in the order of delivery
  std::map<position, unacked_entry> unacked;
  std::vector<member> members;  // in the order of subscription
  std::optional<consumer_id> active;

  // what the last command brought
  std::vector<delivered> deliveries;
  std::vector<death> dead_letters;
  std::vector<confirm> confirms, refusals;
  std::vector<consumer_id> asks;
  std::vector<std::pair<consumer_id, std::uint32_t>> unused_grants;
  std::optional<delivered> got;
  std::uint64_t budget_left = 0;
  bool wants_more = false;
  std::uint64_t dropped = 0, expired = 0, dead_lettered = 0;  // since the beginning

 private:
  [[nodiscard]] bool spend();
  [[nodiscard]] bool too_long() const;
  [[nodiscard]] time_ms deadline(const entry& e) const;
  [[nodiscard]] bool has_credit(const member& m) const;
  [[nodiscard]] member* find(consumer_id id);
  [[nodiscard]] bool next(member*& to);  // false: out of budget
  void line_up(member& m);
  void insert(entry e);
  void remove(consumer_id id);
  void settle(const unacked_entry& u);
  void die(entry e, death_reason why);
  bool drop_excess();
  bool expire(time_ms upto);
  bool deliver(time_ms now);
  void give(member& to, entry e);

  std::map<std::int32_t, std::deque<consumer_id>, std::greater<>> lines_;
  std::deque<std::pair<position, confirm>> waiting_for_sync_;
  position next_position_ = 1;
};

}  // namespace warren::testing
