#include "tests/unit/core/queue/support/checked_queue.hpp"

#include <algorithm>
#include <stdexcept>

namespace warren::testing {

namespace {

template <class T>
std::string text(const T& value) {
  return std::to_string(value);
}

void demand(bool condition, const std::string& what) {
  if (!condition) throw std::runtime_error(what);
}

std::string show(const naive_queue::delivered& d) {
  return "(" + text(d.at) + " to " + text(d.consumer.value) + (d.redelivered ? " again '" : " '") + d.body + "')";
}
std::string show(const naive_queue::death& d) { return "('" + d.body + "' reason " + text(int(d.reason)) + ")"; }
std::string show(const naive_queue::confirm& c) { return "(" + text(c.channel.value) + ":" + text(c.seq) + ")"; }
std::string show(const consumer_id& c) { return text(c.value); }
std::string show(const std::pair<consumer_id, std::uint32_t>& g) { return text(g.first.value) + "x" + text(g.second); }

template <class A>
void same(const std::vector<A>& expected, const std::vector<A>& got, const char* what) {
  if (expected == got) return;
  std::string message = std::string(what) + ": expected";
  for (const A& a : expected) message += " " + show(a);
  message += " but got";
  for (const A& a : got) message += " " + show(a);
  throw std::runtime_error(message);
}

}  // namespace

checked_queue::checked_queue(queue_settings settings, queue_memory_limits limits)
    : limits_(limits), machine_(settings, false, limits, now), model_(settings) {}

std::uint64_t checked_queue::deaths() const {
  const queue_ledger& l = machine_.ledger();
  return l.expired + l.dropped + l.dead_lettered;
}

checked_queue::mark checked_queue::set_mark() const {
  return {out_.deliveries.size(), out_.dead_letters.size(), out_.confirms.size(), out_.refusals.size(),
          out_.wants_grant.size(), out_.unused_grants.size(), deaths()};
}

std::uint64_t checked_queue::events_since(const mark& m) const {
  return out_.deliveries.size() - m.deliveries + deaths() - m.deaths + out_.wants_grant.size() - m.asks;
}

template <class F>
void checked_queue::compare(const char* what, const mark& before, std::uint64_t immediate, F&& model_command) {
  try {
    model_.begin(events_since(before) - immediate);
    model_command();
    compare_effects(before);
    compare_counts();
    for (std::size_t i = before.asks; i < out_.wants_grant.size(); ++i) unanswered_asks_.insert(out_.wants_grant[i]);
  } catch (const std::runtime_error& e) {
    throw std::runtime_error(std::string(what) + ": " + e.what());
  }
}

bool checked_queue::asked_for(std::uint8_t lane) const {
  return storage_.loading(lane) ||
         std::any_of(out_.loads.begin(), out_.loads.end(), [lane](const load_request& l) { return l.lane == lane; });
}

void checked_queue::compare_effects(const mark& before) {
  std::vector<naive_queue::delivered> deliveries;
  for (std::size_t i = before.deliveries; i < out_.deliveries.size(); ++i) {
    const delivery& d = out_.deliveries[i];
    deliveries.push_back({d.consumer, d.at, body_of(d.message), d.redelivered});
  }
  same(model_.deliveries, deliveries, "deliveries");
  std::vector<naive_queue::death> deaths;
  for (std::size_t i = before.dead_letters; i < out_.dead_letters.size(); ++i)
    deaths.push_back({body_of(out_.dead_letters[i].message), out_.dead_letters[i].reason});
  same(model_.dead_letters, deaths, "dead letters");
  const auto confirms = [](const std::vector<publish_confirm>& list, std::size_t from) {
    std::vector<naive_queue::confirm> result;
    for (std::size_t i = from; i < list.size(); ++i) result.push_back({list[i].channel, list[i].seq});
    return result;
  };
  same(model_.confirms, confirms(out_.confirms, before.confirms), "confirms");
  same(model_.refusals, confirms(out_.refusals, before.refusals), "refusals");
  same(model_.asks, std::vector<consumer_id>(out_.wants_grant.begin() + before.asks, out_.wants_grant.end()), "asks");
  same(model_.unused_grants,
       std::vector<std::pair<consumer_id, std::uint32_t>>(out_.unused_grants.begin() + before.unused, out_.unused_grants.end()),
       "unused grants");
  demand(model_.budget_left == 0, "the machine did more than the model can");
  if (model_.wants_more) {
    demand(!model_.ready.empty(), "the model goes on without a message");
    const auto& head = model_.ready.front();
    demand(asked_for(head.lane), "stuck at " + text(head.at) + " without asking the disk");
    demand(storage_.on_disk().count(head.at) != 0, "waits for the disk, where " + text(head.at) + " is not");
  }
}

void checked_queue::compare_counts() {
  demand(machine_.ledger_balanced(), "ledger is not balanced");
  const auto c = machine_.count();
  std::uint64_t unacked_bytes = 0, persistent = 0, persistent_bytes = 0;
  const auto tally = [&](const naive_queue::entry& e) {
    persistent += e.persistent;
    if (e.persistent) persistent_bytes += e.body.size();
  };
  for (const auto& e : model_.ready) tally(e);
  for (const auto& [at, u] : model_.unacked) {
    tally(u.message);
    unacked_bytes += u.message.body.size();
  }
  const auto equal = [](std::uint64_t expected, std::uint64_t got, const char* what) {
    demand(expected == got, std::string(what) + ": expected " + text(expected) + " but got " + text(got));
  };
  equal(model_.ready.size(), c.ready, "ready");
  equal(model_.ready_bytes(), c.ready_bytes, "ready bytes");
  equal(model_.unacked.size(), c.unacked, "unacked");
  equal(unacked_bytes, c.unacked_bytes, "unacked bytes");
  equal(persistent, c.persistent, "persistent");
  equal(persistent_bytes, c.persistent_bytes, "persistent bytes");
  equal(model_.members.size(), c.consumers, "consumers");
  equal(c.ready, c.ready_ram + c.paged_out, "ready in memory and on disk");
  equal(c.ready_bytes, c.ready_ram_bytes + c.paged_out_bytes, "ready bytes in memory and on disk");
  demand(c.paged_out <= storage_.on_disk().size(), "more paged out than is on disk");
  const queue_ledger& l = machine_.ledger();
  equal(model_.expired, l.expired, "expired");
  equal(model_.dropped, l.dropped, "dropped");
  equal(model_.dead_lettered, l.dead_lettered, "dead lettered");
}

// ---- commands

void checked_queue::publish(channel_id from, std::vector<publish_item> items) {
  const queue_settings& s = model_.settings;
  if (items.size() > 1 && s.overflow != overflow_mode::drop_head && s.max_priority > 0) {
    // Each message is judged by itself, and one of a higher priority can be reached although the head before it could not:
    // the order of events is then not what the model's budget assumes.
    for (publish_item& item : items) publish(from, {std::move(item)});
    return;
  }
  const mark before = set_mark();
  std::vector<publish_item> copy = items;
  machine_.publish(from, items, now, out_);
  compare("publish", before, 0, [&] { model_.publish(from, copy, now); });
}
void checked_queue::sync(position upto) {
  upto = std::min(upto, storage_.appended_upto());
  if (upto <= synced_) return;
  synced_ = upto;
  const mark before = set_mark();
  machine_.synced(upto, out_);
  compare("synced", before, 0, [&] { model_.synced(upto); });
}
void checked_queue::consume(const consumer_spec& spec) {
  const mark before = set_mark();
  const status answer = machine_.consume(spec, "queue 'q' in vhost '/'", now, out_);
  compare("consume", before, 0, [&] { demand(model_.consume(spec, now) == answer.ok(), "accepted or refused wrongly"); });
  if (!answer) demand(answer.failure() == error{reply_code::access_refused, "queue 'q' in vhost '/' in exclusive use"}, "text");
  demand(machine_.active_consumer() == model_.active, "active consumer");
}
void checked_queue::cancel(consumer_id id) {
  const mark before = set_mark();
  const bool known = machine_.cancel(id, now, out_);
  unanswered_asks_.erase(id);
  compare("cancel", before, 0, [&] { demand(model_.cancel(id, now) == known, "known or not"); });
  demand(machine_.active_consumer() == model_.active, "active consumer");
}
void checked_queue::replenish(consumer_id id, std::int64_t bytes) {
  const mark before = set_mark();
  machine_.replenish(id, bytes, now, out_);
  compare("replenish", before, 0, [&] { model_.replenish(id, bytes, now); });
}
void checked_queue::grant(consumer_id id, std::uint32_t messages) {
  const mark before = set_mark();
  unanswered_asks_.erase(id);
  machine_.grant(id, messages, now, out_);
  compare("grant", before, 0, [&] { model_.grant(id, messages, now); });
}
void checked_queue::limit_channel(channel_id channel, bool limited) {
  const mark before = set_mark();
  machine_.limit_channel(channel, limited, now, out_);
  if (!limited)  // their channel forgets what they asked
    for (const auto& m : model_.members)
      if (m.spec.channel == channel) unanswered_asks_.erase(m.spec.id);
  compare("limit_channel", before, 0, [&] { model_.limit_channel(channel, limited, now); });
}
void checked_queue::get(channel_id channel, bool no_ack) {
  const mark before = set_mark();
  const auto answer = machine_.get(channel, no_ack, now, out_);
  compare("get", before, 0, [&] {
    model_.get(channel, no_ack, answer.message.has_value(), now);
    demand(model_.got.has_value() == answer.message.has_value(), "got one or not");
    if (answer.message) {
      const naive_queue::delivered got{answer.message->consumer, answer.message->at, body_of(answer.message->message),
                                       answer.message->redelivered};
      same<naive_queue::delivered>({*model_.got}, {got}, "got");
    } else if (!model_.ready.empty()) {
      demand(answer.waiting, "empty although there is a message");
      const std::uint8_t lane = model_.ready.front().lane;
      demand(asked_for(lane), "waits without asking the disk");
    } else {
      demand(!answer.waiting, "waits for nothing");
    }
  });
  demand(answer.ready_left == model_.ready.size(), "messages left");
}
void checked_queue::ack(const std::vector<position>& positions) {
  const mark before = set_mark();
  machine_.ack(positions, now, out_);
  compare("ack", before, 0, [&] { model_.ack(positions, now); });
}
void checked_queue::requeue(const std::vector<position>& positions) {
  const mark before = set_mark();
  machine_.requeue(positions, now, out_);
  compare("requeue", before, 0, [&] { model_.requeue(positions, now); });
}
void checked_queue::reject(const std::vector<position>& positions) {
  const mark before = set_mark();
  std::set<position> known;
  for (const position at : positions)
    if (model_.unacked.count(at) != 0) known.insert(at);
  machine_.reject(positions, now, out_);
  compare("reject", before, known.size(), [&] { model_.reject(positions, now); });
}
void checked_queue::channel_down(channel_id channel) {
  const mark before = set_mark();
  for (const auto& m : model_.members)
    if (m.spec.channel == channel) unanswered_asks_.erase(m.spec.id);
  machine_.channel_down(channel, now, out_);
  compare("channel_down", before, 0, [&] { model_.channel_down(channel, now); });
  demand(machine_.active_consumer() == model_.active, "active consumer");
}
void checked_queue::purge() {
  hand_effects_to_storage();
  const mark before = set_mark();
  const std::uint64_t n = machine_.purge(now, out_);
  compare("purge", before, 0, [&] { demand(model_.purge(now) == n, "number of messages"); });
  hand_effects_to_storage();
}
void checked_queue::set_settings(queue_settings settings) {
  const mark before = set_mark();
  machine_.set_settings(settings, now, out_);
  settings.durable = model_.settings.durable;
  settings.max_priority = model_.settings.max_priority;
  settings.single_active_consumer = model_.settings.single_active_consumer;
  model_.settings = settings;
  compare("set_settings", before, 0, [&] { model_.run(now); });
}
void checked_queue::set_limits(queue_memory_limits limits) {
  const mark before = set_mark();
  limits_ = limits;
  machine_.set_memory_limits(limits, now, out_);
  compare("set_memory_limits", before, 0, [&] { model_.run(now); });
}
void checked_queue::tick() {
  const mark before = set_mark();
  machine_.tick(now, out_);
  compare("tick", before, 0, [&] { model_.run(now); });
  if (model_.wants_more) return;
  demand(!model_.overdue_head(now), "an overdue head survives a tick");
  const auto wake = machine_.wake_at();
  demand(wake == model_.next_deadline() || (!wake && asked_for(model_.ready.front().lane)), "wakes at the wrong time");
}

// ---- storage

void checked_queue::flush_oldest_log_file() {
  if (storage_.oldest_file() == storage_.current_file() || !flush_asked_.insert(storage_.oldest_file()).second) return;
  hand_effects_to_storage();
  const mark before = set_mark();
  machine_.flush_log(log_file_id{storage_.oldest_file()}, out_);
  compare("flush_log", before, 0, [] {});
  hand_effects_to_storage();
}
void checked_queue::hand_effects_to_storage() {
  storage_.take(out_);
  out_.clear();
}
void checked_queue::storage_step() {
  if (storage_.has_commands()) storage_.perform_next();
}
void checked_queue::answer_step() {
  if (!storage_.has_answers()) return;
  const mark before = set_mark();
  storage_.answer_next(machine_, now, out_);
  compare("answer of the disk", before, 0, [&] {
    if (events_since(before) > 0) model_.run(now);
  });
}
void checked_queue::settle_storage() {
  for (int rounds = 0;; ++rounds) {
    demand(rounds < 3'000, "storage never comes to rest");
    while (storage_.has_answers()) answer_step();
    tick();
    hand_effects_to_storage();
    while (storage_.has_commands()) storage_.perform_next();
    if (!storage_.has_answers()) break;
  }
  demand(!model_.wants_more, "waits for the disk although nothing is under way");
  storage_must_hold_what_lives();
}
void checked_queue::storage_must_hold_what_lives() {
  std::set<position> live;
  const auto survivors = storage_.survivors();
  const auto check = [&](const naive_queue::entry& e) {
    live.insert(e.at);
    if (e.persistent) demand(survivors.count(e.at) != 0, "not durable: " + text(e.at));
  };
  for (const auto& e : model_.ready) check(e);
  for (const auto& [at, u] : model_.unacked) check(u.message);
  for (const auto& [at, s] : survivors) demand(live.count(at) != 0, "would rise from the dead: " + text(at));
  if (!storage_.has_answers())
    for (const auto& [at, s] : storage_.on_disk()) demand(live.count(at) != 0, "forgotten on disk: " + text(at));
}
void checked_queue::restart() {
  hand_effects_to_storage();
  while (storage_.has_commands()) storage_.perform_next();
  storage_must_hold_what_lives();
  const position highest = machine_.highest_delivered();
  const recovered_queue found = storage_.restart(machine_.next_position(), highest);
  machine_ = queue_machine(model_.settings, false, limits_, now);
  model_.restart(highest);
  flush_asked_.clear();
  unanswered_asks_.clear();
  const mark before = set_mark();
  machine_.recover(found, now, out_);
  compare("recover", before, 0, [&] { model_.run(now); });
}

}  // namespace warren::testing
