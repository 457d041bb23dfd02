#include "actors/remote/queue_session_actor.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace warren::actors {

namespace {

/// The peer may know of the queue before we do (its snapshot is newer), and a queue that crashed is back soon: looked for
/// again and again, less and less often, for so long.
constexpr std::int64_t first_wait_ms = 2, longest_wait_ms = 100, give_up_ms = 3000;

struct look_again {};

}  // namespace
}  // namespace warren::actors
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::look_again)

namespace warren::actors {

queue_session_actor::queue_session_actor(caf::actor_config& config, io_thread& thread, supervision::place where, node_services& services,
                                         std::string peer, std::uint64_t stream, queue_id queue)
    : guarded(config, std::move(where), "queue session", thread),
      services_(services),
      peer_(std::move(peer)),
      id_(queue),
      wire_(wire::packet_kind::to_channel, stream, queue.value) {}

caf::behavior queue_session_actor::make_behavior() {
  set_down_handler([this](const caf::down_msg& down) {
    if (down.source == queue_.address()) queue_ended(down.reason && down.reason != caf::exit_reason::user_shutdown);
  });
  look_for_queue();
  return {
      [this](stream_packet& packet) {
        if (queue_ || ending_) {
          receive(packet.bytes);
        } else {
          waiting_.push_back(std::move(packet.bytes));
        }
      },
      [this](queue_deliver& batch) { wire_.add(wire::deliver{std::move(batch.items)}); },
      [this](publish_done& done) {
        wire_.add(wire::published{done.to, done.credit_bytes, std::move(done.confirmed), std::move(done.refused)});
      },
      [this](consume_answer& answer) {
        wire_.add(wire::consumed{answer.consumer, std::move(answer.failure)});
      },
      [this](get_answer& answer) {
        wire_.add(wire::got{answer.to, answer.ready_left, std::move(answer.message)});
      },
      [this](const consumer_cancelled& c) {
        wire_.add(wire::cancelled{0, c.consumer});
      },
      [this](const consumer_wants_grant& w) { wire_.add(wire::wants_grant{w.consumer}); },
      [this](const consumer_unused_grant& u) {
        wire_.add(wire::unused_grant{u.consumer, u.messages});
      },
      [this](const look_again&) { look_for_queue(); },
      [this](const stream_over&) { quit(); },
  };
}

void queue_session_actor::look_for_queue() {
  if (queue_ || ending_) return;
  queue_ = services_.queues.find(id_);
  if (queue_) {
    monitor(queue_);
    while (!waiting_.empty() && !ending_) {
      const std::string packet = std::move(waiting_.front());
      waiting_.pop_front();
      receive(packet);
    }
    return;
  }
  if (waited_ms_ >= give_up_ms) return queue_ended(true);
  wait_ms_ = std::clamp(wait_ms_ * 2, first_wait_ms, longest_wait_ms);
  waited_ms_ += wait_ms_;
  thread().call_at(wall_clock_ms() + wait_ms_, [self = caf::actor_cast<caf::actor_addr>(this)] {
    if (auto strong = caf::actor_cast<caf::actor>(self)) caf::anon_send(strong, look_again{});
  });
}

// ---- from the proxy

void queue_session_actor::receive(const std::string& packet) {
  std::vector<wire::frame> frames;
  if (const status read = wire_.receive(packet, frames); !read) throw std::runtime_error("from " + peer_ + ": " + read.failure().text);
  if (ending_) return;  // only what it has taken in still matters: there is room for our last word
  for (wire::frame& f : frames) perform(f);
}

void queue_session_actor::perform(wire::frame& f) {
  if (auto* batch = std::get_if<wire::publish>(&f)) {
    speak_for(batch->from);
    send(queue_, queue_publish{batch->from, std::move(batch->items), batch->credit_bytes});
  } else if (auto* settled = std::get_if<wire::settle>(&f)) {
    send(queue_, queue_settle{static_cast<settlement>(settled->how), std::move(settled->positions)});
  } else if (auto* sent = std::get_if<wire::replenish>(&f)) {
    send(queue_, queue_replenish{std::move(sent->bytes)});
  } else if (const auto* g = std::get_if<wire::grant>(&f)) {
    send(queue_, queue_grant{g->consumer, g->messages});
  } else if (auto* wanted = std::get_if<wire::consume>(&f)) {
    speak_for(wanted->spec.channel);
    send(queue_, queue_consume{std::move(wanted->spec), caf::actor_cast<caf::actor>(this)});
  } else if (const auto* c = std::get_if<wire::cancel>(&f)) {
    const auto answer = [this, request = c->request, consumer = c->consumer] { wire_.add(wire::cancelled{request, consumer}); };
    request(queue_, caf::infinite, queue_cancel{c->consumer})
        .then([answer](const consumer_cancelled&) { answer(); }, [](const caf::error&) {});  // its end is told once, by queue_down
  } else if (const auto* gone = std::get_if<wire::channel_gone>(&f)) {
    send(queue_, queue_channel_gone{gone->channel});
    channels_.erase(gone->channel);
    services_.remote_channels.remove(gone->channel, address());
  } else if (const auto* wants = std::get_if<wire::get>(&f)) {
    speak_for(wants->from);
    send(queue_, queue_get{wants->from, caf::actor_cast<caf::actor>(this), wants->no_ack});
  } else if (const auto* asked = std::get_if<wire::ask_counts>(&f)) {
    request(queue_, caf::infinite, queue_ask_counts{asked->declared})
        .then(
            [this, n = asked->request](const counts_answer& a) {
              wire_.add(wire::counted{n, a.ready, a.consumers});
            },
            [](const caf::error&) {});
  } else if (const auto* purge = std::get_if<wire::purge>(&f)) {
    request(queue_, caf::infinite, queue_purge{})
        .then(
            [this, n = purge->request](const purge_answer& a) {
              wire_.add(wire::purged{n, a.messages});
            },
            [](const caf::error&) {});
  } else if (const auto* check = std::get_if<wire::check_delete>(&f)) {
    request(queue_, caf::infinite, queue_check_delete{check->if_unused, check->if_empty})
        .then(
            [this, n = check->request](const delete_answer& a) {
              wire_.add(wire::delete_checked{n, a.messages, a.failure});
            },
            [](const caf::error&) {});
  } else if (const auto* change = std::get_if<wire::limit_channel>(&f)) {
    request(queue_, caf::infinite, queue_limit_channel{change->channel, change->limited})
        .then([this, n = change->request](const queue_limited&) { wire_.add(wire::channel_limited{n}); }, [](const caf::error&) {});
  } else {
    throw std::runtime_error("from " + peer_ + ": what a channel does not say");
  }
}

/// The queue sends what concerns a publisher to whoever stands under its number.
void queue_session_actor::speak_for(channel_id channel) {
  if (channel && channels_.insert(channel).second) services_.remote_channels.put(channel, caf::actor_cast<caf::actor>(this));
}

// ---- to the proxy

void queue_session_actor::flush() {
  std::string packet;
  while (wire_.next_packet(packet))
    if (!services_.transport->send(peer_, distribution::service::queues, std::move(packet))) break;  // the gateway hears of it
  if (ending_ && wire_.idle()) caf::anon_send(caf::actor_cast<caf::actor>(this), stream_over{});
}

void queue_session_actor::queue_ended(bool crashed) {
  if (ending_) return;
  ending_ = true;
  waiting_.clear();
  wire_.add(wire::queue_down{crashed});
}

void queue_session_actor::on_exit() {
  for (const channel_id channel : channels_) services_.remote_channels.remove(channel, address());
}

}  // namespace warren::actors
