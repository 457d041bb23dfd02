#include "actors/auth/credential_validator.hpp"

#include <algorithm>

#include "core/base/pattern.hpp"

namespace warren::actors {

std::optional<std::string> refuse_credentials(const credential_rules& rules, std::string_view password) {
  switch (rules.kind) {
    case credential_rules::backend::accept_everything: return std::nullopt;
    case credential_rules::backend::min_length: {
      // Bytes that do not continue a character begin one (UTF-8).
      const auto characters =
          std::count_if(password.begin(), password.end(), [](char c) { return (c & 0xC0) != 0x80; });
      if (static_cast<std::uint64_t>(characters) >= rules.min_length) return std::nullopt;
      return "minimum required password length is " + std::to_string(rules.min_length);
    }
    case credential_rules::backend::regexp: {
      const auto expression = pattern::compile(rules.regexp);
      if (expression && expression->found_in(password)) return std::nullopt;
      return "provided password does not match the validator regular expression";
    }
  }
  return std::nullopt;
}

}  // namespace warren::actors
