#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace warren::ctl {

/// The programs that this executable answers to; a command names all that have it.
enum class tool : std::uint8_t { ctl = 1, diagnostics = 2, queues = 4, plugins = 8, upgrade = 16 };

class tool_set {
 public:
  constexpr tool_set() = default;
  constexpr tool_set(tool t) : bits_(static_cast<std::uint8_t>(t)) {}  // NOLINT: one tool is a set
  [[nodiscard]] constexpr bool has(tool t) const { return (bits_ & static_cast<std::uint8_t>(t)) != 0; }
  friend constexpr tool_set operator|(tool_set a, tool_set b) {
    a.bits_ = static_cast<std::uint8_t>(a.bits_ | b.bits_);
    return a;
  }

 private:
  std::uint8_t bits_ = 0;
};

constexpr tool_set operator|(tool a, tool b) { return tool_set(a) | tool_set(b); }

/// From argv[0] or --script-name: directories and an `.escript` ending do not matter. nullopt: none of ours.
[[nodiscard]] std::optional<tool> tool_of(std::string_view program);
/// `warrenctl` beside warren-*, `rabbitmqctl` beside rabbitmq-*: what texts recommend to run.
[[nodiscard]] std::string_view ctl_beside(std::string_view program);
/// argv[0] without its directories.
[[nodiscard]] std::string_view base_name(std::string_view path);
/// The name of our own link for a tool, for completion and man pages.
[[nodiscard]] std::string_view own_name(tool t);

inline constexpr tool all_tools[] = {tool::ctl, tool::diagnostics, tool::queues, tool::plugins, tool::upgrade};

}  // namespace warren::ctl
