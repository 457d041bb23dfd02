#include "tests/unit/core/queue/support/naive_queue.hpp"

#include <algorithm>
#include <limits>

namespace warren::testing {

void naive_queue::begin(std::uint64_t event_budget) {
  deliveries.clear();
  dead_letters.clear();
  confirms.clear();
  refusals.clear();
  asks.clear();
  unused_grants.clear();
  got.reset();
  budget_left = event_budget;
  wants_more = false;
}

bool naive_queue::spend() {
  if (budget_left == 0) {
    wants_more = true;
    return false;
  }
  --budget_left;
  return true;
}

std::uint64_t naive_queue::ready_bytes() const {
  std::uint64_t n = 0;
  for (const entry& e : ready) n += e.body.size();
  return n;
}

bool naive_queue::too_long() const {
  return (settings.max_length && ready.size() > *settings.max_length) ||
         (settings.max_length_bytes && ready_bytes() > *settings.max_length_bytes);
}

time_ms naive_queue::deadline(const entry& e) const {
  time_ms at = std::numeric_limits<time_ms>::max();
  if (settings.message_ttl_ms) at = std::min<time_ms>(at, e.enqueued_ms + *settings.message_ttl_ms);
  if (e.expiration_ms) at = std::min<time_ms>(at, e.enqueued_ms + *e.expiration_ms);
  return at;
}

bool naive_queue::overdue_head(time_ms now) const { return !ready.empty() && deadline(ready.front()) <= now; }

std::optional<time_ms> naive_queue::next_deadline() const {
  if (ready.empty() || deadline(ready.front()) == std::numeric_limits<time_ms>::max()) return std::nullopt;
  return deadline(ready.front());
}

// ---- consumers

naive_queue::member* naive_queue::find(consumer_id id) {
  for (member& m : members)
    if (m.spec.id == id) return &m;
  return nullptr;
}

bool naive_queue::has_credit(const member& m) const {
  if (settings.single_active_consumer && active != m.spec.id) return false;
  return m.window > 0 && (m.spec.no_ack || m.spec.prefetch == 0 || m.unacked < m.spec.prefetch);
}

void naive_queue::line_up(member& m) {
  if (m.in_line || m.asked || !has_credit(m)) return;
  m.in_line = true;
  lines_[m.spec.priority].push_back(m.spec.id);
}

bool naive_queue::next(member*& to) {
  to = nullptr;
  for (auto& [priority, line] : lines_) {
    while (!line.empty()) {
      member* m = find(line.front());
      if (!m->spec.wants_grants || m->grants > 0) {
        to = m;
        return true;
      }
      if (!spend()) return false;
      asks.push_back(m->spec.id);
      m->asked = true;
      m->in_line = false;
      line.pop_front();
    }
  }
  return true;
}

bool naive_queue::consume(const consumer_spec& spec, time_ms now) {
  const bool exclusive = members.size() == 1 && members[0].spec.exclusive;
  if (exclusive || (spec.exclusive && (settings.single_active_consumer || !members.empty()))) return false;
  members.push_back({spec, spec.window_bytes});
  if (settings.single_active_consumer && !active) active = spec.id;
  line_up(members.back());
  run(now);
  return true;
}

void naive_queue::remove(consumer_id id) {
  for (auto& [priority, line] : lines_) line.erase(std::remove(line.begin(), line.end(), id), line.end());
  const member* m = find(id);
  if (m->grants > 0) unused_grants.emplace_back(id, m->grants);
  members.erase(members.begin() + (m - members.data()));
  if (active == id) {
    active.reset();
    if (!members.empty()) {
      active = members.front().spec.id;
      line_up(members.front());
    }
  }
}

bool naive_queue::cancel(consumer_id id, time_ms now) {
  if (find(id) == nullptr) return false;
  remove(id);
  run(now);
  return true;
}

void naive_queue::replenish(consumer_id id, std::int64_t bytes, time_ms now) {
  if (member* m = find(id)) {
    m->window += bytes;
    line_up(*m);
    run(now);
  }
}

void naive_queue::limit_channel(channel_id channel, bool limited, time_ms now) {
  for (member& m : members) {
    if (m.spec.channel != channel) continue;
    m.spec.wants_grants = limited;
    if (limited) continue;
    m.asked = false;
    line_up(m);
  }
  if (!limited) run(now);
}

void naive_queue::grant(consumer_id id, std::uint32_t messages, time_ms now) {
  if (find(id) == nullptr) {
    unused_grants.emplace_back(id, messages);
    return;
  }
  member& m = *find(id);
  m.asked = false;
  m.grants += messages;
  line_up(m);
  run(now);
  if (m.grants > 0) unused_grants.emplace_back(id, m.grants);
  m.grants = 0;
}

// ---- messages

void naive_queue::insert(entry e) {
  const auto before = [](const entry& a, const entry& b) { return a.lane != b.lane ? a.lane > b.lane : a.at < b.at; };
  ready.insert(std::upper_bound(ready.begin(), ready.end(), e, before), std::move(e));
}

void naive_queue::publish(channel_id from, const std::vector<publish_item>& items, time_ms now) {
  const bool refuses = settings.overflow != overflow_mode::drop_head;
  for (const publish_item& item : items) {
    const message& m = *item.message;
    if (refuses && ((settings.max_length && ready.size() + 1 > *settings.max_length) ||
                    (settings.max_length_bytes && ready_bytes() + m.body_bytes > *settings.max_length_bytes))) {
      if (item.confirm_seq != 0) refusals.push_back({from, item.confirm_seq});
      if (settings.overflow == overflow_mode::reject_publish_dlx && settings.dead_letter_exchange)
        dead_letters.push_back({std::string(m.body()), death_reason::maxlen});
      continue;
    }
    entry e;
    e.at = next_position_++;
    e.body = std::string(m.body());
    e.lane = std::min(m.priority, settings.max_priority);
    e.persistent = settings.durable && m.is(message::persistent);
    if (m.expiration_ms != message::no_expiration) e.expiration_ms = m.expiration_ms;
    e.enqueued_ms = now;
    e.window_cost = std::int64_t{m.record_bytes} + 64;
    bool settled_at_once = false;
    member* to = nullptr;
    if (ready.empty() && next(to) && to != nullptr && spend()) {
      settled_at_once = to->spec.no_ack;
      give(*to, e);
    } else {
      insert(e);
    }
    if (item.confirm_seq != 0) {
      if (e.persistent && !settled_at_once) {
        waiting_for_sync_.push_back({e.at, {from, item.confirm_seq}});
      } else {
        confirms.push_back({from, item.confirm_seq});
      }
    }
    if (refuses && (settings.max_length || settings.max_length_bytes)) (void)expire(now);
  }
  run(now);
}

void naive_queue::synced(position upto) {
  while (!waiting_for_sync_.empty() && waiting_for_sync_.front().first <= upto) {
    confirms.push_back(waiting_for_sync_.front().second);
    waiting_for_sync_.pop_front();
  }
}

void naive_queue::give(member& to, entry e) {
  deliveries.push_back({to.spec.id, e.at, e.body, e.redelivered});
  to.window -= e.window_cost;
  if (to.grants > 0) --to.grants;
  if (!to.spec.no_ack) ++to.unacked;
  auto& line = lines_[to.spec.priority];
  line.pop_front();
  to.in_line = false;
  line_up(to);
  if (!to.spec.no_ack) unacked[e.at] = {std::move(e), to.spec.id, to.spec.channel};
}

void naive_queue::die(entry e, death_reason why) {
  if (settings.dead_letter_exchange) {
    ++dead_lettered;
    dead_letters.push_back({std::move(e.body), why});
  } else if (why == death_reason::expired) {
    ++expired;
  } else {
    ++dropped;
  }
}

bool naive_queue::expire(time_ms upto) {
  while (!ready.empty() && deadline(ready.front()) <= upto) {
    if (!spend()) return false;
    entry e = ready.front();
    ready.erase(ready.begin());
    die(std::move(e), death_reason::expired);
  }
  return true;
}

bool naive_queue::drop_excess() {
  while (settings.overflow == overflow_mode::drop_head && too_long() && !ready.empty()) {
    if (!spend()) return false;
    entry e = ready.front();
    ready.erase(ready.begin());
    die(std::move(e), death_reason::maxlen);
  }
  return true;
}

bool naive_queue::deliver(time_ms now) {
  while (!ready.empty()) {
    if (!expire(now - 1)) return false;
    if (ready.empty()) return true;
    member* to = nullptr;
    if (!next(to)) return false;
    if (to == nullptr) return true;
    if (!spend()) return false;
    entry e = ready.front();
    ready.erase(ready.begin());
    give(*to, std::move(e));
  }
  return true;
}

void naive_queue::run(time_ms now) { (void)(!wants_more && deliver(now) && drop_excess() && expire(now)); }

void naive_queue::get(channel_id channel, bool no_ack, bool machine_got_one, time_ms now) {
  if (expire(now - 1) && machine_got_one && !ready.empty()) {
    entry e = ready.front();
    ready.erase(ready.begin());
    got = delivered{consumer_id{}, e.at, e.body, e.redelivered};
    if (!no_ack) unacked[e.at] = {std::move(e), consumer_id{}, channel};
  }
  run(now);
}

// ---- settling

void naive_queue::settle(const unacked_entry& u) {
  if (member* m = find(u.consumer)) {
    --m->unacked;
    line_up(*m);
  }
}

void naive_queue::ack(const std::vector<position>& positions, time_ms now) {
  for (const position at : positions) {
    const auto i = unacked.find(at);
    if (i == unacked.end()) continue;
    const unacked_entry u = i->second;
    unacked.erase(i);
    settle(u);
  }
  run(now);
}

void naive_queue::reject(const std::vector<position>& positions, time_ms now) {
  for (const position at : positions) {
    const auto i = unacked.find(at);
    if (i == unacked.end()) continue;
    const unacked_entry u = i->second;
    unacked.erase(i);
    die(u.message, death_reason::rejected);
    settle(u);
  }
  run(now);
}

void naive_queue::requeue(const std::vector<position>& positions, time_ms now) {
  for (const position at : positions) {
    const auto i = unacked.find(at);
    if (i == unacked.end()) continue;
    unacked_entry u = i->second;
    unacked.erase(i);
    u.message.redelivered = true;
    insert(u.message);
    settle(u);
  }
  if (drop_excess() && expire(now)) run(now);
}

void naive_queue::channel_down(channel_id channel, time_ms now) {
  std::vector<consumer_id> gone;
  for (const member& m : members)
    if (m.spec.channel == channel) gone.push_back(m.spec.id);
  std::vector<position> positions;
  for (const auto& [at, u] : unacked)
    if (u.channel == channel) positions.push_back(at);
  for (const consumer_id id : gone) remove(id);
  requeue(positions, now);
}

std::uint64_t naive_queue::purge(time_ms now) {
  const std::uint64_t n = ready.size();
  ready.clear();
  run(now);
  return n;
}

void naive_queue::restart(position redelivered_upto) {
  for (auto& [at, u] : unacked) insert(u.message);
  unacked.clear();
  members.clear();
  lines_.clear();
  active.reset();
  waiting_for_sync_.clear();
  ready.erase(std::remove_if(ready.begin(), ready.end(), [](const entry& e) { return !e.persistent; }), ready.end());
  for (entry& e : ready) e.redelivered = e.at <= redelivered_upto;
  expired = dropped = dead_lettered = 0;
}

}  // namespace warren::testing
