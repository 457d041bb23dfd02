#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/base/ids.hpp"
#include "core/base/result.hpp"
#include "core/queue/queue_settings.hpp"
#include "core/queue/queue_types.hpp"

namespace warren {

/// How much of a queue may be in memory; beyond it the tail is written to segments and dropped.
struct queue_memory_limits {
  std::uint64_t max_bytes = 32ull << 20;      ///< record bytes of ready messages
  std::uint64_t max_messages = 128 * 1024;
  std::uint32_t load_bytes = 1u << 20;        ///< one load from disk
  std::uint32_t load_messages = 8192;
};

/// Everything a queue means (amqp.md): ready order, consumers and their turns, acknowledgements, requeue to the original
/// position, expiry, limits, dead letters, priorities, single active consumer, what is durable when. Pure: the time comes in
/// with the call, effects go out. The shell is actors/queue/.
class queue_machine {
 public:
  struct counts {
    std::uint64_t ready = 0, unacked = 0, ready_bytes = 0, unacked_bytes = 0;  // bytes of bodies
    std::uint64_t ready_ram = 0, ready_ram_bytes = 0;   // of ready messages: held in memory
    std::uint64_t unacked_ram = 0;
    std::uint64_t persistent = 0, persistent_bytes = 0;
    std::uint64_t paged_out = 0, paged_out_bytes = 0;
    std::uint64_t consumers = 0;
    std::optional<time_ms> head_message_timestamp;  // `timestamp` property of the head, if in memory and set
  };

  queue_machine(queue_settings settings, bool auto_delete, queue_memory_limits limits, time_ms now);
  ~queue_machine();
  queue_machine(queue_machine&&) noexcept;
  queue_machine& operator=(queue_machine&&) noexcept;

  void recover(const recovered_queue& found, time_ms now, queue_effects& out);

  // publishing: messages in order, all from one channel
  void publish(channel_id from, std::span<publish_item> items, time_ms now, queue_effects& out);
  /// The log has synced everything appended up to this position.
  void synced(position upto, queue_effects& out);

  // consuming
  [[nodiscard]] status consume(consumer_spec spec, std::string_view queue_label, time_ms now, queue_effects& out);
  [[nodiscard]] bool cancel(consumer_id consumer, time_ms now, queue_effects& out);   ///< false: not known
  void replenish(consumer_id consumer, std::int64_t bytes, time_ms now, queue_effects& out);
  void grant(consumer_id consumer, std::uint32_t messages, time_ms now, queue_effects& out);
  /// basic.qos global: consumers of this channel deliver against grants from now on, or no longer.
  void limit_channel(channel_id channel, bool limited, time_ms now, queue_effects& out);
  /// nullopt = empty. The delivery stands in no list of `out`; with no_ack it is settled at once. When the head lies on
  /// disk, `out.loads` asks for it and `waiting` is set: call again after loaded().
  struct get_result {
    std::optional<delivery> message;
    std::uint64_t ready_left = 0;
    bool waiting = false;
  };
  [[nodiscard]] get_result get(channel_id channel, bool no_ack, time_ms now, queue_effects& out);

  // settling deliveries; unknown positions are ignored (their channel knows better)
  void ack(std::span<const position> positions, time_ms now, queue_effects& out);
  void requeue(std::span<const position> positions, time_ms now, queue_effects& out);
  void reject(std::span<const position> positions, time_ms now, queue_effects& out);  ///< no requeue: dead-letters
  void channel_down(channel_id channel, time_ms now, queue_effects& out);             ///< cancels and requeues all of it

  // administration
  /// Ready messages; returns how many. `out` must be empty before and performed before the next command: purge_disk is about
  /// everything that was paged out until now.
  [[nodiscard]] std::uint64_t purge(time_ms now, queue_effects& out);
  void set_settings(queue_settings settings, time_ms now, queue_effects& out);  ///< policy change; max_priority is kept
  void set_memory_limits(queue_memory_limits limits, time_ms now, queue_effects& out);
  void touched(time_ms now);  ///< declared again or polled: x-expires starts anew
  void tick(time_ms now, queue_effects& out);  ///< to be called at wake_at(): expiry of messages and of the queue
  [[nodiscard]] std::optional<time_ms> wake_at() const;

  // the disk's answers
  void paged_out(std::uint64_t token, queue_effects& out);
  void loaded(std::uint8_t lane, std::span<loaded_message> messages, bool more_in_range, time_ms now, queue_effects& out);
  /// The log wants to drop this file: page_out (durable) all entries that are in the log only, then release the file.
  void flush_log(log_file_id file, queue_effects& out);
  /// For a clean stop: the highest position that was ever delivered, and everything persistent paged out durably.
  [[nodiscard]] position highest_delivered() const;
  [[nodiscard]] position next_position() const;

  [[nodiscard]] counts count() const;
  [[nodiscard]] const queue_ledger& ledger() const;
  /// published = ready + unacked + acked + expired + dropped + dead_lettered + purged. Checked after every command in tests.
  [[nodiscard]] bool ledger_balanced() const;
  [[nodiscard]] const queue_settings& settings() const;
  [[nodiscard]] std::optional<consumer_id> active_consumer() const;  ///< with x-single-active-consumer
  [[nodiscard]] std::optional<consumer_id> exclusive_consumer() const;
  struct consumer_view {
    const consumer_spec* spec;
    std::uint64_t unacked;
    bool active;       ///< single active consumer: it is the one
    bool has_credit;
  };
  [[nodiscard]] std::vector<consumer_view> consumers() const;

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace warren
