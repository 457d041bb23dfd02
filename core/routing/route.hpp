#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/message/message.hpp"
#include "core/message/properties.hpp"
#include "core/metadata/topology.hpp"

namespace warren {

/// What routing looks at. The views must live during the call.
struct route_input {
  std::string_view routing_key;
  std::span<const std::string> extra_keys;  ///< of CC and BCC, see routing_headers.hpp
  bytes_view properties;                    ///< raw; headers and hash exchanges decode what they need
  std::uint64_t random = 0;                 ///< for x-random; any number when unused
};

/// The result and the working memory of route(): keep one per channel, then routing does not allocate.
struct route_scratch {
  std::vector<const queue_record*> queues;        ///< the result: each queue once
  std::vector<const exchange_record*> histories;  ///< x-recent-history exchanges that the message passed

  std::vector<const exchange_state*> exchanges;  // working memory from here on: those to do, then those done
  topic_trie::scratch topic;
  std::vector<std::string> extra_keys;
};

/// Routes from `first` through exchange-to-exchange bindings and alternate exchanges (each exchange once; the alternate
/// only when nothing was routed at that very exchange). Returns scratch.queues, whose records live as long as the
/// topology.
const std::vector<const queue_record*>& route(const vhost_topology& topology, const exchange_state& first,
                                              const route_input& message, route_scratch& scratch);

/// The same for a finished message: takes the keys of a CC header from its properties (BCC is gone by then).
const std::vector<const queue_record*>& route(const vhost_topology& topology, const exchange_state& first,
                                              const message& message, std::uint64_t random, route_scratch& scratch);

/// x-recent-history: messages to keep for new bindings (argument x-recent-history-length, default 20), and whether this
/// message asks not to be kept (header x-recent-history-no-store = true).
[[nodiscard]] std::uint32_t recent_history_length(const exchange_record& exchange);
[[nodiscard]] bool recent_history_no_store(bytes_view properties);

}  // namespace warren
