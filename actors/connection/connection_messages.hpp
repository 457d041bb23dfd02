#pragma once

#include <caf/all.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "actors/connection/transport.hpp"
#include "amqp/output_batch.hpp"
#include "amqp/wire_error.hpp"
#include "core/base/ids.hpp"
#include "core/base/result.hpp"
#include "core/message/field_table.hpp"

// What a connection and its channels say to each other; both live on one I/O thread.
namespace warren::actors {

struct input_batch;  // actors/channel/channel_messages.hpp

/// Answered by channel_info.
struct channel_ask_info {};
struct channel_info {
  bool open = false;  ///< false: the client has closed it, or not opened it yet
  std::uint16_t number = 0;
  caf::actor_id connection = 0;
  std::string connection_name, user, vhost;
  bool transactional = false, confirm = false;
  std::uint64_t consumers = 0, unacknowledged = 0, uncommitted = 0, acks_uncommitted = 0, unconfirmed = 0;
  std::uint32_t prefetch = 0, global_prefetch = 0;
};

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

/// Answered by connection_info.
struct connection_ask_info {};
struct connection_info {
  std::string name;  ///< `127.0.0.1:5000 -> 127.0.0.1:5672`
  transport_info socket;
  std::optional<peer_certificate> certificate;
  std::string state;  ///< RabbitMQ's word
  std::uint32_t channels = 0;
  std::string mechanism, user, vhost;
  std::uint16_t heartbeat_s = 0, channel_max = 0;
  std::uint32_t frame_max = 0;
  field_table client_properties;
  std::uint64_t received_bytes = 0, received_count = 0, sent_bytes = 0, sent_count = 0;
  std::uint64_t pending_bytes = 0;  ///< decided, not yet taken by the socket
  time_ms connected_ms = 0;
};

/// connection → itself: the socket is closed, nothing is left to do.
struct connection_over {};

/// This vhost was deleted: close if it is yours.
struct connection_vhost_gone {
  std::string vhost;
};

}  // namespace warren::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::connection_ask_info)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::connection_info)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::channel_ask_info)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::channel_info)
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
