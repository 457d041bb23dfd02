#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/queue/queue_machine.hpp"

namespace warren::testing {

struct message_spec {
  std::string body;
  bool persistent = false;
  std::uint8_t priority = 0;
  std::optional<std::uint64_t> expiration_ms = std::nullopt;
};

inline message_ref make_message(const message_spec& spec) {
  block_builder builder(1024);
  message_parts parts;
  parts.routing_key = "q";
  parts.properties = std::string_view("\0\0", 2);
  parts.body = spec.body;
  parts.expiration_ms = spec.expiration_ms.value_or(message::no_expiration);
  parts.priority = spec.priority;
  if (spec.persistent) parts.flags |= message::persistent;
  if (spec.expiration_ms) parts.flags |= message::has_expiration;
  return builder.append(parts);
}

inline std::string body_of(const message_ref& m) { return std::string(m->body()); }

}  // namespace warren::testing
