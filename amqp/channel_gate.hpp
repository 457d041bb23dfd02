#pragma once

#include <cstdint>

#include "amqp/methods/method_id.hpp"
#include "amqp/wire_error.hpp"

namespace warren::amqp {

/// The life of one channel as far as opening and closing go; it stands between the assembler and the channel's meaning.
///
///     starting ──channel.open──▶ open ──close_sent()──▶ closing ──close-ok──▶ ended
///                                  └──────channel.close─────────────────────▶ ended
class channel_gate {
 public:
  enum class state : std::uint8_t { starting, open, closing, ended };
  enum class verdict : std::uint8_t {
    pass,      ///< a method for the channel
    opened,    ///< answer channel.open-ok
    closed,    ///< the client closed it: clean up, answer channel.close-ok, then connection_machine::channel_closed()
    close_ok,  ///< both sides closed at once: answer channel.close-ok, keep waiting for theirs
    ended,     ///< the client answered our channel.close: connection_machine::channel_closed()
    drop,      ///< closing: whatever it is, it came too late
    refuse,    ///< see failure(): closes the connection
  };

  [[nodiscard]] verdict on_method(method_id m);
  /// A complete content. `pass` or `drop`, or `refuse` before channel.open.
  [[nodiscard]] verdict on_publish();
  /// The server has sent channel.close (a soft error): everything is dropped until close-ok.
  void close_sent() { state_ = state::closing; }

  [[nodiscard]] state where() const { return state_; }
  [[nodiscard]] const wire_error& failure() const { return failure_; }

 private:
  verdict refuse(reply_code code, const char* text, method_id m);

  state state_ = state::starting;
  wire_error failure_;
};

}  // namespace warren::amqp
