#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace warren::ctl {

/// A conversation with a node: whole JSON texts, in frames of a big-endian u32 length.
class control_connection {
 public:
  enum class trouble : std::uint8_t { timeout, ended };

  virtual ~control_connection() = default;
  [[nodiscard]] virtual bool send(std::string_view json) = 0;
  /// The next text; `limit` nullopt = as long as it takes.
  [[nodiscard]] virtual std::variant<std::string, trouble> receive(std::optional<std::chrono::milliseconds> limit) = 0;
};

/// Why there is no conversation, with the facts that the DIAGNOSTICS part of the message tells.
struct dial_failure {
  enum class step : std::uint8_t {
    host,          ///< the name of the host does not resolve
    port_mapper,   ///< nothing serves the port mapper's port
    registration,  ///< the port mapper knows no such node
    connection,    ///< the node's port does not take connections
    handshake,     ///< cookie, protocol, garbage
    cookie,        ///< our own cookie cannot be had: `detail` says why, nothing was dialled
    app            ///< all is well with the node itself; the tool lost it later
  };
  step at = step::connection;
  std::string detail = {};  ///< the system's or the peer's words
  std::string node = {};    ///< name@host
  std::uint16_t mapper_port = 4369;
  std::uint16_t node_port = 0;                ///< where the port mapper says it listens
  std::vector<std::string> other_nodes = {};  ///< registered on that host
  std::string own_name = {};                  ///< `rabbitmqcli-352-rabbit@host`
  std::string cookie_hash = {};

  [[nodiscard]] std::string name() const { return node.substr(0, node.find('@')); }
  [[nodiscard]] std::string host() const { return node.substr(node.find('@') + 1); }
};

class node_dialer {
 public:
  virtual ~node_dialer() = default;
  [[nodiscard]] virtual std::variant<std::unique_ptr<control_connection>, dial_failure> dial(
      const std::string& node, std::optional<std::chrono::milliseconds> limit) = 0;
  [[nodiscard]] virtual bool encrypted() const { return false; }
};

}  // namespace warren::ctl
