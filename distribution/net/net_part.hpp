#pragma once

#include <functional>
#include <string>

#include "supervision/supervisor.hpp"

namespace warren::distribution {

/// Something on the net thread as a child of the supervision tree. Both are called on a worker and must not block: they
/// post.
struct net_part_functions {
  std::function<void(std::function<void(std::string failure)> done)>
      start;  ///< "" = started; called back on any thread, once
  std::function<void()> stop;
};

/// Its actor has started when `done("")` was called, fails to start with any other text, and stops its part when it
/// ends.
[[nodiscard]] supervision::child_spec net_part_child(std::string name, const char* kind, net_part_functions functions);

}  // namespace warren::distribution
