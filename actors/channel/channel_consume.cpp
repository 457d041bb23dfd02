#include <algorithm>
#include <string>

#include "actors/channel/channel_actor.hpp"

namespace warren::actors {

namespace {
/// Bytes of deliveries that may be under way to one consumer's socket.
constexpr std::int64_t consumer_window_bytes = 1024 * 1024;
/// What a delivery takes of the window, frames included.
[[nodiscard]] std::int64_t window_cost(const message& m) { return static_cast<std::int64_t>(m.record_bytes) + 64; }
}  // namespace

std::optional<std::string> channel_actor::queue_or_last(std::string name) {
  if (!name.empty()) return name;
  if (last_queue_.empty()) {
    fail(error{reply_code::not_found, "no previously declared queue"});
    return std::nullopt;
  }
  return last_queue_;
}

void channel_actor::consume(amqp::basic_consume& m) {
  if (m.queue == reply_queue) return consume_replies(m);
  const auto name = queue_or_last(std::move(m.queue));
  if (!name) return;
  const auto found = check_use_queue(*vhost_, as_caller(), *name);
  if (!found) return fail(found.failure());
  if (m.consumer_tag.empty()) m.consumer_tag = generated_name("amq.ctag-");
  if (consumers_.contains(m.consumer_tag) || (reply_consumer_ && reply_consumer_->tag == m.consumer_tag))
    return fail(error{reply_code::not_allowed, "attempt to reuse consumer tag '" + m.consumer_tag + "'"});
  consumer_spec spec;
  if (const field_value* priority = m.arguments.find("x-priority")) {
    const std::int64_t* number = priority->integer();
    if (number == nullptr)
      return fail(error{reply_code::precondition_failed, "invalid arg 'x-priority' for " + queue_label(*name, setup_.vhost) +
                                                             ": \"expected integer, got " + std::string(field_type_name(priority->type)) + "\""});
    spec.priority = static_cast<std::int32_t>(std::clamp<std::int64_t>(*number, INT32_MIN, INT32_MAX));
  }
  link* l = link_to(*(*found)->record);
  if (l == nullptr) return fail(no_queue(*name));
  spec.id = services_.new_consumer_id();
  spec.channel = id_;
  spec.tag = m.consumer_tag;
  spec.no_ack = m.no_ack;
  spec.exclusive = m.exclusive;
  spec.prefetch = m.no_ack ? 0 : prefetch_;
  spec.wants_grants = grants_.limit() != 0;
  spec.window_bytes = consumer_window_bytes;
  spec.arguments = std::move(m.arguments);
  starting_ = std::make_unique<consumer>(
      consumer{spec.id, m.consumer_tag, l->id, m.no_ack, amqp::delivery_template(setup_.number, m.consumer_tag)});
  starting_nowait_ = m.nowait;
  last_queue_ = *name;
  busy_ = true;
  send(l->actor, queue_consume{std::move(spec), caf::actor_cast<caf::actor>(this)});
}

void channel_actor::on_consume_answer(const consume_answer& answer) {
  if (!starting_ || starting_->id != answer.consumer) return;
  auto started = std::move(starting_);
  busy_ = false;
  if (answer.failure) {
    begin(amqp::basic_consume::id);
    fail(*answer.failure);
  } else {
    if (!starting_nowait_) reply(amqp::basic_consume_ok{started->tag});
    consumers_by_id_.emplace(started->id, started.get());
    consumers_.emplace(started->tag, std::move(started));
  }
  run();
}

void channel_actor::consume_replies(amqp::basic_consume& m) {
  if (!m.no_ack) return fail(error{reply_code::precondition_failed, "reply consumer cannot acknowledge"});
  if (reply_consumer_) return fail(error{reply_code::precondition_failed, "reply consumer already set"});
  if (m.consumer_tag.empty()) m.consumer_tag = generated_name("amq.ctag-");
  if (consumers_.contains(m.consumer_tag))
    return fail(error{reply_code::not_allowed, "attempt to reuse consumer tag '" + m.consumer_tag + "'"});
  reply_secret_ = generated_name("");
  reply_consumer_ = std::make_unique<consumer>(
      consumer{{}, m.consumer_tag, {}, true, amqp::delivery_template(setup_.number, m.consumer_tag)});
  if (!m.nowait) reply(amqp::basic_consume_ok{m.consumer_tag});
}

void channel_actor::deliver_reply(const reply_delivery& d) {
  if (!reply_consumer_ || d.secret != reply_secret_) return;
  amqp::append_delivery(output(), reply_consumer_->frames, deliveries_.next_tag(), false, d.content, setup_.frame_max);
}

void channel_actor::cancel(amqp::basic_cancel& m) {
  const auto answer = [this, tag = m.consumer_tag, nowait = m.nowait] {
    if (!nowait) reply(amqp::basic_cancel_ok{tag});
  };
  if (reply_consumer_ && reply_consumer_->tag == m.consumer_tag) {
    reply_consumer_.reset();
    return answer();
  }
  const auto c = consumers_.find(m.consumer_tag);
  const auto l = c == consumers_.end() ? links_.end() : links_.find(c->second->queue);
  if (l == links_.end()) return answer();
  const consumer_id id = c->second->id;
  const auto finish = [this, id, answer, generation = generation_] {
    if (generation != generation_) return;
    forget_consumer(id);
    answer();
    resume();
    run();
  };
  busy_ = true;  // what the queue has sent already is still delivered before cancel-ok
  request(l->second->actor, caf::infinite, queue_cancel{id})
      .then([finish](const consumer_cancelled&) { finish(); }, [finish](const caf::error&) { finish(); });
}

void channel_actor::cancelled_by_queue(consumer_id id) {
  const auto c = consumers_by_id_.find(id);
  if (c == consumers_by_id_.end()) return;
  if (setup_.consumer_cancel_notify) reply(amqp::basic_cancel{c->second->tag, true});
  forget_consumer(id);
}

void channel_actor::forget_consumer(consumer_id id) {
  const auto c = consumers_by_id_.find(id);
  if (c == consumers_by_id_.end()) return;
  if (last_consumer_ == c->second) last_consumer_ = nullptr;
  const std::string tag = c->second->tag;
  consumers_by_id_.erase(c);
  consumers_.erase(tag);
  std::vector<grant_ledger::grant> grants;
  grants_.forget(id, grants);
  give(grants);
}

channel_actor::consumer* channel_actor::consumer_of(consumer_id id) {
  if (last_consumer_ != nullptr && last_consumer_->id == id) return last_consumer_;
  const auto c = consumers_by_id_.find(id);
  if (c == consumers_by_id_.end()) return nullptr;
  return last_consumer_ = c->second;
}

void channel_actor::deliver(queue_deliver& batch) {
  if (dead_ || gate_.where() != amqp::channel_gate::state::open) return;  // the queue requeues it, it hears of our end
  // whether the vhost is traced is for consumers to know as well, who may not touch the topology otherwise
  if (services_.metadata_now.version() != topology_version_) {
    flush_links();
    refresh_topology();
    if (dead_) return;
  }
  amqp::output_batch& out = output();
  const time_ms now = wall_clock_ms();
  std::vector<grant_ledger::grant> grants;
  for (delivery& d : batch.items) {
    if (d.channel != id_) continue;
    consumer* c = consumer_of(d.consumer);
    if (c == nullptr) continue;
    const std::uint64_t tag = d.no_ack ? deliveries_.next_tag() : deliveries_.add(batch.queue, d.at, d.consumer, now);
    if (grants_.limit() != 0) grants_.delivered(d.consumer, d.no_ack, grants);
    if (traced_) [[unlikely]]
      trace_delivery(batch.queue, *d.message, d.redelivered);
    amqp::append_delivery(out, c->frames, tag, d.redelivered, d.message, setup_.frame_max);
    const std::int64_t cost = window_cost(*d.message);
    window_bytes_out_ += cost;
    if (!windows_.empty() && windows_.back().consumer == d.consumer &&
        window_bytes_out_ > cost) {
      windows_.back().bytes += cost;
    } else {
      windows_.push_back({batch.queue, d.consumer, cost});
    }
  }
  give(grants);
}

void channel_actor::give(const std::vector<grant_ledger::grant>& grants) {
  for (const auto& [id, places] : grants) {
    const consumer* c = consumer_of(id);
    const auto l = c == nullptr ? links_.end() : links_.find(c->queue);
    if (l != links_.end()) {
      send(l->second->actor, queue_grant{id, places});
    } else {
      std::vector<grant_ledger::grant> more;
      grants_.forget(id, more);
      give(more);
    }
  }
}

void channel_actor::get(amqp::basic_get& m) {
  const auto name = queue_or_last(std::move(m.queue));
  if (!name) return;
  const auto found = check_use_queue(*vhost_, as_caller(), *name);
  if (!found) return fail(found.failure());
  link* l = link_to(*(*found)->record);
  if (l == nullptr) return fail(no_queue(*name));
  last_queue_ = *name;
  getting_no_ack_ = m.no_ack;
  getting_from_ = l->id;
  busy_ = true;
  send(l->actor, queue_get{id_, caf::actor_cast<caf::actor>(this), m.no_ack});
}

void channel_actor::on_get_answer(get_answer& answer) {
  if (!busy_ || !getting_from_ || answer.to != id_) return;
  busy_ = false;
  if (answer.message) {
    const delivery& d = *answer.message;
    const std::uint64_t tag =
        getting_no_ack_ ? deliveries_.next_tag() : deliveries_.add(getting_from_, d.at, {}, wall_clock_ms());
    if (traced_) [[unlikely]]
      trace_delivery(getting_from_, *d.message, d.redelivered);
    amqp::append_get_ok(output(), setup_.number, tag, d.redelivered, d.message, static_cast<std::uint32_t>(answer.ready_left),
                        setup_.frame_max);
  } else {
    reply(amqp::basic_get_empty{});
  }
  getting_from_ = {};
  run();
}

void channel_actor::qos(const amqp::basic_qos& m) {
  if (m.prefetch_size != 0)
    return fail(error{reply_code::not_implemented, "prefetch_size!=0 (" + std::to_string(m.prefetch_size) + ")"});
  // Without `global`, the limit is for consumers to come, and lifts the channel's own (rabbit_channel does so too).
  if (!m.global) prefetch_ = m.prefetch_count;
  limit_all(m.global ? m.prefetch_count : 0, [this] { reply(amqp::basic_qos_ok{}); });
}

/// The queues of all consumers hear of the limit before it is in force. What they have delivered by the time of their
/// answers counts against it; so no client sees more than the limit allows once it has its qos-ok.
void channel_actor::limit_all(std::uint32_t limit, std::function<void()> then) {
  if (limit == 0 && grants_.limit() == 0) return then();
  std::vector<caf::actor> queues;
  for (const auto& [id, c] : consumers_by_id_)
    if (const auto l = links_.find(c->queue);
        l != links_.end() && std::find(queues.begin(), queues.end(), l->second->actor) == queues.end())
      queues.push_back(l->second->actor);
  grants_.pause();
  const auto finish = [this, limit, then = std::move(then)] {
    std::size_t taken = deliveries_.consumed();
    for (const tx_settlement& s : tx_settlements_)
      taken += static_cast<std::size_t>(
          std::count_if(s.entries.begin(), s.entries.end(), [](const auto& e) { return bool(e.consumer); }));
    std::vector<grant_ledger::grant> grants;
    grants_.set_limit(limit, static_cast<std::uint32_t>(taken), grants);
    give(grants);
    then();
  };
  if (queues.empty()) return finish();
  busy_ = true;
  const auto open = std::make_shared<std::size_t>(queues.size());
  const auto one_done = [this, open, finish, generation = generation_] {
    if (--*open > 0 || generation != generation_) return;
    finish();
    resume();
    run();
  };
  for (const caf::actor& queue : queues)
    request(queue, caf::infinite, queue_limit_channel{id_, limit != 0})
        .then([one_done](const queue_limited&) { one_done(); }, [one_done](const caf::error&) { one_done(); });
}

void channel_actor::recover(bool requeue, bool answered) {
  if (!requeue) return fail(error{reply_code::not_implemented, "requeue=false"});
  std::vector<delivery_tracker::entry> all;
  deliveries_.take_all(all);
  settle_entries(settlement::requeue, all);
  flush_links();
  if (answered) reply(amqp::basic_recover_ok{});
}

void channel_actor::settle(const channel_item& item) {
  std::vector<delivery_tracker::entry> settled;
  const bool multiple = item.what != channel_item::kind::reject && item.multiple;
  if (const status known = deliveries_.settle(item.delivery_tag, multiple, settled); !known) {
    begin(item.what == channel_item::kind::ack      ? amqp::basic_ack::id
          : item.what == channel_item::kind::reject ? amqp::basic_reject::id
                                                    : amqp::basic_nack::id);
    return fail(known.failure());
  }
  const settlement how = item.what == channel_item::kind::ack ? settlement::ack
                         : item.requeue                       ? settlement::requeue
                                                              : settlement::reject;
  if (mode_ == mode::tx) {
    tx_settlements_.push_back({how, std::move(settled)});
  } else {
    settle_entries(how, settled);
  }
}

void channel_actor::settle_entries(settlement how, const std::vector<delivery_tracker::entry>& entries) {
  std::uint32_t freed = 0;
  link* l = nullptr;
  for (const delivery_tracker::entry& e : entries) {
    if (grants_.limit() != 0 && e.consumer) ++freed;
    if (l == nullptr || l->id != e.queue) {
      const auto known = links_.find(e.queue);
      l = known == links_.end() ? nullptr : known->second.get();  // the queue is gone, and its messages with it
      if (l == nullptr) continue;
      touch(*l);
    }
    (how == settlement::ack ? l->acks : how == settlement::reject ? l->rejects : l->requeues).push_back(e.at);
  }
  if (freed > 0) {
    flush_links();  // the queue learns of the settlement before it hears of the new place
    std::vector<grant_ledger::grant> grants;
    grants_.settled(freed, grants);
    give(grants);
  }
}

}  // namespace warren::actors
