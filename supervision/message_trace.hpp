#pragma once

#include <array>
#include <caf/all.hpp>
#include <cstdint>
#include <string>
#include <typeinfo>
#include <vector>

namespace warren::supervision {

/// The kinds of the last eight messages of one actor: 88 bytes, rendered only in a crash report. A kind is the type of the
/// first element, or the atom itself when the first element is one. A message like the one before it, which is what a
/// busy actor gets, costs one indirect call and a comparison; any other about 10 ns.
class message_trace {
 public:
  static constexpr std::size_t capacity = 8;

  /// Notes `element` and returns the type of its first element: null for CAF's built-in types and empty messages.
  const std::type_info* note(caf::mailbox_element& element) {
    const auto& content = element.content();
    const auto at = count_++ % capacity;
    const auto response = element.mid.is_response() ? response_bit : std::uint8_t{0};
    if (const auto* shape = &typeid(content); shape == last_shape_) {
      tags_[at] = tags_[(at + capacity - 1) % capacity];
      forms_[at] = form::custom | response;
    } else {
      last_shape_ = note_other(content, at, response) ? shape : nullptr;
    }
    return (forms_[at] & ~response_bit) == form::custom ? reinterpret_cast<const std::type_info*>(tags_[at]) : nullptr;
  }

  /// Newest first: `warren::actors::publish_batch`, `'tick'`, `@down`, `response of @error`.
  [[nodiscard]] std::vector<std::string> kinds() const;

 private:
  enum form : std::uint8_t { empty, custom, atom, builtin };
  static constexpr std::uint8_t response_bit = 0x80;

  /// True when the kind follows from the content's C++ type alone.
  bool note_other(const caf::type_erased_tuple& content, std::size_t at, std::uint8_t response) {
    if (content.empty()) {
      forms_[at] = form::empty | response;
      return false;
    }
    const auto [number, type] = content.type(0);
    if (type != nullptr) {
      tags_[at] = reinterpret_cast<std::uintptr_t>(type);
      forms_[at] = form::custom | response;
      return true;
    }
    const bool is_atom = number == caf::type_nr<caf::atom_value>::value;
    tags_[at] = is_atom ? static_cast<std::uint64_t>(content.get_as<caf::atom_value>(0)) : number;
    forms_[at] = (is_atom ? form::atom : form::builtin) | response;
    return false;
  }

  std::array<std::uint64_t, capacity> tags_{};
  std::array<std::uint8_t, capacity> forms_{};
  std::uint32_t count_ = 0;
  const std::type_info* last_shape_ = nullptr;  // of the newest message, if it was a custom one
};

}  // namespace warren::supervision
