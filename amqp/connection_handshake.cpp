#include <algorithm>

#include "amqp/connection_machine.hpp"
#include "amqp/sasl.hpp"

// connection_machine from start-ok to open-ok, and its clock.
namespace warren::amqp {
namespace {

constexpr const char* cr_demo = "RABBIT-CR-DEMO";

wire_error untrusted(reply_code code, std::string text) {
  return {fail(code, std::move(text)), 0, 0, wire_error::ending::silent_delayed};
}

}  // namespace

void connection_machine::on(connection_start_ok& m) {
  client_ = identify_client(std::move(m.client_properties), std::move(m.mechanism), std::move(m.locale));
  const auto& offered = settings_->mechanisms;
  if (std::find(offered.begin(), offered.end(), client_.mechanism) == offered.end())
    return fail_with(
        untrusted(reply_code::command_invalid, "unknown authentication mechanism '" + client_.mechanism + "'"));
  state_ = state::securing;
  start_authentication(m.response);
}

void connection_machine::start_authentication(bytes_view response) {
  const std::string& mechanism = client_.mechanism;
  if (mechanism == "EXTERNAL") {
    if (!peer_identity_) return authentication_refused();
    return request_authentication(*peer_identity_, std::nullopt);
  }
  if (mechanism == cr_demo) {
    user_ = response;
    return send(connection_secure{cr_demo_challenge});
  }
  auto parsed = mechanism == "PLAIN"      ? parse_plain(response)
                : mechanism == "AMQPLAIN" ? parse_amqplain(response)
                                          : std::nullopt;
  if (!parsed) return fail_with(untrusted(reply_code::syntax_error, mechanism + " response invalid"));
  request_authentication(std::move(parsed->user), std::move(parsed->password));
}

void connection_machine::on(connection_secure_ok& m) {
  auto password = parse_cr_demo(m.response);
  if (!password) return fail_with(untrusted(reply_code::syntax_error, "Invalid response '" + m.response + "'"));
  request_authentication(user_, std::move(password));
}

void connection_machine::request_authentication(std::string user, std::optional<std::string> password) {
  waiting_ = true;
  user_ = user;
  emit(effect::authenticate{client_.mechanism, std::move(user), std::move(password)});
}

void connection_machine::authenticated(std::string user) {
  if (state_ != state::securing) return;  // timed out meanwhile
  waiting_ = false;
  user_ = std::move(user);
  state_ = state::tuning;
  send(connection_tune{settings_->channel_max, settings_->frame_max, settings_->heartbeat_s});
}

void connection_machine::authentication_refused() {
  if (state_ != state::securing) return;
  reason_ =
      wire_error{fail(reply_code::access_refused, "Login was refused using authentication mechanism " +
                                                      client_.mechanism + ". For details see the broker logfile.")};
  if (!client_.authentication_failure_close) return drop_later();
  send_close(*reason_);
  close_deadline_ms_ = now_ms_ + silent_close_delay_ms;
}

/// What RabbitMQ logs about a refused tune-ok (the client gets no reason); nullopt when it is in order.
std::optional<std::string> connection_machine::tune_violation(const connection_tune_ok& m) const {
  const auto check = [](const char* field, std::uint32_t least, std::uint32_t most,
                        std::uint32_t wanted) -> std::optional<std::string> {
    const bool low = wanted != 0 && wanted < least;
    const bool high = most != 0 && (wanted == 0 || wanted > most);
    if (!low && !high) return std::nullopt;
    return std::string("negotiated ") + field + " = " + std::to_string(wanted) + (wanted == 0 ? " (no limit)" : "") +
           (low ? " is lower than the minimum allowed value (" : " is higher than the maximum allowed value (") +
           std::to_string(low ? least : most) + ")";
  };
  if (auto violation = check("frame_max", frame_min_size, settings_->frame_max, m.frame_max)) return violation;
  return check("channel_max", 1, settings_->channel_max, m.channel_max);
}

void connection_machine::on(connection_tune_ok& m) {
  if (auto violation = tune_violation(m)) return fail_with(untrusted(reply_code::not_allowed, std::move(*violation)));
  limits_ = {m.channel_max, m.frame_max, m.heartbeat};
  parser_.set_frame_max(m.frame_max);
  state_ = state::opening;
}

void connection_machine::on(connection_open& m) {
  vhost_ = std::move(m.virtual_host);
  waiting_ = true;
  emit(effect::open_vhost{vhost_});
}

void connection_machine::vhost_opened() {
  if (state_ != state::opening) return;
  waiting_ = false;
  state_ = state::running;
  last_received_ms_ = last_sent_ms_ = now_ms_;
  send(connection_open_ok{});
  if (!alarm_.empty()) state_ = state::blocking;
}

void connection_machine::vhost_refused(const error& why) {
  if (state_ != state::opening) return;
  fail_with({why, connection_open::id.class_id, connection_open::id.method});
}

void connection_machine::on(connection_update_secret& m) {
  waiting_ = true;
  emit(effect::update_secret{std::move(m.new_secret), std::move(m.reason)});
}

void connection_machine::secret_updated() {
  if (!running() || !waiting_) return;
  waiting_ = false;
  send(connection_update_secret_ok{});
}

// --- time --------------------------------------------------------------------------------------------------------
//
// Heartbeats: RabbitMQ looks once per interval and gives up when nothing came between three looks, that is after 2 to 3
// intervals of silence; we take the middle. We send when half an interval passed without sending anything.

namespace {
constexpr time_ms dead_after_ms(std::uint16_t heartbeat_s) { return 2500 * time_ms{heartbeat_s}; }
constexpr time_ms send_after_ms(std::uint16_t heartbeat_s) { return 500 * time_ms{heartbeat_s}; }
}  // namespace

void connection_machine::tick(time_ms now) {
  see(now);
  if (close_deadline_ms_) {
    if (now >= *close_deadline_ms_) drop(false);
    return;
  }
  if (state_ < state::running) {
    if (now - started_ms_ < settings_->handshake_timeout_ms) return;
    reason_ = wire_error{fail(reply_code::internal_error, "handshake timeout"), 0, 0, wire_error::ending::silent};
    return drop(false);
  }
  if (!running() || limits_.heartbeat_s == 0) return;
  if (state_ != state::blocked && now - last_received_ms_ >= dead_after_ms(limits_.heartbeat_s)) {
    reason_ = wire_error{fail(reply_code::connection_forced,
                              "missed heartbeats from client, timeout: " + std::to_string(limits_.heartbeat_s) + "s"),
                         0, 0, wire_error::ending::silent};
    return drop(false);
  }
  if (now - last_sent_ms_ >= send_after_ms(limits_.heartbeat_s)) {
    emit(effect::send_heartbeat{});
    last_sent_ms_ = now;
  }
}

std::optional<time_ms> connection_machine::deadline() const {
  if (close_deadline_ms_) return close_deadline_ms_;
  if (state_ < state::running) return started_ms_ + settings_->handshake_timeout_ms;
  if (!running() || limits_.heartbeat_s == 0) return std::nullopt;
  const time_ms send_at = last_sent_ms_ + send_after_ms(limits_.heartbeat_s);
  if (state_ == state::blocked) return send_at;
  return std::min(send_at, last_received_ms_ + dead_after_ms(limits_.heartbeat_s));
}

}  // namespace warren::amqp
