#pragma once

#include <atomic>
#include <caf/all.hpp>
#include <catch2/catch.hpp>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "actors/channel/channel_actor.hpp"
#include "amqp/frame_parser.hpp"
#include "core/message/properties.hpp"

namespace warren::testing {

/// One channel of a node, and what its client sees of it. Plays the connection: hands methods in, reads frames.
class client {
 public:
  struct event {
    amqp::method what;
    std::string properties, body;  ///< of what carries content
  };

  explicit client(actors::node_services& services) : services_(services), state_(std::make_shared<state>()) {
    connection_ = services.system.spawn([shared = state_](caf::event_based_actor* self) -> caf::behavior {
      return {
          [=](actors::channel_output& o) {
            shared->read(*o.frames);
            if (shared->reads) {
              self->send(caf::actor_cast<caf::actor>(self->current_sender()), actors::output_sent{o.delivery_bytes});
            } else {
              shared->unread_bytes += o.delivery_bytes;
            }
          },
          [=](const actors::channel_throttle& t) { shared->throttled = t.on; },
          [](const actors::channel_ended&) {},
          [=](const actors::channel_stopped&) {},
          [=](const actors::connection_fail& f) {
            shared->push({amqp::connection_close{0, f.why.what.text, 0, 0}, {}, {}});
          },
          [](const actors::connection_shutdown&) {},
      };
    });
    actors::channel_setup setup;
    setup.number = 1;
    setup.connection = connection_;
    setup.connection_number = services.new_connection_id();
    setup.user = "u";
    setup.vhost = "v";
    setup.consumer_cancel_notify = true;
    channel_ =
        actors::spawn_on<actors::channel_actor>(services.system, services.io.next(), supervision::make_place("channel"), services, setup);
    send(amqp::channel_open{});
    (void)expect<amqp::channel_open_ok>();
  }
  ~client() { stop(); }
  client(const client&) = delete;
  client& operator=(const client&) = delete;

  /// The connection is gone.
  void stop() {
    if (!channel_) return;
    caf::scoped_actor self(services_.system);
    self->send(channel_, actors::channel_stop{});
    self->wait_for(channel_);
    self->send_exit(connection_, caf::exit_reason::user_shutdown);
    self->wait_for(connection_);
    channel_ = connection_ = {};
  }
  /// The channel dies of a fault, without a word to its queues.
  void crash() {
    caf::scoped_actor self(services_.system);
    self->send_exit(channel_, caf::exit_reason::kill);
    self->wait_for(channel_);
    self->send_exit(connection_, caf::exit_reason::user_shutdown);
    self->wait_for(connection_);
    channel_ = connection_ = {};
  }

  void send(amqp::method m) {
    auto batch = std::make_shared<actors::input_batch>();
    batch->items.push_back(actors::channel_item::of(std::move(m)));
    caf::anon_send(channel_, actors::channel_input{std::move(batch)});
  }
  void publish(const std::string& key, const std::vector<std::string>& bodies, const std::string& exchange = "", bool mandatory = false,
               const std::string& reply_to = "") {
    auto batch = std::make_shared<actors::input_batch>();
    basic_properties p;
    p.delivery_mode = 2;
    if (!reply_to.empty()) p.reply_to = reply_to;
    std::string raw;
    encode_properties(p, raw);
    std::uint8_t flags = message::persistent;
    if (!reply_to.empty()) flags |= message::has_reply_to;
    block_builder builder;
    for (const std::string& body : bodies) {
      amqp::publish out;
      out.content = builder.append({exchange, key, raw, body, message::no_expiration, 0, flags});
      out.mandatory = mandatory;
      batch->items.push_back(actors::channel_item::of(std::move(out)));
    }
    caf::anon_send(channel_, actors::channel_input{std::move(batch)});
  }
  void stop_reading() { state_->reads = false; }
  void read_on() {
    state_->reads = true;
    caf::anon_send(channel_, actors::output_sent{state_->unread_bytes.exchange(0)});
  }
  [[nodiscard]] bool throttled() const { return state_->throttled; }

  /// The first event of this kind, waited for; others stay where they are.
  template <class M>
  event next() {
    std::unique_lock lock(state_->mutex);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    for (;;) {
      for (auto e = state_->events.begin(); e != state_->events.end(); ++e) {
        if (!std::holds_alternative<M>(e->what)) continue;
        event found = std::move(*e);
        state_->events.erase(e);
        return found;
      }
      std::string there;
      if (!state_->events.empty()) there = std::string(amqp::method_name(amqp::id_of(state_->events.front().what)));
      if (const auto* closed = state_->events.empty() ? nullptr : std::get_if<amqp::channel_close>(&state_->events.front().what))
        there += " " + closed->reply_text;
      if (state_->changed.wait_until(lock, deadline) == std::cv_status::timeout)
        FAIL("waited in vain for " << amqp::method_name(M::id) << "; there is: " << there);
    }
  }
  template <class M>
  M expect() {
    return std::get<M>(next<M>().what);
  }
  template <class M>
  [[nodiscard]] std::size_t count() const {
    std::lock_guard lock(state_->mutex);
    std::size_t n = 0;
    for (const event& e : state_->events) n += std::holds_alternative<M>(e.what);
    return n;
  }
  /// Bodies of the next deliveries.
  std::vector<std::string> deliveries(std::size_t n) {
    std::vector<std::string> bodies;
    while (bodies.size() < n) bodies.push_back(next<amqp::basic_deliver>().body);
    return bodies;
  }

