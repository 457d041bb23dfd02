#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace warren {

enum class overflow_mode : std::uint8_t { drop_head, reject_publish, reject_publish_dlx };

/// What is in force for a queue: its arguments merged with its policies (amqp.md, "Policies").
struct queue_settings {
  std::optional<std::uint64_t> message_ttl_ms;
  std::optional<std::uint64_t> expires_ms;
  std::optional<std::uint64_t> max_length;        ///< ready messages
  std::optional<std::uint64_t> max_length_bytes;  ///< bodies of ready messages
  overflow_mode overflow = overflow_mode::drop_head;
  std::optional<std::string> dead_letter_exchange;     ///< "" is the default exchange
  std::optional<std::string> dead_letter_routing_key;  ///< absent = the message's own keys
  std::uint8_t max_priority = 0;  ///< 0 = one lane; fixed at declaration
  bool single_active_consumer = false;
  bool lazy = false;
  bool durable = false;

  friend bool operator==(const queue_settings&, const queue_settings&) = default;
};

}  // namespace warren
