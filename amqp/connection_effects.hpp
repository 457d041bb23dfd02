#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "amqp/methods/method.hpp"

// What connection_machine asks its shell to do, in this order.
namespace warren::amqp::effect {

/// Send on channel 0: frame_writer's append_method(out, 0, m).
struct send {
  method m;
};
struct send_protocol_header {};
struct send_heartbeat {};

/// Answer with authenticated() or authentication_refused(). EXTERNAL: `user` is the identity given by the shell and
/// there is no password.
struct authenticate {
  std::string mechanism, user;
  std::optional<std::string> password;
};

/// Answer with vhost_opened() or vhost_refused().
struct open_vhost {
  std::string vhost;
};

/// Answer with secret_updated().
struct update_secret {
  std::string secret, reason;
};

/// End all channels, once what the client sent before is done, and answer channels_ended(). Nothing that channels
/// still want to send may go out after this.
struct end_channels {};

/// Publishers are blocked: do not read from the socket (`paused`), or read again.
struct pause_reading {
  bool paused;
};

/// The connection is over (delays have been waited for). `flush`: first send what is queued, shut down the sending side
/// and give the peer a moment to close, reading and discarding meanwhile (unread bytes would turn into a reset, which
/// overtakes what was sent); otherwise drop the socket as it is.
struct close_socket {
  bool flush = false;
};

}  // namespace warren::amqp::effect

namespace warren::amqp {
using connection_effect = std::variant<effect::send, effect::send_protocol_header, effect::send_heartbeat,
                                       effect::authenticate, effect::open_vhost, effect::update_secret,
                                       effect::end_channels, effect::pause_reading, effect::close_socket>;
}  // namespace warren::amqp
