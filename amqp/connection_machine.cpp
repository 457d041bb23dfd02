#include "amqp/connection_machine.hpp"

#include <utility>

#include "amqp/protocol_header.hpp"

namespace warren::amqp {

connection_machine::connection_machine(std::shared_ptr<const connection_settings> settings,
                                       std::optional<std::string> peer_identity, time_ms now)
    : settings_(std::move(settings)),
      peer_identity_(std::move(peer_identity)),
      started_ms_(now),
      last_received_ms_(now),
      last_sent_ms_(now),
      now_ms_(now) {
  parser_.set_frame_max(settings_->initial_frame_max);
}

std::vector<connection_effect> connection_machine::take_effects() { return std::exchange(effects_, {}); }

std::string_view connection_machine::state_name() const {
  switch (state_) {
    case state::header: return "pre_init";
    case state::starting: return "starting";
    case state::securing: return "securing";
    case state::tuning: return "tuning";
    case state::opening: return "opening";
    case state::running: return "running";
    case state::blocking: return "blocking";
    case state::blocked: return "blocked";
    case state::closing: return "closing";
    case state::closed:
    case state::gone: return "closed";
  }
  return "closed";
}

// --- input -------------------------------------------------------------------------------------------------------

connection_machine::input connection_machine::next(bytes_view& in, frame& out) {
  for (;;) {
    if (discard_) {
      in = {};
      needed_ = 1;
      return input::more;
    }
    if (waiting_ || state_ == state::blocked) return input::wait;
    if (state_ == state::header) [[unlikely]] {
      if (!take_header(in)) return input::more;
      continue;
    }
    switch (parser_.next(in, out)) {
      case frame_parser::step::more: needed_ = parser_.needed(); return input::more;
      case frame_parser::step::failed: fail_with(parser_.failure()); continue;
      case frame_parser::step::frame: break;
    }
    if (out.channel == 0) {
      on_frame(out);
    } else if (running()) [[likely]] {
      if (out.type >= 1 && out.type <= 3) [[likely]]
        return input::channel_frame;
      fail_with(kind_of(out) == frame_kind::heartbeat ? unexpected_frame(out) : unknown_frame(out));
    } else if (!stopping()) {
      fail_with(unexpected_frame(out));
    }
  }
}

/// False when bytes are missing.
bool connection_machine::take_header(bytes_view& in) {
  if (in.size() < protocol_header_bytes) {
    needed_ = protocol_header_bytes - in.size();
    return false;
  }
  const auto version = accept_protocol_header(in.substr(0, protocol_header_bytes));
  if (!version) {
    reason_ = wire_error{fail(reply_code::not_implemented, "bad protocol header"), 0, 0, wire_error::ending::silent};
    emit(effect::send_protocol_header{});
    drop(true);
    return true;
  }
  in.remove_prefix(protocol_header_bytes);
  state_ = state::starting;
  std::string mechanisms;
  for (const std::string& name : settings_->mechanisms) mechanisms += (mechanisms.empty() ? "" : " ") + name;
  send(connection_start{version->major, version->minor, settings_->server_properties, std::move(mechanisms),
                        settings_->locales});
  return true;
}

void connection_machine::on_frame(const frame& f) {
  switch (kind_of(f)) {
    case frame_kind::heartbeat: return;
    case frame_kind::method: return on_method(f);
    case frame_kind::malformed:
      if (!stopping()) fail_with(unknown_frame(f));
      return;
    case frame_kind::header:
    case frame_kind::body:
      if (!stopping()) fail_with(unexpected_frame(f));
      return;
  }
}

void connection_machine::on_method(const frame& f) {
  auto decoded = decode_method(f.payload);
  if (!decoded) {
    wire_error why = decoded.failure();
    why.class_id = f.class_id();  // on channel 0 RabbitMQ names the method for malformed UTF-8, too
    why.method_id = f.method_id();
    return fail_with(std::move(why));
  }
  method& m = *decoded;
  if (auto* close = std::get_if<connection_close>(&m)) return on(*close);
  if (stopping()) {
    if (std::holds_alternative<connection_close_ok>(m)) on_close_ok();
    return;
  }
  if (state_ == state::starting)
    if (auto* start_ok = std::get_if<connection_start_ok>(&m)) return on(*start_ok);
  if (state_ == state::securing)
    if (auto* secure_ok = std::get_if<connection_secure_ok>(&m)) return on(*secure_ok);
  if (state_ == state::tuning)
    if (auto* tune_ok = std::get_if<connection_tune_ok>(&m)) return on(*tune_ok);
  if (state_ == state::opening)
    if (auto* open = std::get_if<connection_open>(&m)) return on(*open);
  if (running())
    if (auto* update = std::get_if<connection_update_secret>(&m)) return on(*update);
  fail_with({fail(reply_code::channel_error, "unexpected method in connection state " + std::string(state_name())),
             f.class_id(), f.method_id()});
}

// --- channels ----------------------------------------------------------------------------------------------------

bool connection_machine::admit_channel() {
  if (!running()) return false;
  if (limits_.channel_max != 0 && open_channels_ >= limits_.channel_max) {
    fail_with({fail(reply_code::not_allowed, "number of channels opened (" + std::to_string(open_channels_) +
                                                 ") has reached the negotiated channel_max (" +
                                                 std::to_string(limits_.channel_max) + ")")});
    return false;
  }
  ++open_channels_;
  return true;
}

// --- ending ------------------------------------------------------------------------------------------------------

void connection_machine::on(connection_close&) {
  if (stopping()) return send(connection_close_ok{});  // both closed at once; ours is still to be answered
  const bool has_channels = running();
  state_ = state::closing;
  if (!has_channels) return channels_ended();
  waiting_ = true;
  emit(effect::end_channels{});
}

void connection_machine::channels_ended() {
  if (state_ != state::closing) return;
  waiting_ = false;
  send(connection_close_ok{});
  drop(true);
}

void connection_machine::on_close_ok() {
  if (state_ == state::closed) drop(true);
}

void connection_machine::close(const wire_error& why) {
  if (stopping()) return;
  if (state_ < state::opening && why.how == wire_error::ending::close) {
    reason_ = why;
    return drop(false);  // our own wish, not the peer's fault: no need to let it wait
  }
  fail_with(why);
}

/// The peer did something wrong. Before it has said who it is, it is not told what, and waits for its punishment.
void connection_machine::fail_with(wire_error why) {
  const wire_error::ending how = why.how;
  if (stopping()) {
    if (how != wire_error::ending::close) drop(false);  // out of step: close-ok will never be found
    return;
  }
  reason_ = std::move(why);
  if (how == wire_error::ending::silent) return drop(false);
  if (how == wire_error::ending::silent_delayed || state_ < state::opening) return drop_later();
  send_close(*reason_);
  if (how == wire_error::ending::fatal) drop_later();
}

void connection_machine::send_close(const wire_error& why) {
  if (running()) emit(effect::end_channels{});
  send(connection_close{static_cast<std::uint16_t>(why.what.code), close_text(why.what), why.class_id, why.method_id});
  state_ = state::closed;
  waiting_ = false;
  constexpr std::uint16_t longest_s = 30;
  const std::uint16_t heartbeat = limits_.heartbeat_s;
  close_deadline_ms_ = now_ms_ + 1000 * (heartbeat > 0 && heartbeat < longest_s ? heartbeat : longest_s);
}

void connection_machine::drop(bool flush) {
  if (state_ == state::gone) return;
  if (running()) emit(effect::end_channels{});
  state_ = state::gone;
  discard_ = true;
  waiting_ = false;
  close_deadline_ms_.reset();
  emit(effect::close_socket{flush});
}

void connection_machine::drop_later() {
  if (running()) emit(effect::end_channels{});
  state_ = state::closed;
  discard_ = true;
  waiting_ = false;
  close_deadline_ms_ = now_ms_ + silent_close_delay_ms;
}

// --- flow --------------------------------------------------------------------------------------------------------

void connection_machine::alarm(std::string reason) {
  alarm_ = std::move(reason);
  if (!running()) return;
  if (!alarm_.empty()) {
    if (state_ == state::running) state_ = state::blocking;
    if (state_ == state::blocking && published_) block();
    return;
  }
  if (state_ == state::blocked) {
    last_received_ms_ = now_ms_;  // the silence was ours
    emit(effect::pause_reading{false});
    if (client_.connection_blocked) send(connection_unblocked{});
  }
  state_ = state::running;
}

void connection_machine::note_publish() {
  published_ = true;
  if (state_ == state::blocking) block();
}

void connection_machine::block() {
  state_ = state::blocked;
  emit(effect::pause_reading{true});
  if (client_.connection_blocked) send(connection_blocked{alarm_});
}

}  // namespace warren::amqp
