#pragma once

namespace warren::node {

/// Warren's own version.
[[nodiscard]] constexpr const char* version_text() { return "0.1.0"; }

}  // namespace warren::node
