#include "amqp/utf8.hpp"

namespace warren::amqp {
namespace {

struct sequence {
  int continuation_bytes;                ///< -1: not a first byte
  unsigned char second_from, second_to;  ///< what the second byte may be: excludes overlong forms and surrogates
};

sequence sequence_of(unsigned char first) {
  if (first < 0x80) return {0, 0, 0};
  if (first < 0xC2) return {-1, 0, 0};
  if (first < 0xE0) return {1, 0x80, 0xBF};
  if (first == 0xE0) return {2, 0xA0, 0xBF};
  if (first == 0xED) return {2, 0x80, 0x9F};
  if (first < 0xF0) return {2, 0x80, 0xBF};
  if (first == 0xF0) return {3, 0x90, 0xBF};
  if (first < 0xF4) return {3, 0x80, 0xBF};
  if (first == 0xF4) return {3, 0x80, 0x8F};
  return {-1, 0, 0};
}

}  // namespace

bool valid_utf8_beyond_ascii(bytes_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const sequence s = sequence_of(static_cast<unsigned char>(text[i]));
    if (s.continuation_bytes < 0 || text.size() - i <= static_cast<std::size_t>(s.continuation_bytes)) return false;
    for (int k = 1; k <= s.continuation_bytes; ++k) {
      const auto byte = static_cast<unsigned char>(text[i + static_cast<std::size_t>(k)]);
      const unsigned char from = k == 1 ? s.second_from : 0x80;
      const unsigned char to = k == 1 ? s.second_to : 0xBF;
      if (byte < from || byte > to) return false;
    }
    i += 1 + static_cast<std::size_t>(s.continuation_bytes);
  }
  return true;
}

}  // namespace warren::amqp
