#include <algorithm>

#include "core/base/assert.hpp"
#include "core/queue/queue_state.hpp"

namespace warren {

void queue_machine::state::forget_copies(const queue_entry& entry, queue_effects& out) {
  if ((entry.flags & (queue_entry::in_log | queue_entry::on_disk)) == 0) return;
  if ((entry.flags & queue_entry::on_disk) == 0) {
    out.log_acks.push_back(entry.at);
  } else if (!pages.settle(entry.at)) {
    out.disk_acks.push_back(entry.at);
  } else if ((entry.flags & queue_entry::in_log) != 0) {
    out.log_acks.push_back(entry.at);  // the segment's copy is acknowledged when it is written; until then only the log knows
  }
}

void queue_machine::state::leave(queue_entry& entry, fate why, queue_effects& out) {
  forget_copies(entry, out);
  if ((entry.flags & queue_entry::persistent) != 0) {
    --persistent;
    persistent_bytes -= entry.message->body_bytes;
  }
  switch (why) {
    case fate::acked: ++ledger.acked; break;
    case fate::expired: ++ledger.expired; break;
    case fate::dropped: ++ledger.dropped; break;
    case fate::dead_lettered: ++ledger.dead_lettered; break;
    case fate::purged: ++ledger.purged; break;
  }
}

void queue_machine::state::die(queue_entry&& entry, death_reason why, queue_effects& out) {
  if (settings.dead_letter_exchange) {
    leave(entry, fate::dead_lettered, out);
    out.dead_letters.push_back({std::move(entry.message), why});
  } else {
    leave(entry, why == death_reason::expired ? fate::expired : fate::dropped, out);
  }
}

void queue_machine::state::ack(std::span<const position> positions, time_ms now, queue_effects& out) {
  unacked_delivery done;
  for (const position at : positions) {
    if (!unacked.take(at, done)) continue;
    leave(done.entry, fate::acked, out);
    consumers.settled(done.receiver);
  }
  run(now, out);
}

void queue_machine::state::reject(std::span<const position> positions, time_ms now, queue_effects& out) {
  unacked_delivery done;
  for (const position at : positions) {
    if (!unacked.take(at, done)) continue;
    die(std::move(done.entry), death_reason::rejected, out);
    consumers.settled(done.receiver);
  }
  run(now, out);
}

// Limits come before consumers here: a message that came back may be the one too many (as in RabbitMQ).
void queue_machine::state::requeue(std::span<const position> positions, time_ms now, queue_effects& out) {
  unacked_delivery back;
  for (const position at : positions) {
    if (!unacked.take(at, back)) continue;
    back.entry.flags |= queue_entry::redelivered;
    if (back.entry.message->expiration_ms != message::no_expiration) some_expire = true;
    ready.give_back(std::move(back.entry));
    consumers.settled(back.receiver);
  }
  if (limited && settings.overflow == overflow_mode::drop_head && too_long()) drop_excess(out);
  if (may_expire()) expire_head(now, out);
  run(now, out);
}

void queue_machine::state::channel_down(channel_id channel, time_ms now, queue_effects& out) {
  std::vector<consumer_id> cancelled;
  for (const auto& c : consumers.members())
    if (c->spec.channel == channel) cancelled.push_back(c->spec.id);
  std::vector<position> positions;
  if (consumers.unacked_of(channel) + unacked.gets_of(channel) > 0) {
    unacked.for_each([&](const unacked_delivery& d) {
      if (d.channel == channel) positions.push_back(d.entry.at);
    });
    std::sort(positions.begin(), positions.end());
  }
  for (const consumer_id id : cancelled) (void)consumers.remove(id, out);
  requeue(positions, now, out);
  if (!cancelled.empty()) consumers_left(now, out);
}

bool queue_machine::state::cancel(consumer_id consumer, time_ms now, queue_effects& out) {
  if (!consumers.remove(consumer, out)) return false;
  run(now, out);  // another consumer may be active now
  consumers_left(now, out);
  return true;
}

void queue_machine::state::consumers_left(time_ms now, queue_effects& out) {
  if (consumers.size() > 0) return;
  unused_since = now;
  if (auto_delete && had_consumer && !auto_deleted) auto_deleted = out.auto_deleted = true;
}

std::uint64_t queue_machine::state::purge(queue_effects& out) {
  const std::uint64_t messages = ready.total().messages;
  bool partly_on_disk = false;
  ready.each_lane([&](std::uint8_t, lane& l) { partly_on_disk |= l.has_middle(); });
  ready.each_lane([&](std::uint8_t, lane& l) {
    const auto settle = [&](const queue_entry& entry) {
      if (!partly_on_disk || (entry.flags & queue_entry::on_disk) == 0) return forget_copies(entry, out);
      if ((entry.flags & queue_entry::in_log) != 0) out.log_acks.push_back(entry.at);
    };
    for (const queue_entry& entry : l.returned()) settle(entry);
    l.head().for_each(settle);
    for (middle_part& part : l.middle()) part.entries.for_each(settle);
    l.tail().for_each(settle);
    l.clear();
    if (l.load.under_way) l.load.stale = true;
    l.load.wanted = false;
  });
  ready.recount_lanes();
  ready.mutable_total() = {};
  persistent = persistent_bytes = 0;
  unacked.for_each([&](const unacked_delivery& d) {
    if ((d.entry.flags & queue_entry::persistent) != 0) count_persistent(*d.entry.message);
    if (partly_on_disk && (d.entry.flags & queue_entry::on_disk) != 0) out.purge_keep.push_back(d.entry.at);
  });
  if (partly_on_disk) {
    std::sort(out.purge_keep.begin(), out.purge_keep.end());
    pages.purged();
    out.purge_disk = true;
    head_unknown = false;
  }
  some_expire = false;
  ledger.purged += messages;
  return messages;
}

}  // namespace warren
