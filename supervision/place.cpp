#include "supervision/place.hpp"

namespace warren::supervision {

std::string escape_name(std::string_view name) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string escaped;
  escaped.reserve(name.size());
  for (const unsigned char c : name) {
    if (c == '/' || c == '%' || c < 0x20 || c == 0x7F) {
      escaped += '%';
      escaped += digits[c >> 4];
      escaped += digits[c & 15];
    } else {
      escaped += static_cast<char>(c);
    }
  }
  return escaped;
}

std::string place::path() const {
  if (!parent) return escape_name(name);
  return *parent + '/' + escape_name(name);
}

place make_place(std::string name, std::shared_ptr<const std::string> parent_path) {
  place p;
  p.parent = std::move(parent_path);
  p.name = std::move(name);
  return p;
}

}  // namespace warren::supervision
