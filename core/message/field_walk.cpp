#include "core/message/field_walk.hpp"

namespace warren {
namespace {

bool take_length_prefixed(bytes_view& in, bytes_view& content) {
  if (in.size() < 4) return false;
  const std::uint32_t length = load_big_endian<std::uint32_t>(in.data());
  if (length > in.size() - 4) return false;
  content = in.substr(4, length);
  in.remove_prefix(4 + std::size_t{length});
  return true;
}

bool valid_array(bytes_view content, int depth) {
  while (!content.empty())
    if (!skip_field_value(content, depth)) return false;
  return true;
}

}  // namespace

bool skip_field_value(bytes_view& in, int depth) {
  if (in.empty()) return false;
  const char letter = in.front();
  in.remove_prefix(1);
  if (const int width = fixed_field_bytes(letter); width >= 0) {
    if (in.size() < static_cast<std::size_t>(width)) return false;
    in.remove_prefix(static_cast<std::size_t>(width));
    return true;
  }
  bytes_view content;
  switch (letter) {
    case 'S':
    case 'x':
      return take_length_prefixed(in, content);
    case 'A':
      return depth < max_field_depth && take_length_prefixed(in, content) && valid_array(content, depth + 1);
    case 'F':
      return depth < max_field_depth && take_length_prefixed(in, content) && valid_table(content, depth + 1);
    default:
      return false;
  }
}

bool valid_table(bytes_view content, int depth) {
  while (!content.empty()) {
    const std::size_t name_bytes = static_cast<unsigned char>(content.front());
    if (content.size() - 1 < name_bytes) return false;
    content.remove_prefix(1 + name_bytes);
    if (!skip_field_value(content, depth)) return false;
  }
  return true;
}

}  // namespace warren
