#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "amqp/connection_effects.hpp"
#include "amqp/connection_settings.hpp"
#include "amqp/frame_parser.hpp"
#include "core/base/ids.hpp"

namespace warren::amqp {

/// One connection, without its socket: bytes and the time go in, frames of channels and effects come out.
///
///     header ▶ starting ▶ securing ▶ tuning ▶ opening ▶ running ⇄ blocking ▶ blocked
///        any of them ▶ closing (the client closed, channels end) ▶ closed (a close was sent) ▶ gone (socket being
///        dropped)
///
/// While an answer of the shell is awaited (authentication, opening a vhost, ending channels, a new secret) input
/// waits: next() says `wait`, the bytes stay with the caller. So pipelined methods need no queue here and memory stays
/// bounded.
class connection_machine {
 public:
  enum class state : std::uint8_t {
    header,
    starting,
    securing,
    tuning,
    opening,
    running,
    blocking,
    blocked,
    closing,
    closed,
    gone
  };

  /// `peer_identity`: the name a TLS peer certificate gives, for EXTERNAL. `now`: milliseconds of any steady clock.
  connection_machine(std::shared_ptr<const connection_settings> settings, std::optional<std::string> peer_identity,
                     time_ms now);

  // --- input -----------------------------------------------------------------------------------------------------

  enum class input : std::uint8_t {
    channel_frame,  ///< `out` is a frame of an open connection's channel (number ≠ 0): yours
    more,           ///< everything parsed; needed() bytes are missing at least for the next step
    wait,           ///< stop: perform effects; after your answer call again with what is left
  };
  /// Takes the next frame off `in`. Frames of channel 0 are dealt with inside. Perform take_effects() when it returns
  /// `more` or `wait` (effects always come after the channel frames returned before).
  input next(bytes_view& in, frame& out);
  [[nodiscard]] std::size_t needed() const { return needed_; }

  // --- answers to effects ----------------------------------------------------------------------------------------

  void authenticated(std::string user);
  void authentication_refused();
  void vhost_opened();
  void vhost_refused(const error& why);  ///< connection 530 on 10/40
  void secret_updated();
  void channels_ended();

  // --- channels --------------------------------------------------------------------------------------------------

  /// A frame came for a channel number that the shell has no channel for. False: the limit is reached, the connection
  /// closes (530), drop the frame.
  [[nodiscard]] bool admit_channel();
  void channel_closed() { --open_channels_; }  ///< after close-ok in either direction
  [[nodiscard]] std::uint32_t open_channels() const { return open_channels_; }

  // --- ending ----------------------------------------------------------------------------------------------------

  /// A channel's or assembler's hard error, an operator's or the node's wish (320): connection.close, and so on as
  /// `why.how` says. No effect on a connection that is closed already.
  void close(const wire_error& why);
  void close(reply_code code, std::string text) { close(wire_error{fail(code, std::move(text)), 0, 0}); }

  // --- time ------------------------------------------------------------------------------------------------------

  void received(time_ms now) {  ///< any bytes; call before next()
    last_received_ms_ = now;
    see(now);
  }
  void sent(time_ms now) {  ///< any bytes
    last_sent_ms_ = now;
    see(now);
  }
  /// Handshake timeout, heartbeats both ways, close timeout. Call at deadline() or whenever.
  void tick(time_ms now);
  /// When tick should next be called; nullopt when nothing is to be timed. Changes with every call above.
  [[nodiscard]] std::optional<time_ms> deadline() const;

  // --- flow ------------------------------------------------------------------------------------------------------

  /// The node's alarms: `low on memory`, `low on disk`, both joined by ` & `; empty = none.
  void alarm(std::string reason);
  /// The client published. Call once per read that held publishes; cheap.
  void client_published() {
    if (!published_ || state_ == state::blocking) note_publish();
  }

  // --- what is known ---------------------------------------------------------------------------------------------

  [[nodiscard]] std::vector<connection_effect> take_effects();
  [[nodiscard]] bool has_effects() const { return !effects_.empty(); }
  [[nodiscard]] state where() const { return state_; }
  [[nodiscard]] std::string_view state_name() const;  ///< as RabbitMQ lists it
  [[nodiscard]] bool running() const { return state_ >= state::running && state_ <= state::blocked; }
  /// False from the moment a close was sent or received: channels must not write any more.
  [[nodiscard]] bool may_send() const { return running(); }
  [[nodiscard]] const client_identity& client() const { return client_; }
  [[nodiscard]] const negotiated_limits& limits() const { return limits_; }
  [[nodiscard]] const std::string& user() const { return user_; }
  [[nodiscard]] const std::string& vhost() const { return vhost_; }
  /// Why the connection ends, for the log; nullopt while it does not, or when the client closed it.
  [[nodiscard]] const std::optional<wire_error>& reason() const { return reason_; }

 private:
  bool take_header(bytes_view& in);
  void on_frame(const frame& f);  ///< channel 0, or before running
  void on_method(const frame& f);
  void on(connection_start_ok& m);
  void on(connection_secure_ok& m);
  void on(connection_tune_ok& m);
  void on(connection_open& m);
  void on(connection_update_secret& m);
  void on(connection_close& m);
  void on_close_ok();
  void start_authentication(bytes_view response);
  void request_authentication(std::string user, std::optional<std::string> password);
  [[nodiscard]] std::optional<std::string> tune_violation(const connection_tune_ok& m) const;

  void fail_with(wire_error why);
  void drop(bool flush);
  void drop_later();
  void send_close(const wire_error& why);
  void note_publish();
  void block();
  void see(time_ms now) { now_ms_ = now > now_ms_ ? now : now_ms_; }
  [[nodiscard]] bool stopping() const { return state_ >= state::closing; }
  template <class Effect>
  void emit(Effect e) {
    effects_.emplace_back(std::in_place_type<Effect>, std::move(e));
  }
  void send(method m) { emit(effect::send{std::move(m)}); }

  std::shared_ptr<const connection_settings> settings_;
  std::optional<std::string> peer_identity_;
  state state_ = state::header;
  bool waiting_ = false;    ///< for an answer of the shell
  bool published_ = false;  ///< ever
  bool discard_ = false;    ///< nothing that still comes is looked at
  std::size_t needed_ = 8;
  frame_parser parser_;
  std::vector<connection_effect> effects_;

  client_identity client_;
  negotiated_limits limits_;
  std::string user_, vhost_, alarm_;
  std::optional<wire_error> reason_;
  std::uint32_t open_channels_ = 0;

  time_ms started_ms_, last_received_ms_, last_sent_ms_, now_ms_;
  std::optional<time_ms> close_deadline_ms_;
};

}  // namespace warren::amqp
