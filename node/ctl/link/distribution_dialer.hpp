#pragma once

#include "node/ctl/line/surroundings.hpp"
#include "node/ctl/link/node_dialer.hpp"
#include "node/ctl/model/invocation.hpp"

namespace warren::ctl {

/// Joins the distribution as a hidden node: the cookie, the port mapper, the handshake; then the node's control
/// service.
class distribution_dialer final : public node_dialer {
 public:
  distribution_dialer(const invocation& i, const surroundings& around);
  [[nodiscard]] std::variant<std::unique_ptr<control_connection>, dial_failure> dial(
      const std::string& node, std::optional<std::chrono::milliseconds> limit) override;
  [[nodiscard]] bool encrypted() const override;

 private:
  std::optional<std::string> cookie_;  ///< --erlang-cookie, else the environment's
  std::string home_, erlang_arguments_;
  bool long_names_;
  std::string own_name_;  ///< rabbitmqcli-PID-name@host
};

}  // namespace warren::ctl
