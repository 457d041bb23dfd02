#include "amqp/erlang_term.hpp"

#include <algorithm>

namespace warren::amqp {
namespace {

/// The letter behind the backslash in Erlang's notation, or 0.
char escape_of(char c) {
  switch (c) {
    case '\n': return 'n';
    case '\r': return 'r';
    case '\t': return 't';
    case '\v': return 'v';
    case '\b': return 'b';
    case '\f': return 'f';
    case '\x1b': return 'e';
    case '"': return '"';
    case '\\': return '\\';
    default: return 0;
  }
}

bool printable(char c) { return (c >= ' ' && c <= '~') || escape_of(c) != 0; }

std::string join_octets(bytes_view bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i != 0) text += ',';
    text += std::to_string(static_cast<unsigned char>(bytes[i]));
  }
  return text;
}

}  // namespace

std::string print_octets(bytes_view bytes) { return "<<" + join_octets(bytes) + ">>"; }

std::string print_string(bytes_view text) {
  if (text.empty()) return "[]";
  if (!std::all_of(text.begin(), text.end(), printable)) return "[" + join_octets(text) + "]";
  std::string quoted = "\"";
  for (const char c : text) {
    if (const char letter = escape_of(c)) {
      quoted += '\\';
      quoted += letter;
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

std::string print_binary(bytes_view bytes) {
  if (bytes.empty() || !std::all_of(bytes.begin(), bytes.end(), printable)) return print_octets(bytes);
  return "<<" + print_string(bytes) + ">>";
}

}  // namespace warren::amqp
