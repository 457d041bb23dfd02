#pragma once

#include <memory>
#include <string>

#include "node/ctl/link/node_dialer.hpp"

namespace warren::ctl {

/// JSON texts in frames of a big-endian u32 length over a descriptor. A frame of more than 64 MiB ends the
/// conversation.
class frame_connection : public control_connection {
 public:
  /// Does not own the descriptor; `owner` does.
  frame_connection(int fd, std::shared_ptr<void> owner) : fd_(fd), owner_(std::move(owner)) {}

  [[nodiscard]] bool send(std::string_view json) override;
  [[nodiscard]] std::variant<std::string, trouble> receive(std::optional<std::chrono::milliseconds> limit) override;

 private:
  [[nodiscard]] std::optional<std::string> take_frame();

  int fd_;
  std::shared_ptr<void> owner_;
  std::string in_;
  bool broken_ = false;
};

}  // namespace warren::ctl
