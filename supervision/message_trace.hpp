#pragma once

#include <array>
#include <caf/all.hpp>
#include <cstdint>
#include <string>
#include <vector>

namespace warren::supervision {

/// The kinds of the last eight messages of one actor: 80 bytes, two indirect calls a message, rendered only in a crash
/// report. A kind is the type of the first element, or the atom itself when the first element is one.
class message_trace {
 public:
  static constexpr std::size_t capacity = 8;

  /// Notes `element` and returns the type of its first element: null for CAF's built-in types and empty messages.
  const std::type_info* note(caf::mailbox_element& element) {
    const auto& content = element.content();
    const auto at = count_++ % capacity;
    if (content.empty()) {
      tags_[at] = 0;
      forms_[at] = form::empty;
      return nullptr;
    }
    const auto [number, type] = content.type(0);
    if (type != nullptr) {
      tags_[at] = reinterpret_cast<std::uintptr_t>(type);
      forms_[at] = form::custom;
    } else if (number == caf::type_nr<caf::atom_value>::value) {
      tags_[at] = static_cast<std::uint64_t>(content.get_as<caf::atom_value>(0));
      forms_[at] = form::atom;
    } else {
      tags_[at] = number;
      forms_[at] = form::builtin;
    }
    if (element.mid.is_response()) forms_[at] = static_cast<form>(static_cast<std::uint8_t>(forms_[at]) | response_bit);
    return type;
  }

  /// Newest first: `warren::actors::publish_batch`, `'tick'`, `@down`, `response of @error`.
  [[nodiscard]] std::vector<std::string> kinds() const;

 private:
  enum class form : std::uint8_t { empty, custom, atom, builtin };
  static constexpr std::uint8_t response_bit = 0x80;

  std::array<std::uint64_t, capacity> tags_{};
  std::array<form, capacity> forms_{};
  std::uint32_t count_ = 0;
};

}  // namespace warren::supervision
