#pragma once

#include <cstdint>
#include <string>

namespace warren::amqp {

struct method_id {
  std::uint16_t class_id = 0;
  std::uint16_t method = 0;
  friend constexpr bool operator==(const method_id&, const method_id&) = default;
};

/// Marks a std::string that travels as longstr (4-byte length) among the fields of a method; others are shortstr.
template <class String>
struct as_long_string {
  String& text;
};
template <class String>
as_long_string(String&) -> as_long_string<String>;

}  // namespace warren::amqp

// A method is a plain struct with `id`, `name` and `fields`: the last hands its members to a visitor in the order of
// the wire, and is all that encoding, decoding and checking need (method_codec.cpp). Neighbouring bools share octets as
// bits.
#define WARREN_METHOD(type, class_number, method_number, spelled)             \
  static constexpr ::warren::amqp::method_id id{class_number, method_number}; \
  static constexpr const char* name = spelled;                                \
  friend bool operator==(const type&, const type&) = default;                 \
  template <class Self, class Visitor>                                        \
  static decltype(auto) fields([[maybe_unused]] Self& m, Visitor&& visit)
