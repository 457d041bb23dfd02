#pragma once

#include <algorithm>
#include <limits>

#include "core/base/ring.hpp"
#include "core/queue/consumer_set.hpp"
#include "core/queue/page_tracker.hpp"
#include "core/queue/queue_machine.hpp"
#include "core/queue/ready_list.hpp"
#include "core/queue/unacked_table.hpp"

namespace warren {

/// The parts of a queue and the rules that join them, by concern:
/// queue_publish.cpp, queue_delivery.cpp, queue_settle.cpp, queue_expiry.cpp (and length limits), queue_paging.cpp.
struct queue_machine::state {
  state(queue_settings in_force, bool deletes_itself, queue_memory_limits memory, time_ms now)
      : settings(std::move(in_force)),
        limits(memory),
        auto_delete(deletes_itself),
        consumers(settings.single_active_consumer),
        unused_since(now) {
    settings_changed();
  }

  // ---- publishing
  void publish(channel_id from, std::span<publish_item> items, time_ms now, queue_effects& out);
  void accept(channel_id from, publish_item& item, time_ms now, queue_effects& out);
  void hand_over(consumer& to, channel_id from, message_ref&& m, std::uint64_t confirm_seq, std::uint8_t flags, time_ms now,
                 queue_effects& out);
  [[nodiscard]] bool refuse(channel_id from, publish_item& item, queue_effects& out);
  void synced(position upto, queue_effects& out);

  // ---- delivering
  /// After any change: deliver what can be delivered, drop what is too much or too old, move between memory and disk.
  void run(time_ms now, queue_effects& out);
  void deliver_ready(time_ms now, queue_effects& out);
  void deliver(consumer& to, queue_entry&& entry, queue_effects& out);
  [[nodiscard]] get_result get(channel_id channel, bool no_ack, time_ms now, queue_effects& out);

  // ---- settling
  enum class fate : std::uint8_t { acked, expired, dropped, dead_lettered, purged };
  /// The message leaves the queue: its copies in log and segments may go.
  void forget_copies(const queue_entry& entry, queue_effects& out);
  void leave(queue_entry& entry, fate why, queue_effects& out);
  /// Leaves with a dead letter if the queue has a dead letter exchange.
  void die(queue_entry&& entry, death_reason why, queue_effects& out);
  void ack(std::span<const position> positions, time_ms now, queue_effects& out);
  void requeue(std::span<const position> positions, time_ms now, queue_effects& out);
  void reject(std::span<const position> positions, time_ms now, queue_effects& out);
  void channel_down(channel_id channel, time_ms now, queue_effects& out);
  std::uint64_t purge(queue_effects& out);
  [[nodiscard]] bool cancel(consumer_id consumer, time_ms now, queue_effects& out);
  void consumers_left(time_ms now, queue_effects& out);

  // ---- limits of time and length
  static constexpr time_ms never = std::numeric_limits<time_ms>::max();
  [[nodiscard]] time_ms deadline(const queue_entry& entry) const;
  [[nodiscard]] bool may_expire() const { return some_expire || settings.message_ttl_ms.has_value(); }
  [[nodiscard]] bool too_long() const {
    const auto& ready_now = ready.total();
    return ready_now.messages > max_length || ready_now.body_bytes > max_length_bytes;
  }
  void expire_head(time_ms upto, queue_effects& out);  ///< deadlines at or before `upto`
  void drop_excess(queue_effects& out);
  void check_unused(time_ms now, queue_effects& out);
  [[nodiscard]] std::optional<time_ms> wake_at();
  void settings_changed();

  // ---- memory and disk
  void page_out_excess(queue_effects& out);
  void page_out_fresh(queue_effects& out);  ///< lazy: what is not on its way yet
  void page_out_lane(std::uint8_t number, lane& l, std::uint64_t messages, std::uint64_t bytes, queue_effects& out);
  [[nodiscard]] std::uint64_t stays_at_head(lane& l) const;
  // a head with less than both of this in memory is filled up
  [[nodiscard]] std::uint64_t low_messages() const { return std::max(1u, limits.load_messages / 2); }
  [[nodiscard]] std::uint64_t low_bytes() const { return std::max(1u, limits.load_bytes / 2); }
  void send_out(std::uint8_t number, lane& l, ring<queue_entry>&& entries, bool in_front, queue_effects& out);
  void now_on_disk(middle_part& part);
  void page_when_due(queue_effects& out);
  void keep_heads_filled(queue_effects& out);
  void paged_out(std::uint64_t token, queue_effects& out);
  void loaded(std::uint8_t lane, std::span<loaded_message> messages, bool more_in_range, queue_effects& out);
  void write_off(lane& l, const disk_range& rest);
  void discovered(lane& l, disk_range& range, std::uint32_t body_bytes);
  void flush_log(log_file_id file, queue_effects& out);
  void recover(const recovered_queue& found, queue_effects& out);

  [[nodiscard]] bool is_persistent(const message& m) const { return settings.durable && m.is(message::persistent); }
  void count_persistent(const message& m) {
    ++persistent;
    persistent_bytes += m.body_bytes;
  }

  queue_settings settings;
  queue_memory_limits limits;
  // settings in the form that the hot paths ask for
  std::uint64_t max_length = 0, max_length_bytes = 0;  // the largest number when there is no limit
  bool limited = false;
  bool auto_delete;
  bool had_consumer = false;
  bool auto_deleted = false;
  bool expired = false;
  bool some_expire = false;      // a message with an expiration of its own may be among the ready
  bool head_unknown = false;     // recovered messages on disk may have expirations

  ready_list ready;
  consumer_set consumers;
  unacked_table unacked;
  page_tracker pages;

  struct pending_confirm {
    position at;
    channel_id channel;
    std::uint64_t seq;
  };
  ring<pending_confirm> waiting_for_sync;

  queue_ledger ledger;
  position next_position = 1;
  position highest_delivered = 0;
  position redelivered_upto = 0;
  std::uint64_t persistent = 0, persistent_bytes = 0;  // of ready and unacknowledged messages
  time_ms unused_since;
};

}  // namespace warren
