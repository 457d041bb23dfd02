#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/base/ids.hpp"
#include "core/message/message.hpp"
#include "core/queue/queue_types.hpp"

namespace warren {

[[nodiscard]] std::string_view to_string(death_reason);  ///< `rejected`, `expired`, `maxlen`, `delivery_limit`

/// What dead-lettering makes of a message that died in `queue_name`: exchange and key of its new journey, an x-death
/// header with the event added or counted, x-first-death-*, no expiration. With a `new_routing_key` the CC header goes;
/// without one the message keeps its key and its CC keys. Route the result with route(topology, exchange, *result, …).
/// Null when the properties cannot be decoded (they were checked when the message came in, so the file was damaged).
[[nodiscard]] message_ref make_dead_letter(const message& dead, death_reason reason, std::string_view queue_name,
                                           std::string_view dead_letter_exchange,
                                           std::optional<std::string_view> new_routing_key, time_ms now,
                                           block_builder& into);

/// Queues that the dead-lettered message (the result of make_dead_letter) must not enter: it was in them before and
/// nothing on the way since was a reject, so it would circle for ever. Never for a rejected message. Removes them from
/// `queues`.
void remove_cycles(const message& dead_lettered, death_reason reason, std::vector<const struct queue_record*>& queues);

}  // namespace warren
