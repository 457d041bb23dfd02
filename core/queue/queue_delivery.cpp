#include "core/queue/queue_state.hpp"

namespace warren {

void queue_machine::state::run(time_ms now, queue_effects& out) {
  if (ready.empty()) {
    some_expire = head_unknown = false;
    return;
  }
  deliver_ready(now, out);
  if (limited && settings.overflow == overflow_mode::drop_head && too_long()) drop_excess(out);
  if (may_expire()) expire_head(now, out);
  page_when_due(out);
}

// What is due exactly now is still delivered (a TTL of 0 means: at once or not at all), what is overdue is not.
void queue_machine::state::deliver_ready(time_ms now, queue_effects& out) {
  while (const queue_entry* head = ready.peek()) {
    if (may_expire() && deadline(*head) < now) {
      expire_head(now - 1, out);
      continue;
    }
    consumer* to = consumers.next(out);
    if (to == nullptr) return;
    deliver(*to, ready.take_front(), out);
  }
}

void queue_machine::state::deliver(consumer& to, queue_entry&& entry, queue_effects& out) {
  if (entry.at > highest_delivered) highest_delivered = entry.at;
  const message& m = *entry.message;
  const bool redelivered = (entry.flags & queue_entry::redelivered) != 0;
  if (redelivered) ++ledger.redelivered;
  if (to.spec.no_ack) {
    ++ledger.delivered_no_ack;
    leave(entry, fate::acked, out);
    out.deliveries.push_back({to.spec.id, to.spec.channel, entry.at, std::move(entry.message), redelivered, true});
  } else {
    ++ledger.delivered;
    out.deliveries.push_back({to.spec.id, to.spec.channel, entry.at, entry.message, redelivered, false});
    unacked.add(std::move(entry), to.spec.channel, &to);
  }
  consumers.delivered(to, m);
}

queue_machine::get_result queue_machine::state::get(channel_id channel, bool no_ack, time_ms now, queue_effects& out) {
  unused_since = now;
  get_result result;
  if (may_expire()) expire_head(now - 1, out);
  if (ready.peek() != nullptr) {
    queue_entry entry = ready.take_front();
    if (entry.at > highest_delivered) highest_delivered = entry.at;
    delivery d{consumer_id{}, channel, entry.at, entry.message, (entry.flags & queue_entry::redelivered) != 0, no_ack};
    if (d.redelivered) ++ledger.redelivered;
    if (no_ack) {
      ++ledger.got_no_ack;
      leave(entry, fate::acked, out);
    } else {
      ++ledger.got;
      unacked.add(std::move(entry), channel, nullptr);
    }
    result.message = std::move(d);
  } else if (!ready.empty()) {
    ready.top()->load.wanted = true;
    result.waiting = true;
  } else {
    ++ledger.got_empty;
  }
  run(now, out);
  result.ready_left = ready.total().messages;
  return result;
}

}  // namespace warren
