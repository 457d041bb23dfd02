#include <algorithm>

#include "actors/channel/channel_actor.hpp"

namespace warren::actors {

namespace {
/// Published and not yet safe: above the first mark the socket is not read, below the second it is again.
constexpr std::int64_t throttle_on_bytes = 4 << 20;
constexpr std::int64_t throttle_off_bytes = 2 << 20;
}  // namespace

/// Null when nobody runs the queue right now: it crashed and waits for its restart, or its node cannot be reached.
channel_actor::link* channel_actor::link_to(const queue_record& queue) {
  const auto known = links_.find(queue.id);
  if (known != links_.end()) return known->second.get();
  caf::actor actor = services_.find_queue(queue);
  if (!actor) return nullptr;
  monitor(actor);
  auto l = std::make_unique<link>();
  l->id = queue.id;
  l->queue = queue.name;
  l->actor = std::move(actor);
  return links_.emplace(queue.id, std::move(l)).first->second.get();
}

/// Why the queue of this name cannot be used.
error channel_actor::no_queue(const std::string& name) const {
  const vhost_ptr vhost = services_.metadata_now.get()->find_vhost(setup_.vhost);
  const queue_state* known = vhost ? vhost->find_queue(name) : nullptr;
  if (known != nullptr && known->record->durable && services_.is_unreachable(*known->record)) return queue_down_error(*known->record);
  return no_queue_error(name, setup_.vhost);
}

void channel_actor::touch(link& l) {
  if (l.touched) return;
  l.touched = true;
  touched_.push_back(&l);
}

void channel_actor::flush_links() {
  for (link* l : touched_) {
    l->touched = false;
    if (!l->outgoing.empty()) {
      owed_bytes_ += static_cast<std::int64_t>(l->outgoing_bytes);
      l->owed_bytes += static_cast<std::int64_t>(l->outgoing_bytes);
      send(l->actor, queue_publish{id_, std::move(l->outgoing), std::exchange(l->outgoing_bytes, 0)});
      l->outgoing = {};
    }
    const auto settled = [&](settlement how, std::vector<position>& positions) {
      if (positions.empty()) return;
      send(l->actor, queue_settle{how, std::move(positions)});
      positions = {};
    };
    settled(settlement::ack, l->acks);
    settled(settlement::reject, l->rejects);
    settled(settlement::requeue, l->requeues);
  }
  touched_.clear();
}

void channel_actor::on_publish_done(publish_done& done) {
  if (done.to != id_) return;
  const auto l = links_.find(done.queue);
  if (l != links_.end()) {
    owed_bytes_ -= static_cast<std::int64_t>(done.credit_bytes);
    l->second->owed_bytes -= static_cast<std::int64_t>(done.credit_bytes);
  }
  for (const auto& [first, last] : done.confirmed) {
    confirms_.confirmed(first, last);
    if (l != links_.end()) l->second->open.remove(first, last);
  }
  for (const auto& [first, last] : done.refused) {
    confirms_.refused(first, last);
    if (l != links_.end()) l->second->open.remove(first, last);
  }
  update_throttle();
  if (committing_ && confirms_.open() == 0) tx_finished();
}

/// The queue ended. If it was deleted, what it still owed is confirmed (nobody can ever get it); if it crashed, it is
/// refused: the publisher must not believe that it is safe (rabbit_channel:handle_publishing_queue_down).
void channel_actor::on_queue_down(const caf::actor_addr& who, bool crashed) {
  const auto i = std::find_if(links_.begin(), links_.end(), [&](const auto& l) { return l.second->actor.address() == who; });
  if (i == links_.end()) return;
  const queue_id gone = i->first;
  for (const auto& [first, last] : i->second->open.take()) {
    if (crashed) {
      confirms_.refused(first, last);
    } else {
      confirms_.confirmed(first, last);
    }
  }
  if (i->second->touched) std::erase(touched_, i->second.get());
  owed_bytes_ -= i->second->owed_bytes;
  links_.erase(i);
  route_ = {};
  deliveries_.orphan(gone);
  for (tx_settlement& s : tx_settlements_)
    for (delivery_tracker::entry& e : s.entries)
      if (e.queue == gone) e.queue = {};
  std::vector<consumer_id> lost;
  for (const auto& [id, c] : consumers_by_id_)
    if (c->queue == gone) lost.push_back(id);
  for (const consumer_id c : lost) cancelled_by_queue(c);
  if (starting_ && starting_->queue == gone) on_consume_answer({starting_->id, no_queue(last_queue_)});
  if (busy_ && getting_from_ == gone) {
    getting_from_ = {};
    resume();
    begin(amqp::basic_get::id);
    fail(no_queue(last_queue_));
    run();
  }
  update_throttle();
  if (committing_ && confirms_.open() == 0) tx_finished();
}

void channel_actor::update_throttle() {
  const bool on =
      throttling_ ? owed_bytes_ > throttle_off_bytes || inputs_.size() > 2 : owed_bytes_ > throttle_on_bytes || inputs_.size() > 8;
  if (on == throttling_) return;
  throttling_ = on;
  send(setup_.connection, channel_throttle{setup_.number, on});
}

}  // namespace warren::actors
