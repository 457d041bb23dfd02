#include "core/queue/queue_machine.hpp"

#include "core/message/properties.hpp"
#include "core/queue/queue_state.hpp"

// The public face: commands are performed by queue_machine::state, views are computed here.

namespace warren {

queue_machine::queue_machine(queue_settings settings, bool auto_delete, queue_memory_limits limits, time_ms now)
    : state_(std::make_unique<state>(std::move(settings), auto_delete, limits, now)) {}
queue_machine::~queue_machine() = default;
queue_machine::queue_machine(queue_machine&&) noexcept = default;
queue_machine& queue_machine::operator=(queue_machine&&) noexcept = default;

void queue_machine::recover(const recovered_queue& found, time_ms now, queue_effects& out) {
  state_->recover(found, out);
  state_->run(now, out);
}

void queue_machine::publish(channel_id from, std::span<publish_item> items, time_ms now, queue_effects& out) {
  state_->publish(from, items, now, out);
}

void queue_machine::synced(position upto, queue_effects& out) { state_->synced(upto, out); }

status queue_machine::consume(consumer_spec spec, std::string_view queue_label, time_ms now, queue_effects& out) {
  status added = state_->consumers.add(std::move(spec), queue_label, out);
  if (added) {
    state_->had_consumer = true;
    state_->run(now, out);
  }
  return added;
}

bool queue_machine::cancel(consumer_id consumer, time_ms now, queue_effects& out) {
  return state_->cancel(consumer, now, out);
}

void queue_machine::replenish(consumer_id consumer_id, std::int64_t bytes, time_ms now, queue_effects& out) {
  consumer* c = state_->consumers.find(consumer_id);
  if (c == nullptr) return;
  state_->consumers.replenish(*c, bytes);
  state_->run(now, out);
}

void queue_machine::grant(consumer_id consumer_id, std::uint32_t messages, time_ms now, queue_effects& out) {
  if (messages == 0) return;
  consumer* c = state_->consumers.find(consumer_id);
  if (c == nullptr) {
    out.unused_grants.emplace_back(consumer_id, messages);
    return;
  }
  state_->consumers.grant(*c, messages);
  state_->run(now, out);
  state_->consumers.return_grants(*c, out);
}

void queue_machine::limit_channel(channel_id channel, bool limited, time_ms now, queue_effects& out) {
  state_->consumers.limit(channel, limited);
  if (!limited) state_->run(now, out);
}

queue_machine::get_result queue_machine::get(channel_id channel, bool no_ack, time_ms now, queue_effects& out) {
  return state_->get(channel, no_ack, now, out);
}

void queue_machine::ack(std::span<const position> positions, time_ms now, queue_effects& out) {
  state_->ack(positions, now, out);
}
void queue_machine::requeue(std::span<const position> positions, time_ms now, queue_effects& out) {
  state_->requeue(positions, now, out);
}
void queue_machine::reject(std::span<const position> positions, time_ms now, queue_effects& out) {
  state_->reject(positions, now, out);
}
void queue_machine::channel_down(channel_id channel, time_ms now, queue_effects& out) {
  state_->channel_down(channel, now, out);
}

std::uint64_t queue_machine::purge(time_ms now, queue_effects& out) {
  const std::uint64_t messages = state_->purge(out);
  state_->run(now, out);
  return messages;
}

// The fixed properties of the declaration stay: priorities, durability, single active consumer.
void queue_machine::set_settings(queue_settings settings, time_ms now, queue_effects& out) {
  queue_settings& old = state_->settings;
  settings.max_priority = old.max_priority;
  settings.durable = old.durable;
  settings.single_active_consumer = old.single_active_consumer;
  if (settings.expires_ms != old.expires_ms) state_->unused_since = now;
  old = std::move(settings);
  state_->settings_changed();
  state_->run(now, out);
}

void queue_machine::set_memory_limits(queue_memory_limits limits, time_ms now, queue_effects& out) {
  state_->limits = limits;
  state_->run(now, out);
}

void queue_machine::touched(time_ms now) { state_->unused_since = now; }

void queue_machine::tick(time_ms now, queue_effects& out) {
  state_->run(now, out);
  state_->check_unused(now, out);
}

std::optional<time_ms> queue_machine::wake_at() const { return state_->wake_at(); }

void queue_machine::paged_out(std::uint64_t token, queue_effects& out) { state_->paged_out(token, out); }

void queue_machine::loaded(std::uint8_t lane, std::span<loaded_message> messages, bool more_in_range, time_ms now,
                           queue_effects& out) {
  state_->loaded(lane, messages, more_in_range, out);
  state_->run(now, out);
}

void queue_machine::flush_log(log_file_id file, queue_effects& out) { state_->flush_log(file, out); }

position queue_machine::highest_delivered() const { return state_->highest_delivered; }
position queue_machine::next_position() const { return state_->next_position; }

// ---- views

queue_machine::counts queue_machine::count() const {
  const auto& ready = state_->ready.total();
  counts c;
  c.ready = ready.messages;
  c.ready_bytes = ready.body_bytes;
  c.ready_ram = ready.messages - ready.on_disk;
  c.ready_ram_bytes = ready.body_bytes - ready.on_disk_body_bytes;
  c.unacked = c.unacked_ram = state_->unacked.size();
  c.unacked_bytes = state_->unacked.body_bytes();
  c.persistent = state_->persistent;
  c.persistent_bytes = state_->persistent_bytes;
  c.paged_out = ready.on_disk;
  c.paged_out_bytes = ready.on_disk_body_bytes;
  c.consumers = state_->consumers.size();
  if (const queue_entry* head = state_->ready.peek()) {
    // a timestamp of 0 cannot be told from none here: nobody sets it
    if (const auto found = scan_properties(head->message->properties()); found && found.value().timestamp != 0)
      c.head_message_timestamp = found.value().timestamp;
  }
  return c;
}

const queue_ledger& queue_machine::ledger() const { return state_->ledger; }

bool queue_machine::ledger_balanced() const {
  const queue_ledger& l = state_->ledger;
  return l.published == state_->ready.total().messages + state_->unacked.size() + l.acked + l.expired + l.dropped +
                            l.dead_lettered + l.purged;
}

const queue_settings& queue_machine::settings() const { return state_->settings; }

std::optional<consumer_id> queue_machine::active_consumer() const {
  const consumer* c = state_->consumers.active();
  return c == nullptr ? std::nullopt : std::optional(c->spec.id);
}

std::optional<consumer_id> queue_machine::exclusive_consumer() const {
  const consumer* c = state_->consumers.exclusive();
  return c == nullptr ? std::nullopt : std::optional(c->spec.id);
}

std::vector<queue_machine::consumer_view> queue_machine::consumers() const {
  std::vector<consumer_view> result;
  for (const auto& c : state_->consumers.members())
    result.push_back({&c->spec, c->unacked, c->active, c->has_credit()});
  return result;
}

}  // namespace warren
