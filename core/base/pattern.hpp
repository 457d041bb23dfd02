#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"

namespace re2 {
class RE2;
}

namespace warren {

/// A regular expression of an operator (permissions, policies): RE2's syntax, found anywhere in the name (unanchored),
/// byte by byte, as RabbitMQ does. Linear time whatever the pattern. RE2 has no lookaheads, but `^(?!amq\.).*` is what
/// RabbitMQ's own guides use: lookaheads that stand right after a leading `^` are supported, each as an expression of
/// its own. Copies share the compiled form; safe to use from many threads.
class pattern {
 public:
  /// Fails with precondition_failed and the reason as Erlang's re would print it: `{"missing )",1}`.
  [[nodiscard]] static result<pattern> compile(std::string text);

  /// The same for permissions, where the empty expression means `^$`.
  [[nodiscard]] static result<pattern> compile_right(std::string text);

  pattern() = default;  ///< matches nothing
  [[nodiscard]] bool found_in(std::string_view name) const;
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  enum class kind : std::uint8_t { nothing, everything, only_empty, expression };
  struct condition {
    std::shared_ptr<const re2::RE2> expression;
    bool wanted = true;  ///< false: a negative lookahead
  };
  std::string text_;
  kind kind_ = kind::nothing;
  std::vector<condition> conditions_;  ///< all must hold
};

}  // namespace warren
