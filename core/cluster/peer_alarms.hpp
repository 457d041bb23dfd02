#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "core/base/bytes.hpp"

namespace warren {

/// Which other nodes of the cluster have which alarms: a publisher is blocked wherever it is connected. A node that cannot be reached
/// has none, as in RabbitMQ (rabbit_alarm's node_down): its queues cannot be published to either.
class peer_alarms {
 public:
  /// What nodes tell each other: when a link comes up, and whenever it changes.
  struct told {
    std::uint8_t flags = 0;  ///< bit 0 memory, bit 1 disk
    bool asks = false;       ///< the sender does not know the receiver's
    friend bool operator==(const told&, const told&) = default;
  };
  [[nodiscard]] static std::string encode(told what);
  /// nullopt: not of this version. Alarms of a later version are left out.
  [[nodiscard]] static std::optional<told> decode(bytes_view bytes);

  struct change {
    std::uint8_t set = 0, cleared = 0;
  };
  change heard(const std::string& node, std::uint8_t flags);
  change lost(const std::string& node) { return heard(node, 0); }
  [[nodiscard]] std::uint8_t all() const;

 private:
  std::map<std::string, std::uint8_t> by_node_;  ///< those that have any
};

}  // namespace warren