  amqp::queue_declare_ok declare(const std::string& name, bool passive = false, field_table arguments = {}, bool durable = true) {
    amqp::queue_declare d;
    d.queue = name;
    d.passive = passive;
    d.durable = durable;
    d.arguments = std::move(arguments);
    send(std::move(d));
    return expect<amqp::queue_declare_ok>();
  }
  std::string consume(const std::string& queue, bool no_ack = false) {
    amqp::basic_consume c;
    c.queue = queue;
    c.no_ack = no_ack;
    send(std::move(c));
    return expect<amqp::basic_consume_ok>().consumer_tag;
  }
  void confirms() {
    send(amqp::confirm_select{});
    (void)expect<amqp::confirm_select_ok>();
  }
  /// Waits until everything up to this number is answered; returns how many were refused.
  std::uint64_t confirmed_upto(std::uint64_t seq) {
    std::uint64_t refused = 0;
    while (answered_.size() < seq) {
      std::unique_lock lock(state_->mutex);
      const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
      for (;;) {
        bool any = false;
        for (auto e = state_->events.begin(); e != state_->events.end();) {
          const auto* ack = std::get_if<amqp::basic_ack>(&e->what);
          const auto* nack = std::get_if<amqp::basic_nack>(&e->what);
          if (ack == nullptr && nack == nullptr) {
            ++e;
            continue;
          }
          any = true;
          const std::uint64_t upto = ack != nullptr ? ack->delivery_tag : nack->delivery_tag;
          const bool multiple = ack != nullptr ? ack->multiple : nack->multiple;
          for (std::uint64_t s = multiple ? lowest_open_ : upto; s <= upto; ++s)
            if (answered_.insert(s).second && nack != nullptr) ++refused;
          while (answered_.contains(lowest_open_)) ++lowest_open_;
          e = state_->events.erase(e);
        }
        if (any) break;
        if (state_->changed.wait_until(lock, deadline) == std::cv_status::timeout)
          FAIL("confirms are missing: " << answered_.size() << " of " << seq);
      }
    }
    return refused;
  }

 private:
  struct state {
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<event> events;
    std::atomic<bool> reads{true}, throttled{false};
    std::atomic<std::int64_t> unread_bytes{0};
    amqp::frame_parser parser;
    std::string bytes;
    std::uint64_t missing_body = 0;
    bool in_content = false;
    event current;

    state() { parser.set_frame_max(0); }
    void push(event e) {
      std::lock_guard lock(mutex);
      events.push_back(std::move(e));
      changed.notify_all();
    }
    void read(amqp::output_batch& out) {
      while (!out.empty()) {
        amqp::output_batch::segment parts[64];
        const std::size_t n = out.gather(parts, 64);
        std::size_t some = 0;
        for (std::size_t i = 0; i < n; ++i) {
          bytes.append(parts[i].data, parts[i].size);
          some += parts[i].size;
        }
        out.consume(some);
      }
      bytes_view in = bytes;
      amqp::frame f;
      while (parser.next(in, f) == amqp::frame_parser::step::frame) {
        if (f.is(amqp::frame_type::method)) {
          auto m = amqp::decode_method(f.payload);
          WARREN_ENSURE(m.ok());
          current = {std::move(*m), {}, {}};
          in_content = std::holds_alternative<amqp::basic_deliver>(current.what) ||
                       std::holds_alternative<amqp::basic_get_ok>(current.what) || std::holds_alternative<amqp::basic_return>(current.what);
          if (!in_content) push(std::move(current));
        } else if (f.is(amqp::frame_type::header)) {
          missing_body = load_big_endian<std::uint64_t>(f.payload.data() + 4);
          current.properties = f.payload.substr(12);
          if (missing_body == 0) push(std::move(current));
        } else if (f.is(amqp::frame_type::body)) {
          current.body.append(f.payload);
          missing_body -= f.payload.size();
          if (missing_body == 0) push(std::move(current));
        }
      }
      bytes.erase(0, bytes.size() - in.size());
    }
  };

  actors::node_services& services_;
  std::shared_ptr<state> state_;
  caf::actor connection_, channel_;
  std::set<std::uint64_t> answered_;
  std::uint64_t lowest_open_ = 1;
};

}  // namespace warren::testing
