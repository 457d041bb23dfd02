#include "actors/remote/remote_queue_actor.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace warren::actors {

namespace {

/// How often an idle proxy is looked at: it is retired the first time that nobody uses it, and ends the second.
constexpr time_ms idle_check_ms = 30'000;

struct idle_check {};

}  // namespace
}  // namespace warren::actors
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::idle_check)

namespace warren::actors {

remote_queue_actor::remote_queue_actor(caf::actor_config& config, io_thread& thread, supervision::place where, node_services& services,
                                       queue_id queue, std::string home, std::uint64_t stream)
    : guarded(config, std::move(where), "remote queue", thread),
      services_(services),
      queue_(queue),
      home_(std::move(home)),
      stream_(stream),
      wire_(wire::packet_kind::to_queue, stream, queue.value) {}

caf::behavior remote_queue_actor::make_behavior() {
  set_down_handler([this](const caf::down_msg& down) { on_channel_down(down.source); });
  look_for_users();
  return {
      [this](queue_publish& batch) {
        if (batch.from) use(batch.from, current_sender());
        wire_.add(wire::publish{batch.from, batch.credit_bytes, std::move(batch.items)});
      },
      [this](queue_settle& settled) {
        wire_.add(wire::settle{static_cast<std::uint8_t>(settled.how), std::move(settled.positions)});
      },
      [this](queue_replenish& sent) { wire_.add(wire::replenish{std::move(sent.bytes)}); },
      [this](stream_packet& packet) { receive(packet.bytes); },
      [this](const queue_grant& g) {
        wire_.add(wire::grant{g.consumer, g.messages});
      },
      [this](queue_consume& wanted) {
        use(wanted.spec.channel, caf::actor_cast<caf::strong_actor_ptr>(wanted.channel));
        consumers_[wanted.spec.id] = wanted.spec.channel;
        wire_.add(wire::consume{std::move(wanted.spec)});
      },
      [this](const queue_cancel& c) -> caf::result<consumer_cancelled> {
        auto promise = make_response_promise();
        wire_.add(wire::cancel{ask(promise), c.consumer});
        return promise;
      },
      [this](const queue_channel_gone& gone) { channel_gone(gone.channel); },
      [this](const queue_get& g) {
        use(g.from, caf::actor_cast<caf::strong_actor_ptr>(g.channel));
        wire_.add(wire::get{g.from, g.no_ack});
      },
      [this](const queue_ask_counts& asked) -> caf::result<counts_answer> {
        auto promise = make_response_promise();
        wire_.add(wire::ask_counts{ask(promise), asked.declared});
        return promise;
      },
      [this](const queue_purge&) -> caf::result<purge_answer> {
        auto promise = make_response_promise();
        wire_.add(wire::purge{ask(promise)});
        return promise;
      },
      [this](const queue_check_delete& wanted) -> caf::result<delete_answer> {
        auto promise = make_response_promise();
        wire_.add(wire::check_delete{ask(promise), wanted.if_unused, wanted.if_empty});
        return promise;
      },
      [this](const queue_limit_channel& change) -> caf::result<queue_limited> {
        auto promise = make_response_promise();
        wire_.add(wire::limit_channel{ask(promise), change.channel, change.limited});
        return promise;
      },
      [this](const stream_over&) { end(true); },
      [this](const idle_check&) { look_for_users(); },
  };
}

// ---- from home

void remote_queue_actor::receive(const std::string& packet) {
  std::vector<wire::frame> frames;
  if (const status read = wire_.receive(packet, frames); !read) throw std::runtime_error("from " + home_ + ": " + read.failure().text);
  for (wire::frame& f : frames)
    if (!over_) perform(f);
}

void remote_queue_actor::perform(wire::frame& f) {
  if (auto* batch = std::get_if<wire::deliver>(&f)) {
    deliver(*batch);
  } else if (auto* done = std::get_if<wire::published>(&f)) {
    const auto u = users_.find(done->to);
    if (u == users_.end()) return;
    send(u->second.channel, publish_done{queue_, done->to, done->credit_bytes, std::move(done->confirmed), std::move(done->refused)});
  } else if (auto* consumed = std::get_if<wire::consumed>(&f)) {
    const caf::actor channel = user_of(consumed->consumer);
    if (consumed->failure) consumers_.erase(consumed->consumer);
    if (channel) send(channel, consume_answer{consumed->consumer, std::move(consumed->failure)});
  } else if (auto* got = std::get_if<wire::got>(&f)) {
    const auto u = users_.find(got->to);
    if (u != users_.end()) send(u->second.channel, get_answer{std::move(got->message), got->ready_left, got->to});
  } else if (const auto* counted = std::get_if<wire::counted>(&f)) {
    answer(counted->request, counts_answer{counted->ready, counted->consumers});
  } else if (const auto* purged = std::get_if<wire::purged>(&f)) {
    answer(purged->request, purge_answer{purged->messages});
  } else if (auto* checked = std::get_if<wire::delete_checked>(&f)) {
    answer(checked->request, delete_answer{checked->messages, std::move(checked->failure)});
  } else if (const auto* limited = std::get_if<wire::channel_limited>(&f)) {
    answer(limited->request, queue_limited{});
  } else if (const auto* cancelled = std::get_if<wire::cancelled>(&f)) {
    const caf::actor channel = user_of(cancelled->consumer);
    consumers_.erase(cancelled->consumer);
    if (cancelled->request != 0) {
      answer(cancelled->request, consumer_cancelled{cancelled->consumer});
    } else if (channel) {
      send(channel, consumer_cancelled{cancelled->consumer});
    }
  } else if (const auto* wanted = std::get_if<wire::wants_grant>(&f)) {
    if (const caf::actor channel = user_of(wanted->consumer)) send(channel, consumer_wants_grant{queue_, wanted->consumer});
  } else if (const auto* unused = std::get_if<wire::unused_grant>(&f)) {
    if (const caf::actor channel = user_of(unused->consumer)) send(channel, consumer_unused_grant{unused->consumer, unused->messages});
  } else if (const auto* down = std::get_if<wire::queue_down>(&f)) {
    end(down->crashed);
  } else {
    throw std::runtime_error("from " + home_ + ": what a queue does not say");
  }
}

/// One message to each channel concerned.
void remote_queue_actor::deliver(wire::deliver& batch) {
  channel_id last{};
  user* to = nullptr;
  std::vector<user*> touched;
  for (delivery& d : batch.items) {
    if (to == nullptr || d.channel != last) {
      const auto u = users_.find(d.channel);
      if (u == users_.end()) continue;  // it has gone, and its queue hears of it
      to = &u->second;
      last = d.channel;
    }
    if (to->outbox.empty()) touched.push_back(to);
    to->outbox.push_back(std::move(d));
  }
  for (user* u : touched) {
    send(u->channel, queue_deliver{queue_, std::move(u->outbox)});
    u->outbox = {};
  }
}

template <class Answer>
void remote_queue_actor::answer(std::uint64_t request, Answer&& a) {
  const auto r = requests_.find(request);
  if (r == requests_.end()) return;
  r->second.deliver(std::forward<Answer>(a));
  requests_.erase(r);
}

// ---- to home

std::uint64_t remote_queue_actor::ask(caf::response_promise promise) {
  requests_.emplace(++last_request_, std::move(promise));
  used_ = true;
  return last_request_;
}

void remote_queue_actor::flush() {
  if (over_ || cut_off_) return;
  std::string packet;
  while (wire_.next_packet(packet)) {
    // without a link peer_down is on its way: the gateway ends us, once everybody is told that the node is out of reach
    cut_off_ = !services_.transport->send(home_, distribution::service::queues, std::move(packet));
    if (cut_off_) return;
  }
}

// ---- users

void remote_queue_actor::use(channel_id id, const caf::strong_actor_ptr& channel) {
  used_ = true;
  if (!channel) return;
  const auto [u, fresh] = users_.try_emplace(id);
  if (!fresh) return;
  u->second.channel = caf::actor_cast<caf::actor>(channel);
  monitor(u->second.channel);
}

void remote_queue_actor::channel_gone(channel_id id) {
  const auto u = users_.find(id);
  if (u == users_.end()) return;
  demonitor(u->second.channel.address());
  users_.erase(u);
  std::erase_if(consumers_, [id](const auto& c) { return c.second == id; });
  wire_.add(wire::channel_gone{id});
}

void remote_queue_actor::on_channel_down(const caf::actor_addr& who) {
  for (;;) {
    const auto u = std::find_if(users_.begin(), users_.end(), [&](const auto& i) { return i.second.channel.address() == who; });
    if (u == users_.end()) return;
    channel_gone(u->first);
  }
}

caf::actor remote_queue_actor::user_of(consumer_id consumer) const {
  const auto c = consumers_.find(consumer);
  const auto u = c == consumers_.end() ? users_.end() : users_.find(c->second);
  return u == users_.end() ? caf::actor{} : u->second.channel;
}

/// Whoever got our address before we were retired has long spoken when we end: channels speak in the turn in which they ask.
void remote_queue_actor::look_for_users() {
  const bool idle = users_.empty() && requests_.empty() && wire_.idle() && !used_;
  if (idle && retired_) return end(false);
  if (idle) {
    services_.remote.retire(queue_, stream_);
    retired_ = true;
  }
  used_ = false;
  thread().call_at(wall_clock_ms() + idle_check_ms, [self = caf::actor_cast<caf::actor_addr>(this)] {
    if (auto strong = caf::actor_cast<caf::actor>(self)) caf::anon_send(strong, idle_check{});
  });
}

// ---- the end

void remote_queue_actor::end(bool crashed) {
  if (over_) return;
  flush();
  over_ = true;
  services_.remote.retire(queue_, stream_);
  fail_requests();
  if (crashed) {
    quit(caf::exit_reason::remote_link_unreachable);
  } else {
    quit();
  }
}

void remote_queue_actor::fail_requests() {
  for (auto& [request, promise] : requests_) promise.deliver(caf::make_error(caf::sec::request_receiver_down));
  requests_.clear();
}

void remote_queue_actor::on_exit() {
  over_ = true;
  fail_requests();
  services_.remote.ended(queue_, stream_);
  std::string packet;
  wire::packet_header{wire::packet_kind::close, stream_, queue_.value, 0, 0}.append_to(packet);
  (void)services_.transport->send(home_, distribution::service::queues, std::move(packet));
}

}  // namespace warren::actors
