#pragma once

#include <cstdint>
#include <string_view>

namespace warren {

/// Which auto-delete exchanges go by themselves with their last binding.
struct cascade_rule {
  enum class kind : std::uint8_t {
    none,  ///< replay: the log says what went
    all,
    own,  ///< transient ones of `node`: the others' home nodes, and the cluster about durable ones, decide themselves
  } which = kind::all;
  std::string_view node;
};

}  // namespace warren
