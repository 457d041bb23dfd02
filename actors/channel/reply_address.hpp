#pragma once

#include <caf/all.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/ids.hpp"
#include "core/message/message.hpp"

namespace warren::actors {

inline constexpr std::string_view reply_queue = "amq.rabbitmq.reply-to";

/// Where a direct reply goes: `amq.rabbitmq.reply-to.<channel>.<secret>`. The channel is an opaque text to clients; the
/// secret keeps strangers from guessing their way into somebody's consumer.
struct reply_address {
  channel_id channel;
  std::string secret;

  [[nodiscard]] std::string text() const;
  /// nullopt: not such an address.
  [[nodiscard]] static std::optional<reply_address> parse(std::string_view name);
};

/// A message for the pseudo-consumer of a channel.
struct reply_delivery {
  std::string secret;
  message_ref content;
};
/// Is somebody still there? Answered by a bool.
struct reply_probe {
  std::string secret;
};

/// `amq.gen-` and 22 random characters (16 bytes, url-safe base64), as RabbitMQ names what clients leave unnamed.
[[nodiscard]] std::string generated_name(std::string_view prefix);

}  // namespace warren::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::reply_delivery)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::reply_probe)
