#include "supervision/message_trace.hpp"

#include <algorithm>

#include "supervision/type_name.hpp"

namespace warren::supervision {

std::vector<std::string> message_trace::kinds() const {
  std::vector<std::string> names;
  const std::size_t known = std::min<std::size_t>(count_, capacity);
  for (std::size_t i = 0; i < known; ++i) {
    const auto at = (count_ - 1 - i) % capacity;
    const auto raw = forms_[at];
    std::string name;
    switch (static_cast<form>(raw & ~response_bit)) {
      case form::empty: name = "()"; break;
      case form::custom: name = type_name(*reinterpret_cast<const std::type_info*>(tags_[at])); break;
      case form::atom: name = '\'' + caf::to_string(static_cast<caf::atom_value>(tags_[at])) + '\''; break;
      case form::builtin: name = caf::numbered_type_names[tags_[at] - 1]; break;
    }
    names.push_back((raw & response_bit) != 0 ? "response " + name : name);
  }
  return names;
}

}  // namespace warren::supervision
