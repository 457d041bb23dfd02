#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/metadata/topology.hpp"

namespace warren {

/// A binding that matched, and why in words for an operator.
struct explained_binding {
  binding_record binding;
  std::string why;  ///< `"audit.#" matches the words of "audit.db.error"`
};

/// An exchange that the message reaches.
struct explained_exchange {
  exchange_ptr exchange;
  std::string how;  ///< `published to it`, `bound to exchange 'x'`, `alternate exchange of 'x' (policy 'p')`
  std::vector<explained_binding> matched;
  std::string note;  ///< what an operator should know: nothing matched, one of several is picked, …
};

/// A queue that the message reaches.
struct explained_queue {
  queue_ptr queue;
  queue_in_force_ptr in_force;
  std::vector<std::string> by;  ///< exchanges that lead to it
};

struct explanation {
  std::vector<explained_exchange> exchanges;  ///< in the order in which they are reached
  std::vector<explained_queue> queues;
};

/// The route of a message without headers, told step by step. The queues are those of route(), which decides.
[[nodiscard]] explanation explain_publish(const vhost_topology& topology, const exchange_state& first,
                                          std::string_view routing_key);

/// Whether a topic binding key matches: `*` is one word, `#` none or more.
[[nodiscard]] bool topic_key_matches(std::string_view binding_key, std::string_view routing_key);

}  // namespace warren
