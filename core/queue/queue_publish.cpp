#include <algorithm>

#include "core/queue/queue_state.hpp"

namespace warren {

void queue_machine::state::publish(channel_id from, std::span<publish_item> items, time_ms now, queue_effects& out) {
  if (limited && settings.overflow != overflow_mode::drop_head) {
    for (publish_item& item : items) {
      if (refuse(from, item, out)) continue;
      accept(from, item, now, out);
      if (may_expire()) expire_head(now, out);  // it makes room for the next
    }
  } else {
    for (publish_item& item : items) accept(from, item, now, out);
  }
  run(now, out);
}

void queue_machine::state::accept(channel_id from, publish_item& item, time_ms now, queue_effects& out) {
  const message& m = *item.message;
  ++ledger.published;
  std::uint8_t flags = 0;
  if (is_persistent(m)) {
    flags = queue_entry::persistent | queue_entry::in_log;
    count_persistent(m);
  }
  if (ready.empty()) {
    if (consumer* to = consumers.next(out)) return hand_over(*to, from, std::move(item.message), item.confirm_seq, flags, now, out);
  }
  if (m.expiration_ms != message::no_expiration) some_expire = true;
  const std::uint8_t priority = std::min(m.priority, settings.max_priority);
  queue_entry entry{std::move(item.message), next_position++, now, flags, priority};
  if (flags != 0) {
    out.log_appends.push_back(entry);
    if (item.confirm_seq != 0) waiting_for_sync.push_back({entry.at, from, item.confirm_seq});
  } else if (item.confirm_seq != 0) {
    out.confirms.push_back({from, item.confirm_seq});
  }
  ready.push(std::move(entry));
}

// The queue is empty and somebody waits: the message does not pass through the ready list. With automatic acknowledgement
// it is settled before it was ever in the queue, so that neither the log nor the confirm have to wait for anything.
void queue_machine::state::hand_over(consumer& to, channel_id from, message_ref&& message, std::uint64_t confirm_seq,
                                     std::uint8_t flags, time_ms now, queue_effects& out) {
  const warren::message& m = *message;
  const position at = next_position++;
  highest_delivered = at;
  if (to.spec.no_ack) {
    ++ledger.delivered_no_ack;
    ++ledger.acked;
    if (flags != 0) {
      --persistent;
      persistent_bytes -= m.body_bytes;
    }
    if (confirm_seq != 0) out.confirms.push_back({from, confirm_seq});
  } else {
    ++ledger.delivered;
    queue_entry entry{message, at, now, flags, std::min(m.priority, settings.max_priority)};
    if (flags != 0) {
      out.log_appends.push_back(entry);
      if (confirm_seq != 0) waiting_for_sync.push_back({at, from, confirm_seq});
    } else if (confirm_seq != 0) {
      out.confirms.push_back({from, confirm_seq});
    }
    unacked.add(std::move(entry), to.spec.channel, &to);
  }
  out.deliveries.push_back({to.spec.id, to.spec.channel, at, std::move(message), false, to.spec.no_ack});
  consumers.delivered(to, m);
}

bool queue_machine::state::refuse(channel_id from, publish_item& item, queue_effects& out) {
  const auto& now_ready = ready.total();
  if (now_ready.messages < max_length && now_ready.body_bytes + item.message->body_bytes <= max_length_bytes) return false;
  ++ledger.refused;
  if (item.confirm_seq != 0) out.refusals.push_back({from, item.confirm_seq});
  if (settings.overflow == overflow_mode::reject_publish_dlx && settings.dead_letter_exchange)
    out.dead_letters.push_back({std::move(item.message), death_reason::maxlen});
  return true;
}

void queue_machine::state::synced(position upto, queue_effects& out) {
  while (!waiting_for_sync.empty() && waiting_for_sync.front().at <= upto) {
    const pending_confirm& c = waiting_for_sync.front();
    out.confirms.push_back({c.channel, c.seq});
    waiting_for_sync.pop_front();
  }
}

}  // namespace warren
