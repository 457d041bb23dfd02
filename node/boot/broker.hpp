#pragma once

#include <caf/all.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "actors/runtime/services.hpp"
#include "node/boot/boot_graph.hpp"
#include "node/config/node_config.hpp"

namespace warren::node {

/// The running node: made from its configuration, started by the boot graph, stopped in the opposite order.
class broker {
 public:
  explicit broker(node_config config);
  ~broker();
  broker(const broker&) = delete;
  broker& operator=(const broker&) = delete;

  /// Everything up to listening sockets; or the step that failed. `interrupted` is asked every second of waiting for other nodes.
  [[nodiscard]] std::optional<boot_failure> start(std::function<bool()> interrupted);
  /// Listeners closed, connections closed with 320, consumers cancelled, queues and log brought to disk. Bounded in time.
  void stop();

  /// True when the tree has ended by itself: past its restart intensity.
  [[nodiscard]] bool tree_ended() const;

 private:
  struct parts;
  std::unique_ptr<parts> parts_;
};

[[nodiscard]] actors::broker_options to_broker_options(const node_config& config);

}  // namespace warren::node
