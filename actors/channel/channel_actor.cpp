#include "actors/channel/channel_actor.hpp"

#include <utility>

#include "actors/logging/log.hpp"

namespace warren::actors {

namespace {

template <class... F>
struct overloaded : F... {
  using F::operator()...;
};

[[nodiscard]] amqp::method_id id_of(const channel_item& item) {
  switch (item.what) {
    case channel_item::kind::publish: return amqp::basic_publish::id;
    case channel_item::kind::ack: return amqp::basic_ack::id;
    case channel_item::kind::reject: return amqp::basic_reject::id;
    case channel_item::kind::nack: return amqp::basic_nack::id;
    case channel_item::kind::other: break;
  }
  return amqp::id_of(*item.other);
}

}  // namespace

channel_actor::channel_actor(caf::actor_config& config, io_thread& thread, supervision::place where, node_services& services,
                             channel_setup setup)
    : guarded(config, std::move(where), "channel", thread), services_(services), setup_(std::move(setup)), random_(services.new_channel_id().value) {}

channel_actor::~channel_actor() = default;

caf::behavior channel_actor::make_behavior() {
  id_ = services_.new_channel_id();
  services_.channels.put(id_, caf::actor_cast<caf::actor>(this));
  thread().add_ticked(this);
  set_down_handler([this](const caf::down_msg& down) {
    on_queue_down(down.source, down.reason && down.reason != caf::exit_reason::user_shutdown);
  });
  return {
      [this](channel_input& in) {
        inputs_.push_back(std::move(in.items));
        run();
      },
      [this](queue_deliver& batch) { deliver(batch); },
      [this](publish_done& done) { on_publish_done(done); },
      [this](const output_sent& sent) { on_output_sent(sent.bytes); },
      [this](const consume_answer& answer) { on_consume_answer(answer); },
      [this](get_answer& answer) { on_get_answer(answer); },
      [this](const consumer_cancelled& c) { cancelled_by_queue(c.consumer); },
      [this](const consumer_wants_grant& w) {
        std::vector<grant_ledger::grant> grants;
        grants_.wanted(w.consumer, grants);
        give(grants);
      },
      [this](const consumer_unused_grant& u) {
        std::vector<grant_ledger::grant> grants;
        grants_.unused(u.consumer, u.messages, grants);
        give(grants);
      },
      [this](const reply_delivery& d) { deliver_reply(d); },
      [this](const reply_probe& p) { return reply_consumer_ != nullptr && p.secret == reply_secret_; },
      [this](const channel_stop&) {
        stopping_ = true;
        run();
      },
      [this](const channel_release&) { quit(); },
      [this](const channel_ask_info&) { return report(); },
  };
}

channel_info channel_actor::report() const {
  channel_info i;
  i.open = counted_ && gate_.where() == amqp::channel_gate::state::open;
  i.number = setup_.number;
  i.connection = setup_.connection.id();
  i.connection_name = setup_.connection_name;
  i.user = setup_.user;
  i.vhost = setup_.vhost;
  i.transactional = mode_ == mode::tx;
  i.confirm = mode_ == mode::confirm;
  i.consumers = consumers_.size() + (reply_consumer_ ? 1 : 0);
  i.unacknowledged = deliveries_.size();
  i.uncommitted = tx_publishes_.size();
  for (const tx_settlement& s : tx_settlements_) i.acks_uncommitted += s.entries.size();
  i.unconfirmed = i.confirm ? confirms_.open() : 0;
  i.prefetch = prefetch_;
  i.global_prefetch = grants_.limit();
  return i;
}

void channel_actor::on_exit() {
  thread().remove_ticked(this);
  services_.channels.remove(id_, address());
  if (counted_) services_.metadata_now.channel_closed(setup_.user);
  links_.clear();
}

void channel_actor::end_of_turn() {
  flush_links();
  collect_confirms();
  flush_output();
}

// ---- input

void channel_actor::run() {
  if (running_) return;  // an answer came at once, the loop below goes on with it
  running_ = true;
  while (!busy_ && !inputs_.empty()) {
    const std::shared_ptr<input_batch> batch = inputs_.front();
    while (!busy_ && batch->next < batch->items.size()) handle(batch->items[batch->next++]);
    if (batch->next < batch->items.size()) break;
    inputs_.pop_front();
    ++inputs_done_;
  }
  running_ = false;
  if (stopping_ && !stopped_ && (dead_ || !busy_)) {
    dead_ = stopped_ = true;
    release();
    send(setup_.connection, channel_stopped{setup_.number});
    quit();
  }
  update_throttle();
}

void channel_actor::handle(channel_item& item) {
  if (dead_) return;
  using verdict = amqp::channel_gate::verdict;
  const bool is_publish = item.what == channel_item::kind::publish;
  switch (is_publish ? gate_.on_publish() : gate_.on_method(id_of(item))) {
    case verdict::pass: break;
    case verdict::opened: return opened();
    case verdict::closed:
      release();
      reply(amqp::channel_close_ok{});
      return ended();
    case verdict::close_ok: return reply(amqp::channel_close_ok{});
    case verdict::ended: return ended();
    case verdict::drop: return;
    case verdict::refuse: return fail(gate_.failure());
  }
  switch (item.what) {
    case channel_item::kind::publish: return publish(item);
    case channel_item::kind::other: return dispatch(*item.other);
    default: return settle(item);
  }
}

void channel_actor::opened() {
  if (auto refused = services_.metadata_now.open_channel(setup_.user)) return fail({std::move(*refused), 0, 0});
  counted_ = true;
  reply(amqp::channel_open_ok{});
}

/// The channel number is free again; the client may have used it anew in what we hold already.
void channel_actor::ended() {
  flush_output();
  const bool whole = !inputs_.empty() && inputs_.front()->next == inputs_.front()->items.size();
  send(setup_.connection, channel_ended{setup_.number, inputs_done_ + (whole ? 1 : 0)});
  gate_ = {};
}

void channel_actor::dispatch(amqp::method& m) {
  begin(amqp::id_of(m));
  refresh_topology();
  if (dead_) return;
  if (mode_ != mode::tx && !touched_.empty()) flush_links();  // what was published before is there when a queue is asked
  std::visit(
      overloaded{
          [this](amqp::queue_declare& d) { declare(d); },
          [this](amqp::queue_delete& d) { remove(d); },
          [this](amqp::queue_purge& p) { purge(p); },
          [this](amqp::queue_bind& b) {
            bind_queue(true, std::move(b.queue), std::move(b.exchange), std::move(b.routing_key), std::move(b.arguments), b.nowait);
          },
          [this](amqp::queue_unbind& b) {
            bind_queue(false, std::move(b.queue), std::move(b.exchange), std::move(b.routing_key), std::move(b.arguments), false);
          },
          [this](amqp::exchange_declare& d) { declare(d); },
          [this](amqp::exchange_delete& d) { remove(d); },
          [this](amqp::exchange_bind& b) {
            bind_exchange(true, std::move(b.destination), std::move(b.source), std::move(b.routing_key), std::move(b.arguments), b.nowait);
          },
          [this](amqp::exchange_unbind& b) {
            bind_exchange(false, std::move(b.destination), std::move(b.source), std::move(b.routing_key), std::move(b.arguments), b.nowait);
          },
          [this](amqp::basic_consume& c) { consume(c); },
          [this](amqp::basic_cancel& c) { cancel(c); },
          [this](amqp::basic_get& g) { get(g); },
          [this](amqp::basic_qos& q) { qos(q); },
          [this](amqp::basic_recover& r) { recover(r.requeue, true); },
          [this](amqp::basic_recover_async& r) { recover(r.requeue, false); },
          [this](amqp::confirm_select& c) { confirm(c); },
          [this](amqp::tx_select&) { tx_select(); },
          [this](amqp::tx_commit&) { tx_commit(); },
          [this](amqp::tx_rollback&) { tx_rollback(); },
          [this](amqp::channel_flow& f) {
            if (!f.active) return fail(error{reply_code::not_implemented, "active=false"});
            reply(amqp::channel_flow_ok{true});
          },
          [this](amqp::access_request&) { reply(amqp::access_request_ok{}); },
          [this](auto&) { fail(error{reply_code::command_invalid, "unimplemented method"}); },
      },
      m);
}

// ---- the end of a channel

void channel_actor::fail(error why, std::optional<amqp::method_id> at) {
  const amqp::method_id where = at.value_or(current_);
  fail(amqp::wire_error{std::move(why), where.class_id, where.method});
}

void channel_actor::fail(const amqp::wire_error& why) {
  if (is_hard_error(why.what.code) || why.how != amqp::wire_error::ending::close) {
    dead_ = true;
    end_of_turn();
    send(setup_.connection, connection_fail{why});
    return;
  }
  log_error(log_category::channel, "Channel error on connection {}, channel {}: {}", where().path(), setup_.number, reply_text(why.what));
  release();
  reply(amqp::channel_close{static_cast<std::uint16_t>(why.what.code), amqp::close_text(why.what), why.class_id, why.method_id});
  gate_.close_sent();
}

/// Everything that the channel holds goes back; what it has published stays published.
void channel_actor::release() {
  flush_links();
  collect_confirms();
  for (const auto& [id, l] : links_) {
    demonitor(l->actor.address());
    send(l->actor, queue_channel_gone{id_});
  }
  links_.clear();
  touched_.clear();
  consumers_.clear();
  consumers_by_id_.clear();
  last_consumer_ = nullptr;
  starting_.reset();
  reply_consumer_.reset();
  windows_.clear();
  window_bytes_out_ = 0;
  route_ = {};
  mode_ = mode::plain;
  confirms_ = {};
  tx_publishes_.clear();
  tx_settlements_.clear();
  committing_ = commit_failed_ = false;
  deliveries_ = {};
  grants_ = {};
  prefetch_ = 0;
  last_queue_.clear();
  owed_bytes_ = 0;
  if (counted_) services_.metadata_now.channel_closed(setup_.user);
  counted_ = false;
  ++generation_;
  services_.channels.remove(id_, address());
  id_ = services_.new_channel_id();
  services_.channels.put(id_, caf::actor_cast<caf::actor>(this));
}

void channel_actor::refresh_topology() {
  const std::uint64_t version = services_.metadata_now.version();
  if (version == topology_version_) return;
  topology_version_ = version;
  // the old snapshot stays alive until nothing points into it
  const broker_snapshot old = std::exchange(state_, services_.metadata_now.get());
  route_ = {};
  access_.reset();
  vhost_ = state_->find_vhost(setup_.vhost);
  if (!vhost_) {
    dead_ = true;
    send(setup_.connection, connection_shutdown{"vhost '" + setup_.vhost + "' is down"});
    return;
  }
  access_.emplace(*vhost_, setup_.user);
  traced_ = vhost_->record->tracing;
}

void channel_actor::on_tick(time_ms now) {
  const std::int64_t limit = services_.options.consumer_timeout_ms;
  if (limit <= 0 || deliveries_.size() == 0) return;
  const auto oldest = deliveries_.oldest_ms();
  if (!oldest || now - *oldest < limit || gate_.where() != amqp::channel_gate::state::open) return;
  contained([this, limit] {
    fail(error{reply_code::precondition_failed,
               "delivery acknowledgement on channel " + std::to_string(setup_.number) + " timed out. Timeout value used: " +
                   std::to_string(limit) +
                   " ms. This timeout value can be configured, see consumers doc guide to learn more"},
         amqp::method_id{0, 0});
    end_of_turn();
  });
}

// ---- output

amqp::output_batch& channel_actor::output() {
  if (!out_) out_ = std::make_shared<amqp::output_batch>();
  return *out_;
}

void channel_actor::flush_output() {
  if (!out_ || out_->empty()) return;
  send(setup_.connection, channel_output{setup_.number, std::exchange(window_bytes_out_, 0), std::move(out_)});
  out_ = nullptr;
}

void channel_actor::on_output_sent(std::int64_t bytes) {
  std::vector<std::pair<queue_id, queue_replenish>> by_queue;
  while (bytes > 0 && !windows_.empty()) {
    const window_part part = windows_.front();
    windows_.pop_front();
    bytes -= part.bytes;
    auto i = std::find_if(by_queue.begin(), by_queue.end(), [&](const auto& q) { return q.first == part.queue; });
    if (i == by_queue.end()) i = by_queue.insert(by_queue.end(), {part.queue, {}});
    auto& consumers = i->second.bytes;
    if (!consumers.empty() && consumers.back().first == part.consumer) {
      consumers.back().second += part.bytes;
    } else {
      consumers.emplace_back(part.consumer, part.bytes);
    }
  }
  for (auto& [queue, message] : by_queue)
    if (const auto l = links_.find(queue); l != links_.end()) send(l->second->actor, std::move(message));
}

}  // namespace warren::actors
