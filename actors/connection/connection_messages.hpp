#pragma once

#include <caf/all.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "amqp/output_batch.hpp"
#include "amqp/wire_error.hpp"
#include "core/base/ids.hpp"
#include "core/base/result.hpp"

// What a connection and its channels say to each other; both live on one I/O thread.
namespace warren::actors {

struct input_batch;  // actors/channel/channel_messages.hpp

// ---- connection → channel

/// What one socket read brought for this channel, in order.
struct channel_input {
  std::shared_ptr<input_batch> items;
};
/// These bytes of deliveries have left for the socket.
struct output_sent {
  std::int64_t bytes = 0;
};
/// The connection ends: finish what was handed over, let go of everything, answer channel_stopped, end.
struct channel_stop {};
/// The channel number is free and nothing more will come: end.
struct channel_release {};

// ---- channel → connection

/// Frames to write, and how many delivery bytes to report back once they are written.
struct channel_output {
  std::uint16_t number = 0;
  std::int64_t delivery_bytes = 0;
  std::shared_ptr<amqp::output_batch> frames;
};
/// A hard error, or a failure of the channel: the connection closes.
struct connection_fail {
  amqp::wire_error why;
};
/// The channel was closed, by whichever side, after `inputs` batches; its close-ok has been sent before.
struct channel_ended {
  std::uint16_t number = 0;
  std::uint64_t inputs = 0;
};
struct channel_stopped {
  std::uint16_t number = 0;
};
/// Too much of what was published is still under way to queues and disk: do not read for now; then again.
struct channel_throttle {
  std::uint16_t number = 0;
  bool on = false;
};

// ---- anybody → connection

/// Close with 320: an operator, the node's stop, a deleted vhost.
struct connection_shutdown {
  std::string reason;
};

/// connection → itself: the socket is closed, nothing is left to do.
struct connection_over {};

/// This vhost was deleted: close if it is yours.
struct connection_vhost_gone {
  std::string vhost;
};

}  // namespace warren::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::connection_over)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::connection_vhost_gone)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::channel_input)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::output_sent)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::channel_stop)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::channel_release)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::channel_output)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::connection_fail)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::channel_ended)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::channel_stopped)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::channel_throttle)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::connection_shutdown)
