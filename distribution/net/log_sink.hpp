#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace warren::distribution {

enum class severity : std::uint8_t { debug, info, warning, error };

/// Where distribution's lines go; it may not know the log itself. Called on any thread. May be empty.
using log_sink = std::function<void(severity, const std::string&)>;

inline void say(const log_sink& sink, severity s, const std::string& line) {
  if (sink) sink(s, line);
}

}  // namespace warren::distribution
