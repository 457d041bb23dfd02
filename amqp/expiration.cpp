#include "amqp/expiration.hpp"

#include <algorithm>

#include "amqp/erlang_term.hpp"

namespace warren::amqp {

expiration_text parse_expiration(std::string_view text) {
  const bool negative = text.starts_with('-');
  std::size_t at = negative || text.starts_with('+') ? 1 : 0;
  const std::size_t digits_at = at;
  std::uint64_t value = 0;
  for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at)
    value = std::min(value * 10 + static_cast<std::uint64_t>(text[at] - '0'), expiration_text::longest_ms);
  if (at == digits_at) return {0, "no_integer"};
  if (at != text.size()) return {0, "{leftover_string," + print_string(text.substr(at)) + "}"};
  if (negative && value != 0) {
    std::string_view digits = text.substr(digits_at);
    digits.remove_prefix(digits.find_first_not_of('0'));
    return {0, "{value_negative,-" + std::string(digits) + "}"};
  }
  return {value, {}};
}

}  // namespace warren::amqp
