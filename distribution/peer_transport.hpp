#pragma once

#include <caf/all.hpp>
#include <cstdint>
#include <string>
#include <vector>

namespace warren::distribution {

/// Which part of a node a message is for. Part of the wire format: append only.
enum class service : std::uint16_t { raft = 1, metadata = 2, queues = 3, control = 4, channels = 5, alarms = 6 };

/// The largest message that send() takes; callers cut.
inline constexpr std::size_t max_message_bytes = 1024 * 1024;

/// Delivered to the actor that subscribed to the service.
struct peer_message {
  std::string from;        ///< node name, "rabbit@host"
  std::uint64_t link = 0;  ///< numbers the connection to it, grows with each new one
  std::string bytes;
};
struct peer_up {  ///< exactly once per link and subscriber, before its first message
  std::string peer;
  std::uint64_t link = 0;
};
struct peer_down {  ///< exactly once, after its last message
  std::string peer;
  std::uint64_t link = 0;
};

/// How the parts of a node talk to the same parts of other nodes. Thread-safe. Implemented on links between nodes, and
/// by fakes in tests.
class peer_transport {
 public:
  virtual ~peer_transport() = default;
  /// Replaces an earlier subscriber (after a restart); the new one is told peer_up for every link that is up.
  virtual void subscribe(service, caf::actor who) = 0;
  /// Ordered per (peer, service). False: no link to that peer. Never blocks. What is sent before the link is lost may
  /// or may not arrive: no answer = peer_down. At most max_message_bytes (asserted).
  virtual bool send(const std::string& peer, service, std::string bytes) = 0;
  [[nodiscard]] virtual std::vector<std::string> peers() const = 0;  ///< names of nodes with a link up
  /// Asks for a link: dials now, and again after losses, until release(). Membership decides whom to keep.
  virtual void keep(const std::string& peer) = 0;
  virtual void release(const std::string& peer) = 0;  ///< closes it
};

}  // namespace warren::distribution

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::distribution::peer_message)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::distribution::peer_up)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::distribution::peer_down)
