#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/message/message.hpp"

namespace warren {

inline constexpr std::string_view trace_exchange = "amq.rabbitmq.trace";

/// Who published or received a message that is traced.
struct trace_origin {
  std::string_view node, vhost, connection, user;
  std::uint16_t channel = 0;
};

/// The copy of a published message for the firehose (rabbit_trace): key `publish.<exchange>`, the same body, and headers that tell
/// everything else. `extra_keys`: of CC and BCC. `queues`: names of those it was routed to.
[[nodiscard]] message_ref make_publish_trace(const message& original, std::span<const std::string> extra_keys, const trace_origin& who,
                                             std::span<const std::string> queues, block_builder& builder);

/// The same of a delivery (or an answer of basic.get): key `deliver.<queue>`.
[[nodiscard]] message_ref make_deliver_trace(const message& original, const trace_origin& who, std::string_view queue, bool redelivered,
                                             block_builder& builder);

}  // namespace warren
