#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "core/base/flat_table.hpp"
#include "core/base/result.hpp"
#include "core/base/ring.hpp"
#include "core/queue/queue_types.hpp"

namespace warren {

/// What a delivery costs of a consumer's window: the frames around the record count too.
[[nodiscard]] inline std::int64_t window_cost(const message& m) { return std::int64_t{m.record_bytes} + 64; }

struct consumer {
  consumer_spec spec;
  std::uint64_t unacked = 0;
  std::int64_t window = 0;    ///< bytes it may still be sent; one message may take it below zero
  std::uint32_t grants = 0;   ///< deliveries its channel allowed just now (wants_grants)
  bool asked = false;         ///< wants_grant is out, grant() has not come yet
  bool in_turn = false;
  bool active = true;         ///< false: waits behind the single active consumer
  bool gone = false;          ///< cancelled; kept until its last delivery is settled

  /// Whether it could be sent a message, grants of its channel aside.
  [[nodiscard]] bool has_credit() const {
    return active && window > 0 && (spec.no_ack || spec.prefetch == 0 || unacked < spec.prefetch);
  }
};

/// Consumers and whose turn it is. Those with credit stand in line, one line per x-priority; a message goes to the first of
/// the highest line, who then goes to its end, or out of line when its credit is used up (as RabbitMQ's rabbit_queue_consumers).
///
/// A consumer of a channel with a global prefetch (`wants_grants`) stands in line too. When it is first and has no grant, its
/// channel is asked and it steps out until the answer comes: others do not wait for it.
class consumer_set {
 public:
  explicit consumer_set(bool single_active) : single_active_(single_active) {}

  [[nodiscard]] std::size_t size() const { return members_.size(); }
  [[nodiscard]] consumer* find(consumer_id id) {
    consumer** found = by_id_.find(id.value);
    return found == nullptr ? nullptr : *found;
  }
  [[nodiscard]] const std::vector<std::unique_ptr<consumer>>& members() const { return members_; }
  [[nodiscard]] const consumer* active() const { return active_; }
  [[nodiscard]] const consumer* exclusive() const;
  /// Deliveries of this channel's consumers, cancelled ones included, that are not settled.
  [[nodiscard]] std::uint64_t unacked_of(channel_id channel) const;

  /// 403 when the queue is in exclusive use, or exclusive use is wanted and impossible.
  [[nodiscard]] status add(consumer_spec spec, std::string_view queue_label, queue_effects& out);
  [[nodiscard]] bool remove(consumer_id id, queue_effects& out);

  /// Who gets the next message; nullptr when nobody can.
  [[nodiscard]] consumer* next(queue_effects& out) {
    if (lines_.empty()) return nullptr;
    for (line& l : lines_) {
      while (!l.waiting.empty()) {
        consumer* c = l.waiting.front();
        if (!c->spec.wants_grants || c->grants > 0) [[likely]]
          return c;
        ask(l, *c, out);
      }
    }
    return nullptr;
  }
  /// `c` is what next() returned, and a message went to it.
  void delivered(consumer& c, const message& m) {
    c.window -= window_cost(m);
    if (!c.spec.no_ack) ++c.unacked;
    if (c.grants > 0) --c.grants;
    if (!c.has_credit()) {
      step_out(c);
    } else if (lines_.size() > 1 || lines_.front().waiting.size() > 1) {
      rotate(c);
    }
  }

  void settled(consumer* c) {
    if (c == nullptr) return;
    --c->unacked;
    if (c->gone) {
      if (c->unacked == 0) forget(*c);
    } else if (!c->in_turn) {
      line_up(*c);
    }
  }
  void replenish(consumer& c, std::int64_t bytes);
  void grant(consumer& c, std::uint32_t messages);
  /// From now on this channel's consumers deliver against grants, or no longer: then an ask that is out is void.
  void limit(channel_id channel, bool limited);
  /// Grants are good only at once: what is left goes back.
  void return_grants(consumer& c, queue_effects& out);

 private:
  struct line {
    std::int32_t priority = 0;
    ring<consumer*> waiting;
  };

  void line_up(consumer& c);   // if it has credit
  void step_out(consumer& c);  // it is first of its line
  void rotate(consumer& c);
  void leave_line(consumer& c);
  void ask(line& l, consumer& c, queue_effects& out);
  void activate(consumer* c, queue_effects& out);
  void forget(consumer& c);
  [[nodiscard]] line& line_of(const consumer& c);

  bool single_active_;
  consumer* active_ = nullptr;                          // with single_active_
  std::vector<std::unique_ptr<consumer>> members_;      // in the order of subscription
  std::vector<std::unique_ptr<consumer>> leaving_;      // cancelled, with unsettled deliveries
  std::vector<line> lines_;                             // highest priority first
  flat_table<consumer*> by_id_;
};

}  // namespace warren
