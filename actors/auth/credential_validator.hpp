#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace warren::actors {

/// `credential_validator.*`: what a new password must look like.
struct credential_rules {
  enum class backend : std::uint8_t { accept_everything, min_length, regexp };
  backend kind = backend::accept_everything;
  std::uint64_t min_length = 8;  ///< characters, not bytes
  std::string regexp;            ///< searched for, not anchored
};

/// nullopt = fine, else the reason in RabbitMQ's words.
[[nodiscard]] std::optional<std::string> refuse_credentials(const credential_rules& rules, std::string_view password);

}  // namespace warren::actors
