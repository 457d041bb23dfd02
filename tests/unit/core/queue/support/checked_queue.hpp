#pragma once

#include <set>
#include <string>
#include <vector>

#include "tests/unit/core/queue/support/fake_storage.hpp"
#include "tests/unit/core/queue/support/messages.hpp"
#include "tests/unit/core/queue/support/naive_queue.hpp"

namespace warren::testing {

/// The machine, the model and the storage side by side: every command goes to both, and whatever differs is thrown as a
/// std::runtime_error that says what.
class checked_queue {
 public:
  checked_queue(queue_settings settings, queue_memory_limits limits);

  // the time passes between commands
  time_ms now = 1'000'000;

  void publish(channel_id from, std::vector<publish_item> items);
  void sync(position upto);
  void consume(const consumer_spec& spec);
  void cancel(consumer_id id);
  void replenish(consumer_id id, std::int64_t bytes);
  void grant(consumer_id id, std::uint32_t messages);
  void limit_channel(channel_id channel, bool limited);
  void get(channel_id channel, bool no_ack);
  void ack(const std::vector<position>& positions);
  void requeue(const std::vector<position>& positions);
  void reject(const std::vector<position>& positions);
  void channel_down(channel_id channel);
  void purge();
  void set_settings(queue_settings settings);
  void set_limits(queue_memory_limits limits);
  void tick();
  void flush_oldest_log_file();
  void roll_over() { storage_.roll_over(); }

  void hand_effects_to_storage();
  void storage_step();
  void answer_step();
  /// Until nothing is under way.
  void settle_storage();
  void restart();

  [[nodiscard]] const naive_queue& model() const { return model_; }
  [[nodiscard]] const fake_storage& storage() const { return storage_; }
  [[nodiscard]] queue_machine& machine() { return machine_; }
  [[nodiscard]] const std::set<consumer_id>& unanswered_asks() const { return unanswered_asks_; }
  [[nodiscard]] std::uint64_t deaths() const;

 private:
  struct mark {
    std::size_t deliveries, dead_letters, confirms, refusals, asks, unused;
    std::uint64_t deaths;
  };
  [[nodiscard]] mark set_mark() const;
  [[nodiscard]] std::uint64_t events_since(const mark& m) const;
  /// `immediate`: deaths that the command itself means.
  template <class F>
  void compare(const char* what, const mark& before, std::uint64_t immediate, F&& model_command);
  [[nodiscard]] bool asked_for(std::uint8_t lane) const;
  void compare_effects(const mark& before);
  void compare_counts();
  void storage_must_hold_what_lives();

  queue_memory_limits limits_;
  queue_machine machine_;
  naive_queue model_;
  fake_storage storage_;
  queue_effects out_;
  std::set<consumer_id> unanswered_asks_;
  std::set<std::uint64_t> flush_asked_;
  position synced_ = 0;
};

}  // namespace warren::testing
