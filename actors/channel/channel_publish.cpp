#include <algorithm>
#include <string>

#include "actors/channel/channel_actor.hpp"
#include "actors/channel/exchange_history.hpp"
#include "core/message/properties.hpp"
#include "core/routing/routing_headers.hpp"

namespace warren::actors {

namespace {

[[nodiscard]] message_ref with_properties(const message& m, bytes_view properties) {
  block_builder builder(0);
  message_parts parts{m.exchange(), m.routing_key(), properties, m.body(), m.expiration_ms, m.priority, m.flags};
  return builder.append(parts);
}

/// The same message goes the same way again as long as only names decide.
[[nodiscard]] bool decided_by_names(const route_scratch& scratch) {
  return scratch.histories.empty() && std::all_of(scratch.exchanges.begin(), scratch.exchanges.end(), [](const exchange_state* x) {
           const exchange_type t = x->record->type;
           return t == exchange_type::direct || t == exchange_type::fanout || t == exchange_type::topic;
         });
}

}  // namespace

void channel_actor::publish(channel_item& item) {
  const message& m = *item.content;
  if (services_.metadata_now.version() != topology_version_) {
    flush_links();
    refresh_topology();
    if (dead_) return;
  }
  const bool same_exchange = route_.checked && m.exchange() == route_.exchange;
  if (!same_exchange || item.immediate || item.fault || m.flags & ~(message::persistent | message::has_expiration) ||
      route_.topic_restricted) {
    begin(amqp::basic_publish::id);
    if (item.immediate) return fail(error{reply_code::not_implemented, "immediate=true"});
    if (item.fault && item.fault->check == amqp::publish_check::size) return fail(item.fault->why);
    if (!same_exchange && !check_exchange(m)) return;
    if (!check_content(item)) return;
  }
  if (mode_ == mode::tx) {
    tx_publishes_.push_back({std::move(item.content), item.mandatory});
    return;
  }
  route_and_send(std::move(item.content), item.mandatory);
}

/// Write permission, existence, not internal; remembered until another exchange or another topology comes.
bool channel_actor::check_exchange(const message& m) {
  route_ = {};
  const auto found = check_publish(*vhost_, as_caller(), m.exchange());
  if (!found) {
    fail(found.failure());
    return false;
  }
  route_.exchange = m.exchange();
  route_.source = *found;
  route_.checked = true;
  route_.topic_restricted = access_->restricts_topics(*route_.source->record);
  return true;
}

/// What only some messages need, in RabbitMQ's order: topic permission, properties, direct reply-to, user_id, expiration,
/// delivery mode, CC and BCC.
bool channel_actor::check_content(channel_item& item) {
  const auto refuse = [this](auto why) {
    fail(std::move(why));
    return false;
  };
  const message& m = *item.content;
  if (route_.topic_restricted)
    if (const status allowed = access_->check_topic(access_right::write, *route_.source->record, m.routing_key()); !allowed)
      return refuse(allowed.failure());
  if (item.fault && item.fault->check == amqp::publish_check::properties) return refuse(item.fault->why);
  if (m.is(message::has_reply_to) || m.is(message::has_user_id)) {
    const auto scan = scan_properties(m.properties());
    if (!scan) return refuse(scan.failure());
    if (scan->has_reply_to && scan->reply_to == reply_queue) {
      if (!reply_consumer_) return refuse(error{reply_code::precondition_failed, "fast reply consumer does not exist"});
      auto properties = decode_properties(m.properties());
      if (!properties) return refuse(properties.failure());
      properties->reply_to = reply_address{id_, reply_secret_}.text();
      std::string raw;
      encode_properties(*properties, raw);
      item.content = with_properties(m, raw);
    }
    if (scan->has_user_id && scan->user_id != setup_.user) {
      const user_record* user = state_->find_user(setup_.user);
      if (user == nullptr || !has_tag(*user, "impersonator"))
        return refuse(error{reply_code::precondition_failed, "user_id property set to '" + std::string(scan->user_id) +
                                                                 "' but authenticated user was '" + setup_.user + "'"});
    }
  }
  if (item.fault) return refuse(item.fault->why);
  extra_keys_.clear();
  if (item.content->is(message::has_headers)) {
    const auto bcc = read_routing_headers(item.content->properties(), extra_keys_);
    if (!bcc) return refuse(bcc.failure());
    if (*bcc) item.content = with_properties(*item.content, strip_bcc(item.content->properties()));
    if (route_.topic_restricted)
      for (const std::string& key : extra_keys_)
        if (const status allowed = access_->check_topic(access_right::write, *route_.source->record, key); !allowed)
          return refuse(allowed.failure());
  }
  return true;
}

void channel_actor::resolve(const message& m) {
  const bool plain = !m.is(message::has_headers);
  if (plain) extra_keys_.clear();
  if (plain && route_.reusable && m.routing_key() == route_.routing_key) return;
  random_ = random_ * 6364136223846793005ull + 1442695040888963407ull;
  const auto& queues = route(*vhost_, *route_.source, {m.routing_key(), extra_keys_, m.properties(), random_ >> 16}, scratch_);
  route_.targets.clear();
  route_.reusable = plain && decided_by_names(scratch_);
  for (const queue_record* q : queues) {
    if (link* l = link_to(*q)) {
      route_.targets.push_back(l);
    } else {
      route_.reusable = false;
    }
  }
  route_.routing_key = m.routing_key();
}

void channel_actor::route_and_send(message_ref content, bool mandatory) {
  const message& m = *content;
  resolve(m);
  if (!scratch_.histories.empty() && !recent_history_no_store(m.properties()))
    for (const exchange_record* x : scratch_.histories) services_.histories.remember(*x, content);
  if (traced_) [[unlikely]]
    trace_publish(m);
  const auto targets = route_.targets.size();
  const bool tracked = mode_ == mode::confirm || committing_;
  if (targets == 0) {
    // the queue may exist while nobody runs it, or out of reach: then the publisher must not take it for safe
    const bool lost = !scratch_.queues.empty() && !route_.reusable;
    const bool replied = !lost && m.exchange().empty() && to_reply_queue(content);
    if (mandatory && !replied && (!lost || out_of_reach())) return_unroutable(content);
    if (!tracked) return;
    const std::uint64_t seq = confirms_.published(lost ? 1 : 0);
    if (lost) confirms_.refused(seq, seq);
    return;
  }
  const std::uint64_t seq = tracked ? confirms_.published(static_cast<std::uint32_t>(targets)) : 0;
  const std::uint32_t bytes = m.record_bytes + 64;
  for (std::size_t i = 0; i < targets; ++i) {
    link& l = *route_.targets[i];
    touch(l);
    l.outgoing_bytes += bytes;
    if (seq != 0) l.open.add(seq);
    if (i + 1 == targets) {
      l.outgoing.push_back({std::move(content), seq});
    } else {
      l.outgoing.push_back({content, seq});
    }
  }
}

/// Every queue that the last message would have gone to is at home on a node that cannot be reached: RabbitMQ does not route
/// to these, so the message comes back to those who ask for that. (It confirms it, too; we do not.)
bool channel_actor::out_of_reach() const {
  return std::all_of(scratch_.queues.begin(), scratch_.queues.end(),
                     [this](const queue_record* q) { return services_.is_unreachable(*q); });
}

bool channel_actor::to_reply_queue(const message_ref& content) {
  const auto address = reply_address::parse(content->routing_key());
  if (!address) return false;
  const std::string node = services_.node_of(address->channel);
  if (node.empty()) return false;
  if (node != services_.options.node_name) {
    send(services_.channel_gateway.get(), remote_reply{node, address->channel, address->secret, content});
    return true;
  }
  const caf::actor channel = services_.channels.find(address->channel);
  if (!channel) return false;
  send(channel, reply_delivery{address->secret, content});
  return true;
}

void channel_actor::return_unroutable(const message_ref& content) {
  amqp::append_return(output(), setup_.number, reply_code::no_route, reply_code_name(reply_code::no_route), content, setup_.frame_max);
}

void channel_actor::collect_confirms() {
  if (mode_ != mode::confirm) return;
  confirm_frames_.clear();
  confirms_.collect(confirm_frames_);
  for (const auto& f : confirm_frames_) {
    if (f.ack) {
      amqp::append_ack(output(), setup_.number, f.seq, f.multiple);
    } else {
      amqp::append_nack(output(), setup_.number, f.seq, f.multiple, true);
    }
  }
}

// ---- confirm and tx

void channel_actor::confirm(amqp::confirm_select& m) {
  if (mode_ == mode::tx) return fail(error{reply_code::precondition_failed, "cannot switch from tx to confirm mode"});
  mode_ = mode::confirm;
  if (!m.nowait) reply(amqp::confirm_select_ok{});
}

void channel_actor::tx_select() {
  if (mode_ == mode::confirm) return fail(error{reply_code::precondition_failed, "cannot switch from confirm to tx mode"});
  mode_ = mode::tx;
  reply(amqp::tx_select_ok{});
}

/// Publishes and settlements go out together; commit-ok follows once every publish is as safe as a confirm would promise.
void channel_actor::tx_commit() {
  if (mode_ != mode::tx) return fail(error{reply_code::precondition_failed, "channel is not transactional"});
  committing_ = true;
  auto publishes = std::exchange(tx_publishes_, {});
  for (tx_publish& p : publishes) {
    extra_keys_.clear();
    if (!(route_.checked && p.content->exchange() == route_.exchange) && !check_exchange(*p.content)) {
      committing_ = false;
      return;
    }
    if (p.content->is(message::has_headers)) (void)read_routing_headers(p.content->properties(), extra_keys_).ok();
    route_and_send(std::move(p.content), p.mandatory);
  }
  auto settlements = std::exchange(tx_settlements_, {});
  for (const tx_settlement& s : settlements) settle_entries(s.how, s.entries);
  flush_links();
  if (confirms_.open() == 0) return tx_finished();
  busy_ = true;
}

void channel_actor::tx_finished() {
  committing_ = false;
  busy_ = false;
  confirm_frames_.clear();
  confirms_.collect(confirm_frames_);
  if (std::any_of(confirm_frames_.begin(), confirm_frames_.end(), [](const auto& f) { return !f.ack; })) {
    begin(amqp::tx_commit::id);
    fail(error{reply_code::precondition_failed, "partial tx completion"});
  } else {
    reply(amqp::tx_commit_ok{});
  }
  run();
}

void channel_actor::tx_rollback() {
  if (mode_ != mode::tx) return fail(error{reply_code::precondition_failed, "channel is not transactional"});
  tx_publishes_.clear();
  for (const tx_settlement& s : tx_settlements_) deliveries_.restore(s.entries);
  tx_settlements_.clear();
  reply(amqp::tx_rollback_ok{});
}

}  // namespace warren::actors
