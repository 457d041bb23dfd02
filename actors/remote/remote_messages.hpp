#pragma once

#include <caf/all.hpp>
#include <string>

#include "core/base/ids.hpp"
#include "core/message/message.hpp"

// What gateways say to the ends of streams, and channels to the channel gateway. Local only.
namespace warren::actors {

/// One packet of the stream, as it came (actors/remote/wire/packet.hpp).
struct stream_packet {
  std::string bytes;
};
/// There is nobody at the other end any more: the link is down, or the peer says so.
struct stream_over {};

/// For the pseudo-consumer of a channel of another node. Not answered; dropped when that node cannot be reached.
struct remote_reply {
  std::string node;
  channel_id channel;
  std::string secret;
  message_ref content;
};
/// Is somebody still there? Answered by a bool.
struct remote_probe {
  std::string node;
  channel_id channel;
  std::string secret;
};

}  // namespace warren::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::stream_packet)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::stream_over)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::remote_reply)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::remote_probe)
