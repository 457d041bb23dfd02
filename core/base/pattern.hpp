#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace re2 {
class RE2;
}

namespace warren {

/// A regular expression of an operator (permissions, policies): RE2's syntax, found anywhere in the name (unanchored), byte by
/// byte, as RabbitMQ does. Linear time whatever the pattern. Copies share the compiled form; safe to use from many threads.
class pattern {
 public:
  /// Fails with precondition_failed and a text such as `missing )` (PCRE's wording where the reason is the same).
  [[nodiscard]] static result<pattern> compile(std::string text);

  pattern() = default;  ///< matches nothing
  [[nodiscard]] bool found_in(std::string_view name) const;
  [[nodiscard]] const std::string& text() const { return text_; }
  friend bool operator==(const pattern& a, const pattern& b) { return a.text_ == b.text_ && a.kind_ == b.kind_; }

 private:
  enum class kind : std::uint8_t { nothing, everything, only_empty, expression };
  std::string text_;
  kind kind_ = kind::nothing;
  std::shared_ptr<const re2::RE2> compiled_;
};

}  // namespace warren
