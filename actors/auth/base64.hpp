#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace warren::actors {

[[nodiscard]] std::string to_base64(std::string_view bytes);
/// nullopt when malformed; blanks and line ends are not accepted.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

}  // namespace warren::actors
