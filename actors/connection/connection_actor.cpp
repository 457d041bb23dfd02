#include "actors/connection/connection_actor.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "actors/channel/channel_actor.hpp"
#include "actors/connection/login.hpp"
#include "actors/logging/log.hpp"
#include "actors/metadata/metadata_messages.hpp"
#include "amqp/frame_writer.hpp"

namespace warren::actors {

namespace {
/// A client that does not read what it asked for is not read from either.
constexpr std::size_t output_limit_bytes = 8u << 20;
/// Reads of one socket in a turn, so that others get theirs.
constexpr int reads_per_turn = 2;
/// After our last frame: how long the peer gets to close its side.
constexpr std::int64_t linger_ms = 3000;
}  // namespace

connection_actor::connection_actor(caf::actor_config& config, io_thread& thread, supervision::place where,
                                   node_services& services, std::shared_ptr<const amqp::connection_settings> settings,
                                   std::unique_ptr<transport> transport)
    : guarded(config, std::move(where), "connection", thread),
      services_(services),
      id_(services.new_connection_id()),
      settings_(std::move(settings)),
      transport_(std::move(transport)) {}

connection_actor::~connection_actor() = default;

caf::behavior connection_actor::make_behavior() {
  info_ = transport_->info();
  connected_ms_ = wall_clock_ms();
  services_.connections.put(id_, caf::actor_cast<caf::actor>(this));
  services_.open_connections.fetch_add(1);
  thread().add_ticked(this);
  log_info(log_category::connection, "accepting AMQP connection {} ({}:{} -> {}:{})", where().name, info_.peer_host,
           info_.peer_port, info_.host, info_.port);
  set_down_handler([this](const caf::down_msg& down) { on_channel_down(down); });
  contained([this] { handshake_tls(); });
  if (!machine_ && !ended_)
    thread().call_at(wall_clock_ms() + services_.options.tls_handshake_timeout_ms, [this, keep = caf::strong_actor_ptr(ctrl())] {
      if (!machine_) end(true);
    });
  return {
      [this](channel_output& o) {
        if (ended_ || !machine_ || !machine_->may_send()) return;
        out_bytes_ += o.frames->total_bytes();
        out_.push_back({o.number, o.delivery_bytes, std::move(o.frames)});
      },
      [this](const channel_throttle& t) {
        const auto s = slots_.find(t.number);
        if (s == slots_.end() || s->second->throttled == t.on) return;
        s->second->throttled = t.on;
        throttled_ += t.on ? 1 : -1;
        if (!t.on) resume_reading();
      },
      [this](const channel_ended& e) { on_channel_ended(e); },
      [this](const channel_stopped& s) {
        drop_slot(s.number);
        if (stopping_channels_ > 0 && --stopping_channels_ == 0) channels_gone();
      },
      [this](const connection_fail& f) {
        if (machine_) machine_->close(f.why);
      },
      [this](const connection_vhost_gone& gone) {
        if (machine_ && machine_->running() && machine_->vhost() == gone.vhost)
          machine_->close(reply_code::connection_forced, "vhost '" + gone.vhost + "' is down");
      },
      [this](const connection_over&) { quit(); },
      [this](const connection_ask_info&) { return report(); },
      [this](const connection_shutdown& s) {
        if (machine_ && machine_->running()) {
          machine_->close(reply_code::connection_forced, s.reason);
        } else {
          end(true);
        }
      },
  };
}

connection_info connection_actor::report() const {
  connection_info i;
  i.name = where().name;
  i.socket = info_;
  i.certificate = certificate_;
  i.state = ended_ ? "closed" : !machine_ ? "starting" : throttled_ > 0 && machine_->running() ? "flow" : std::string(machine_->state_name());
  if (machine_) {
    i.channels = machine_->open_channels();
    i.mechanism = machine_->client().mechanism;
    i.user = machine_->user();
    i.vhost = machine_->vhost();
    i.heartbeat_s = machine_->limits().heartbeat_s;
    i.channel_max = machine_->limits().channel_max;
    i.frame_max = machine_->limits().frame_max;
    i.client_properties = machine_->client().properties;
  }
  i.received_bytes = received_bytes_;
  i.received_count = reads_;
  i.sent_bytes = sent_bytes_;
  i.sent_count = writes_;
  i.pending_bytes = out_bytes_;
  i.connected_ms = connected_ms_;
  return i;
}

void connection_actor::report_children(std::vector<supervision::child_info>& out) {
  for (const auto& [number, s] : slots_) {
    supervision::child_info c;
    c.name = std::to_string(number);
    c.kind = "channel";
    c.handle = s->channel;
    c.key = number;
    c.state = supervision::child_state::running;
    out.push_back(std::move(c));
  }
}

void connection_actor::on_exit() {
  thread().remove_ticked(this);
  services_.connections.remove(id_, address());
  services_.open_connections.fetch_sub(1);
  if (counted_) services_.metadata_now.connection_closed(machine_->user(), machine_->vhost());
  if (transport_) transport_->close(true);
  for (const auto& [number, s] : slots_) caf::anon_send_exit(s->channel, caf::exit_reason::user_shutdown);
  caf::anon_send(services_.metadata(), metadata_connection_gone{id_});
}

// ---- reading

void connection_actor::handshake_tls() {
  switch (transport_->handshake()) {
    case transport::outcome::again: {
      auto go_on = [this, keep = caf::strong_actor_ptr(ctrl())] { contained([this] { if (!ended_) handshake_tls(); }); };
      if (transport_->wants_write()) {
        transport_->when_writable(std::move(go_on));
      } else {
        transport_->when_readable(std::move(go_on));
      }
      return;
    }
    case transport::outcome::closed:
      log_error(log_category::connection, "TLS handshake with {}:{} failed", info_.peer_host, info_.peer_port);
      end(true);
      return;
    case transport::outcome::ok: break;
  }
  certificate_ = transport_->certificate(services_.options.certificate_login);
  info_ = transport_->info();
  machine_.emplace(settings_, certificate_ ? certificate_->login : std::nullopt,
                   wall_clock_ms());
  await_input();
}

bool connection_actor::may_read() const {
  return !ended_ && !paused_ && throttled_ == 0 && out_bytes_ < output_limit_bytes && transport_->is_open();
}

void connection_actor::await_input() {
  if (waiting_readable_ || !may_read()) return;
  waiting_readable_ = true;
  transport_->when_readable([this, keep = caf::strong_actor_ptr(ctrl())] {
    waiting_readable_ = false;
    contained([this] { on_readable(); });
  });
}

void connection_actor::on_readable() {
  for (int i = 0; i < reads_per_turn && may_read(); ++i)
    if (!read_once()) break;
  hand_over();
  write_out();
  await_input();
}

/// False when the socket has no more for now (or for ever).
bool connection_actor::read_once() {
  char* buffer = thread().read_buffer();
  std::size_t capacity = io_thread::read_buffer_bytes;
  const std::size_t kept = partial_.size();
  std::string large;  // a frame larger than the thread's buffer is collected in one of its own
  const bool use_large = kept + machine_->needed() > capacity || kept * 2 > capacity;
  if (use_large) {
    large = std::move(partial_);
    large.resize(kept + std::max(machine_->needed(), capacity));
    buffer = large.data();
    capacity = large.size();
  } else if (kept > 0) {
    std::memcpy(buffer, partial_.data(), kept);
  }
  const transport::progress got = transport_->read(buffer + kept, capacity - kept);
  if (got.how != transport::outcome::ok) {
    if (use_large) {
      large.resize(kept);
      partial_ = std::move(large);
    }
    if (got.how == transport::outcome::closed) {
      if (machine_->running())
        log_warning(log_category::connection, "closing AMQP connection {}: client unexpectedly closed TCP connection", where().name);
      end(true);
    }
    return false;
  }
  received_bytes_ += got.bytes;
  ++reads_;
  machine_->received(wall_clock_ms());
  process({buffer, kept + got.bytes});
  return kept + got.bytes == capacity || transport_->has_buffered_input();
}

void connection_actor::process(bytes_view in) {
  amqp::frame f;
  for (;;) {
    const auto step = machine_->next(in, f);
    if (step == amqp::connection_machine::input::channel_frame) {
      on_channel_frame(f, in);
      continue;
    }
    if (published_) {
      published_ = false;
      look_at_alarms();
      machine_->client_published();
    }
    if (!machine_->has_effects()) break;
    hand_over();
    perform_effects();
    if (ended_) return;
  }
  if (in.data() != partial_.data()) partial_.assign(in);
}

void connection_actor::on_channel_frame(const amqp::frame& f, bytes_view& behind) {
  slot* s = f.channel == last_number_ && last_slot_ != nullptr ? last_slot_ : slot_for(f.channel);
  if (s == nullptr) return;
  const auto add = [this, s](channel_item item) {
    if (!s->batch) {
      s->batch = std::make_shared<input_batch>();
      filled_.push_back(s);
    }
    s->batch->items.push_back(std::move(item));
  };
  switch (s->assembler.feed(f, behind, assembled_)) {
    case amqp::content_assembler::step::more: break;
    case amqp::content_assembler::step::publish:
      published_ = true;
      block_idle_ = false;
      add(channel_item::of(std::move(assembled_.published)));
      break;
    case amqp::content_assembler::step::method: add(channel_item::of(std::move(assembled_.received))); break;
    case amqp::content_assembler::step::failed: machine_->close(assembled_.failure); break;
  }
}

connection_actor::slot* connection_actor::slot_for(std::uint16_t number) {
  const auto i = slots_.find(number);
  slot* s = i != slots_.end() ? i->second.get() : open_slot(number);
  last_number_ = number;
  last_slot_ = s;
  return s;
}

connection_actor::slot* connection_actor::open_slot(std::uint16_t number) {
  if (!machine_->admit_channel()) return nullptr;
  auto s = std::make_unique<slot>(builder_, services_.options.max_message_size);
  channel_setup setup;
  setup.number = number;
  setup.connection = caf::actor_cast<caf::actor>(this);
  setup.connection_name = info_.peer_host + ":" + std::to_string(info_.peer_port) + " -> " + info_.host + ":" + std::to_string(info_.port);
  setup.connection_number = id_;
  setup.user = machine_->user();
  setup.vhost = machine_->vhost();
  setup.frame_max = machine_->limits().frame_max;
  setup.consumer_cancel_notify = machine_->client().consumer_cancel_notify;
  s->channel = spawn_on<channel_actor>(system(), thread(), place_below(std::to_string(number)), services_, std::move(setup));
  monitor(s->channel);
  return slots_.emplace(number, std::move(s)).first->second.get();
}

void connection_actor::hand_over() {
  for (slot* s : filled_) {
    ++s->inputs;
    send(s->channel, channel_input{std::move(s->batch)});
    s->batch = nullptr;
  }
  filled_.clear();
}

void connection_actor::resume_reading() {
  if (!may_read()) return;
  if (!partial_.empty() && machine_) {  // bytes that waited for an answer of ours come first
    std::string waiting = std::move(partial_);
    partial_.clear();
    process(waiting);
    hand_over();
  }
  await_input();
}

// ---- the machine's effects

void connection_actor::perform_effects() {
  while (machine_->has_effects() && !ended_) {
    auto effects = machine_->take_effects();
    for (auto& e : effects) std::visit([this](auto& each) { perform(each); }, e);
  }
}

amqp::output_batch& connection_actor::own_output() {
  if (out_.empty() || out_.back().number != 0) out_.push_back({0, 0, std::make_shared<amqp::output_batch>()});
  return *out_.back().frames;
}

void connection_actor::perform(amqp::effect::send& e) {
  amqp::output_batch& out = own_output();
  const std::size_t before = out.total_bytes();
  amqp::append_method(out, 0, e.m);
  out_bytes_ += out.total_bytes() - before;
}

void connection_actor::perform(amqp::effect::send_protocol_header&) {
  amqp::append_protocol_header(own_output());
  out_bytes_ += 8;
}

void connection_actor::perform(amqp::effect::send_heartbeat&) {
  amqp::append_heartbeat(own_output());
  out_bytes_ += 8;
}

void connection_actor::perform(amqp::effect::authenticate& e) {
  const login_request login{e.mechanism, e.user, e.password, info_.peer_host};
  const auto refused = check_login(services_, login);
  services_.logins.attempt("amqp091", info_.peer_host, e.user, !refused);
  if (refused) {
    log_error(log_category::connection, "Error on AMQP connection {}: {} login refused: {}", where().name, e.mechanism, *refused);
    machine_->authentication_refused();
  } else {
    machine_->authenticated(e.user);
  }
}

void connection_actor::perform(amqp::effect::open_vhost& e) {
  if (auto refused = services_.metadata_now.open_connection(machine_->user(), e.vhost)) {
    machine_->vhost_refused(*refused);
    return;
  }
  counted_ = true;
  machine_->vhost_opened();
  log_info(log_category::connection, "connection {}: user '{}' authenticated and granted access to vhost '{}'", where().name,
           machine_->user(), e.vhost);
}

void connection_actor::perform(amqp::effect::update_secret&) { machine_->secret_updated(); }

void connection_actor::perform(amqp::effect::pause_reading& e) {
  paused_ = e.paused;
  if (!paused_) resume_reading();
}

void connection_actor::perform(amqp::effect::end_channels&) {
  stopping_channels_ = static_cast<int>(slots_.size());
  if (stopping_channels_ == 0) return channels_gone();
  for (const auto& [number, s] : slots_) send(s->channel, channel_stop{});
}

/// All channels have let go; exclusive queues go before the client hears that the connection is closed.
void connection_actor::channels_gone() {
  stopping_channels_ = -1;
  request(services_.metadata(), std::chrono::seconds(10), metadata_connection_gone{id_})
      .then([this](const metadata_done&) { machine_->channels_ended(); },
            [this](const caf::error&) { machine_->channels_ended(); });
}

void connection_actor::perform(amqp::effect::close_socket& e) {
  if (!e.flush) return end(true);
  close_after_flush_ = true;
  thread().call_at(wall_clock_ms() + linger_ms, [this, keep = caf::strong_actor_ptr(ctrl())] { end(true); });
}

// ---- writing

void connection_actor::end_of_turn() {
  if (ended_) return;
  if (machine_) {
    perform_effects();
    if (ended_) return;
  }
  write_out();
  if (machine_) resume_reading();
  if (machine_ && machine_->has_effects()) perform_effects();
}

void connection_actor::write_out() {
  if (ended_ || waiting_writable_) return;
  while (!out_.empty()) {
    std::array<iovec, 128> parts;
    std::size_t n = 0, wanted = 0;
    for (const outgoing& o : out_) {
      std::array<amqp::output_batch::segment, 128> segments;
      const std::size_t some = o.frames->gather(segments.data(), parts.size() - n);
      for (std::size_t i = 0; i < some; ++i) {
        parts[n++] = {const_cast<char*>(segments[i].data), segments[i].size};
        wanted += segments[i].size;
      }
      if (n == parts.size() || wanted >= (1u << 20)) break;
    }
    if (n == 0) {
      written(out_.front());
      out_.pop_front();
      continue;
    }
    const transport::progress done = transport_->write({parts.data(), n});
    if (done.how == transport::outcome::closed) return end(true);
    if (done.bytes > 0) {
      sent_bytes_ += done.bytes;
      ++writes_;
      out_bytes_ -= done.bytes;
      if (machine_) machine_->sent(wall_clock_ms());
      std::size_t left = done.bytes;
      while (left > 0) {
        const std::size_t take = std::min(left, out_.front().frames->total_bytes());
        out_.front().frames->consume(take);
        left -= take;
        if (!out_.front().frames->empty()) break;
        written(out_.front());
        out_.pop_front();
      }
    }
    if (done.how == transport::outcome::again || done.bytes < wanted) {
      waiting_writable_ = true;
      transport_->when_writable([this, keep = caf::strong_actor_ptr(ctrl())] {
        waiting_writable_ = false;
        contained([this] {
          write_out();
          if (machine_) resume_reading();
        });
      });
      return;
    }
  }
  if (close_after_flush_) transport_->finish_sending();
}

void connection_actor::written(outgoing& done) {
  if (done.delivery_bytes == 0) return;
  if (const auto s = slots_.find(done.number); s != slots_.end()) send(s->second->channel, output_sent{done.delivery_bytes});
}

// ---- the ends of channels, of time, of the connection

void connection_actor::on_channel_ended(const channel_ended& ended) {
  const auto s = slots_.find(ended.number);
  if (s == slots_.end()) return;
  machine_->channel_closed();
  if (s->second->inputs != ended.inputs || !s->second->assembler.idle() || s->second->batch) {
    (void)machine_->admit_channel();  // the client has opened the number again already
    return;
  }
  send(s->second->channel, channel_release{});
  drop_slot(ended.number);
}

void connection_actor::drop_slot(std::uint16_t number) {
  const auto s = slots_.find(number);
  if (s == slots_.end()) return;
  demonitor(s->second->channel.address());
  if (s->second->throttled) --throttled_;
  if (last_slot_ == s->second.get()) last_slot_ = nullptr;
  std::erase(filled_, s->second.get());
  slots_.erase(s);
}

void connection_actor::on_channel_down(const caf::down_msg& down) {
  const auto s = std::find_if(slots_.begin(), slots_.end(), [&](const auto& i) { return i.second->channel.address() == down.source; });
  if (s == slots_.end()) return;
  drop_slot(s->first);
  if (stopping_channels_ > 0) {
    if (--stopping_channels_ == 0) channels_gone();
  } else if (machine_) {
    machine_->close(reply_code::internal_error, "");
  }
}

/// Whoever publishes sees an alarm with the next batch, whoever waits with the next tick.
void connection_actor::look_at_alarms() {
  const std::uint8_t alarms = services_.alarms.flags();
  if (alarms != std::exchange(alarms_seen_, alarms)) machine_->alarm(alarm_board::reason(alarms));
}

void connection_actor::on_tick(time_ms now) {
  contained([this, now] {
    if (ended_ || !machine_) return;
    if (std::exchange(block_idle_, true)) builder_.finish();  // slow publishers fill blocks, idle ones hold none
    look_at_alarms();
    if (const auto deadline = machine_->deadline(); deadline && *deadline <= now) machine_->tick(now);
    if (machine_->has_effects()) {
      perform_effects();
      write_out();
    }
  });
}

void connection_actor::end(bool abort) {
  if (ended_) return;
  ended_ = true;
  transport_->close(abort && services_.options.tcp_linger_on);
  log_info(log_category::connection, "closing AMQP connection {} ({}:{})", where().name, info_.peer_host, info_.peer_port);
  // what was handed over before the socket closed is still carried out; exclusive queues go with on_exit()
  hand_over();
  for (const auto& [number, s] : slots_) {
    demonitor(s->channel.address());
    send(s->channel, channel_stop{});
  }
  slots_.clear();
  // we may be in a socket's handler: an actor ends only in a turn of its mailbox
  caf::anon_send(caf::actor_cast<caf::actor>(this), connection_over{});
}

}  // namespace warren::actors
