#include <algorithm>

#include "core/base/assert.hpp"
#include "core/queue/queue_state.hpp"

// Memory and disk. README.md has the drawing; lane.hpp says why the order survives all this.

namespace warren {

namespace {

// Page-outs smaller than this wait for company, unless the limits themselves are small.
constexpr std::uint64_t batch_messages = 4096;
constexpr std::uint64_t batch_bytes = 256 * 1024;
// How many messages are looked at when nobody consumes and only the head's expiry is of interest.
constexpr std::uint32_t probe_messages = 64;

}  // namespace

void queue_machine::state::page_when_due(queue_effects& out) {
  if (ready.empty()) return;
  if (settings.lazy) page_out_fresh(out);
  const auto& now_ready = ready.total();
  if (now_ready.memory_messages() > limits.max_messages || now_ready.memory_record_bytes > limits.max_bytes)
    page_out_excess(out);
  keep_heads_filled(out);
}

// ---- out

// While something is on its way, what is published meanwhile collects to a larger piece.
void queue_machine::state::page_out_fresh(queue_effects& out) {
  const auto worth_it = [this](std::uint64_t messages, std::uint64_t bytes) {
    return messages > 0 && (pages.idle() || messages >= batch_messages || bytes >= batch_bytes);
  };
  ready.each_lane([&](std::uint8_t number, lane& l) {
    if (l.has_middle()) {
      if (worth_it(l.tail_count(), l.tail_bytes())) send_out(number, l, std::move(l.tail()), false, out);
      return;
    }
    l.join_tail();
    std::size_t fresh = 0;
    ring<queue_entry>& head = l.head();
    while (fresh < head.size() && (head[head.size() - 1 - fresh].flags & queue_entry::on_disk) == 0) ++fresh;
    if (worth_it(fresh, l.head_bytes())) send_out(number, l, head.split_back(fresh), true, out);
  });
}

// The lowest priority goes first, within a lane what is furthest from delivery. Half of the limit is made free, so that
// what goes out goes out in large pieces.
void queue_machine::state::page_out_excess(queue_effects& out) {
  const std::uint64_t keep_messages = limits.max_messages / 2, keep_bytes = limits.max_bytes / 2;
  ready.each_lane([&](std::uint8_t number, lane& l) {
    const auto& t = ready.total();
    const std::uint64_t messages = t.memory_messages() > keep_messages ? t.memory_messages() - keep_messages : 0;
    const std::uint64_t bytes = t.memory_record_bytes > keep_bytes ? t.memory_record_bytes - keep_bytes : 0;
    if (l.count() > 0 && (messages > 0 || bytes > 0)) page_out_lane(number, l, messages, bytes, out);
  });
}

void queue_machine::state::page_out_lane(std::uint8_t number, lane& l, std::uint64_t messages, std::uint64_t bytes,
                                         queue_effects& out) {
  const std::uint64_t least_messages = std::min(batch_messages, limits.max_messages / 4);
  const std::uint64_t least_bytes = std::min(batch_bytes, limits.max_bytes / 4);
  const std::uint64_t before = ready.total().memory_messages(), before_bytes = ready.total().memory_record_bytes;
  if (!l.has_middle()) l.join_tail();
  if (l.tail_count() > 0 && (l.tail_count() >= least_messages || l.tail_bytes() >= least_bytes))
    send_out(number, l, std::move(l.tail()), false, out);
  const std::uint64_t went = before - ready.total().memory_messages();
  const std::uint64_t went_bytes = before_bytes - ready.total().memory_record_bytes;
  if ((went >= messages && went_bytes >= bytes) || l.head().empty() || (l.load.under_way && !l.load.stale)) return;
  const std::uint64_t n = l.head().size() - std::min<std::uint64_t>(l.head().size(), stays_at_head(l));
  const std::uint64_t average = std::max<std::uint64_t>(1, l.head_bytes() / l.head_count());
  const std::uint64_t by_count = messages > went ? messages - went : 0;
  const std::uint64_t by_bytes = bytes > went_bytes ? (bytes - went_bytes + average - 1) / average : 0;
  const std::uint64_t out_now = std::min(n, std::max(by_count, by_bytes));
  if (out_now == 0 || (out_now < least_messages && out_now * average < least_bytes)) return;
  send_out(number, l, l.head().split_back(out_now), true, out);
}

// How many entries of the head's ring must stay so that nothing has to be loaded at once: whatever the limits are, a load
// that has come is not thrown out again.
std::uint64_t queue_machine::state::stays_at_head(lane& l) const {
  std::uint64_t messages = 0, bytes = 0, of_ring = 0;
  const auto enough = [&] { return messages >= low_messages() || bytes >= low_bytes(); };
  for (const queue_entry& e : l.returned()) {
    if (enough()) return 0;
    ++messages;
    bytes += e.message->record_bytes;
  }
  for (; of_ring < l.head().size() && !enough(); ++of_ring) {
    ++messages;
    bytes += l.head()[of_ring].message->record_bytes;
  }
  return of_ring;
}

// Entries leave the head's back (in front of the middle) or are the whole tail (behind it). What is on disk already is not
// written again, and what is on its way already is waited for.
void queue_machine::state::send_out(std::uint8_t number, lane& l, ring<queue_entry>&& entries, bool in_front,
                                    queue_effects& out) {
  middle_part part;
  part.entries = std::move(entries);
  part.range.lane = number;
  part.range.first = part.entries.front().at;
  part.range.last = part.entries.back().at;
  part.range.messages = part.entries.size();
  std::vector<queue_entry> to_write;
  part.entries.for_each([&](queue_entry& e) {
    part.range.body_bytes += e.message->body_bytes;
    part.record_bytes += e.message->record_bytes;
    if ((e.flags & queue_entry::on_disk) != 0) return;
    if (to_write.capacity() == 0) to_write.reserve(part.entries.size());
    to_write.push_back(e);
    e.flags |= queue_entry::on_disk;  // or on its way: pages knows
  });
  if (in_front) {
    l.set_head_bytes(l.head_bytes() - part.record_bytes);
  } else {
    l.set_tail_bytes(0);
  }
  auto& total = ready.mutable_total();
  total.leaving += part.range.messages;
  total.memory_record_bytes -= part.record_bytes;
  part.token = to_write.empty() ? pages.newest() : pages.open(false, std::move(to_write), out);
  if (part.token == 0) now_on_disk(part);
  l.middle().insert(in_front ? l.middle().begin() : l.middle().end(), std::move(part));
  l.merge_ranges();
}

void queue_machine::state::now_on_disk(middle_part& part) {
  part.token = 0;
  part.entries.clear();
  part.record_bytes = 0;
  auto& total = ready.mutable_total();
  total.leaving -= part.range.messages;
  total.on_disk += part.range.messages;
  total.on_disk_body_bytes += part.range.body_bytes;
}

void queue_machine::state::paged_out(std::uint64_t token, queue_effects& out) {
  if (!pages.answered(token, out)) return;
  ready.each_lane([&](std::uint8_t, lane& l) {
    bool changed = false;
    for (middle_part& part : l.middle()) {
      if (part.token == 0 || !pages.answered_upto(part.token)) continue;
      now_on_disk(part);
      changed = true;
    }
    if (changed) l.merge_ranges();
  });
  page_when_due(out);
}

// ---- in

void queue_machine::state::keep_heads_filled(queue_effects& out) {
  if (ready.total().on_disk + ready.total().leaving == 0) [[likely]]
    return;
  const bool consuming = consumers.size() > 0;
  const bool full_load = consuming || may_expire() || (limited && settings.overflow == overflow_mode::drop_head && too_long());
  const std::uint64_t low_messages = this->low_messages(), low_bytes = this->low_bytes();
  std::uint64_t messages = 0, bytes = 0;  // in memory at the heads of the lanes so far
  ready.each_lane_downwards([&](std::uint8_t number, lane& l) {
    if (l.count() == 0 || messages >= low_messages || bytes >= low_bytes) return;
    if (consuming)
      while (l.has_middle() && l.middle().front().token != 0 && messages + l.head_count() < low_messages &&
             bytes + l.head_bytes() < low_bytes)
        ready.came_back(l.promote_part());
    messages += l.head_count();
    bytes += l.head_bytes();
    if (!l.has_middle() || l.middle().front().token != 0 || l.load.under_way) return;
    const bool asked = full_load || l.load.wanted || (head_unknown && l.starts_on_disk());
    if (!asked || (!consuming && l.head_count() > 0) || messages >= low_messages || bytes >= low_bytes) {
      if (l.starts_on_disk()) messages = low_messages;  // it is first: no use in filling those behind it
      return;
    }
    const disk_range& range = l.middle().front().range;
    l.load.under_way = true;
    l.load.to = range.last;
    out.loads.push_back({number, range.first, range.last,
                         full_load || l.load.wanted ? limits.load_messages : std::min(limits.load_messages, probe_messages),
                         limits.load_bytes});
  });
}

void queue_machine::state::loaded(std::uint8_t number, std::span<loaded_message> messages, bool more_in_range,
                                  queue_effects& out) {
  lane* l = ready.find(number);
  if (l == nullptr || !l->load.under_way) return;
  const bool stale = l->load.stale;
  const position to = l->load.to;
  l->load = {};
  if (stale) return page_when_due(out);
  WARREN_ENSURE(l->has_middle() && l->middle().front().token == 0);
  disk_range& range = l->middle().front().range;
  auto& total = ready.mutable_total();
  for (loaded_message& m : messages) {
    if (m.at < range.first || m.at > to) continue;
    std::uint8_t flags = queue_entry::on_disk;
    if (is_persistent(*m.message)) flags |= queue_entry::persistent;
    if (m.at <= redelivered_upto) flags |= queue_entry::redelivered;
    if (m.message->expiration_ms != message::no_expiration) some_expire = true;
    const std::uint32_t body_bytes = m.message->body_bytes, record_bytes = m.message->record_bytes;
    if (range.messages == 0) discovered(*l, range, body_bytes);
    range.first = m.at + 1;
    --range.messages;
    range.body_bytes -= body_bytes;
    --total.on_disk;
    total.on_disk_body_bytes -= body_bytes;
    total.memory_record_bytes += record_bytes;
    l->append_loaded({std::move(m.message), m.at, m.enqueued_ms, flags, number}, record_bytes);
  }
  if (!more_in_range) {
    range.first = to + 1;
    if (range.first > range.last) {
      write_off(*l, range);
      l->middle().erase(l->middle().begin());
      ready.recount_lanes();
    }
  }
}

// The disk may have less or more than was known of the range (recovery after damage): the books must agree with what there is.
void queue_machine::state::write_off(lane& l, const disk_range& rest) {
  auto& total = ready.mutable_total();
  total.messages -= rest.messages;
  total.on_disk -= rest.messages;
  total.body_bytes -= rest.body_bytes;
  total.on_disk_body_bytes -= rest.body_bytes;
  l.set_count(l.count() - rest.messages);
  persistent -= std::min(persistent, rest.messages);
  if (rest.messages > 0) persistent_bytes -= std::min(persistent_bytes, rest.body_bytes);
  ledger.dropped += rest.messages;
}

void queue_machine::state::discovered(lane& l, disk_range& range, std::uint32_t body_bytes) {
  auto& total = ready.mutable_total();
  ++range.messages;
  ++total.messages;
  ++total.on_disk;
  range.body_bytes += body_bytes;
  total.body_bytes += body_bytes;
  total.on_disk_body_bytes += body_bytes;
  l.set_count(l.count() + 1);
  if (settings.durable) {
    ++persistent;
    persistent_bytes += body_bytes;
  }
  ++ledger.published;
}

// ---- the log

// Everything that was written to segments before the release is synced by the store before it lets a log file go, so what
// is on its way needs only to have arrived.
void queue_machine::state::flush_log(log_file_id file, queue_effects& out) {
  std::vector<queue_entry> log_only;
  const auto take = [&log_only](queue_entry& e) {
    if ((e.flags & (queue_entry::in_log | queue_entry::on_disk)) != queue_entry::in_log) return;
    log_only.push_back(e);
    e.flags |= queue_entry::on_disk;
  };
  ready.each_lane([&](std::uint8_t, lane& l) {
    for (queue_entry& e : l.returned()) take(e);
    l.head().for_each(take);
    l.tail().for_each(take);
  });
  unacked.for_each([&](unacked_delivery& d) { take(d.entry); });
  if (!log_only.empty()) {
    std::sort(log_only.begin(), log_only.end(), [](const queue_entry& a, const queue_entry& b) {
      return a.lane != b.lane ? a.lane < b.lane : a.at < b.at;
    });
    (void)pages.open(true, std::move(log_only), out);
  }
  pages.release_after_pending(file, out);
}

void queue_machine::state::recover(const recovered_queue& found, queue_effects& out) {
  WARREN_ENSURE(ledger.published == 0);
  next_position = found.next_position;
  redelivered_upto = highest_delivered = found.redelivered_upto;
  auto& total = ready.mutable_total();
  for (const disk_range& range : found.ranges) {
    if (range.messages == 0) continue;
    lane& l = ready.touch(range.lane);
    middle_part part;
    part.range = range;
    l.middle().push_back(std::move(part));
    l.set_count(l.count() + range.messages);
    l.merge_ranges();
    total.messages += range.messages;
    total.body_bytes += range.body_bytes;
    total.on_disk += range.messages;
    total.on_disk_body_bytes += range.body_bytes;
    ledger.published += range.messages;
    persistent += range.messages;
    persistent_bytes += range.body_bytes;
  }
  ready.recount_lanes();
  head_unknown = !ready.empty();
  page_when_due(out);
}

}  // namespace warren
