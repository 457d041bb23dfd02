#include "node/ctl/text/external_term.hpp"

#include <charconv>
#include <cstdint>

#include "node/ctl/text/erlang_term.hpp"

namespace warren::ctl {
namespace {

// Tags of Erlang's external term format.
constexpr char version = static_cast<char>(131), small_integer = 97, integer = 98, string = 107, binary = 109, nil = 106,
               small_atom_utf8 = 119, atom = 100;

std::string_view trimmed(std::string_view t) {
  while (!t.empty() && (t.front() == ' ' || t.front() == '\n')) t.remove_prefix(1);
  while (!t.empty() && (t.back() == ' ' || t.back() == '\n' || t.back() == '.')) t.remove_suffix(1);
  return t;
}

/// The text between quotes, escapes taken out; nullopt: not quoted by `quote` on both sides.
std::optional<std::string> unquoted(std::string_view t, char quote) {
  if (t.size() < 2 || t.front() != quote || t.back() != quote) return std::nullopt;
  std::string out;
  for (std::size_t i = 1; i + 1 < t.size(); ++i) {
    if (t[i] == quote) return std::nullopt;
    if (t[i] == '\\' && i + 2 < t.size()) ++i;
    out += t[i];
  }
  return out;
}

std::string big_endian(std::uint64_t n, int bytes) {
  std::string out;
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out += static_cast<char>(n >> shift);
  return out;
}

std::uint32_t number_at(std::string_view bytes, std::size_t at, int count) {
  std::uint32_t n = 0;
  for (int i = 0; i < count; ++i) n = n << 8 | static_cast<unsigned char>(bytes[at + static_cast<std::size_t>(i)]);
  return n;
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

}  // namespace

std::optional<std::string> external_of(std::string_view t) {
  t = trimmed(t);
  const std::string head(1, version);
  if (t.starts_with("<<") && t.ends_with(">>")) {
    if (t == "<<>>") return head + binary + big_endian(0, 4);
    const auto text = unquoted(trimmed(t.substr(2, t.size() - 4)), '"');
    if (!text) return std::nullopt;
    return head + binary + big_endian(text->size(), 4) + *text;
  }
  if (const auto text = unquoted(t, '"')) {
    if (text->empty()) return head + nil;
    if (text->size() > 65535) return std::nullopt;
    return head + string + big_endian(text->size(), 2) + *text;
  }
  std::int32_t n = 0;
  if (const auto [end, wrong] = std::from_chars(t.data(), t.data() + t.size(), n);
      !t.empty() && wrong == std::errc() && end == t.data() + t.size())
    return n >= 0 && n < 256 ? head + small_integer + static_cast<char>(n) : head + integer + big_endian(static_cast<std::uint32_t>(n), 4);
  const bool plain = !t.empty() && t[0] >= 'a' && t[0] <= 'z' &&
                     t.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@") == t.npos;
  const auto name = plain ? std::optional(std::string(t)) : unquoted(t, '\'');
  if (!name || name->size() > 255) return std::nullopt;
  return head + atom + big_endian(name->size(), 2) + *name;
}

std::optional<std::string> term_text_of(std::string_view e) {
  if (e.size() < 2 || e[0] != version) return std::nullopt;
  const char tag = e[1];
  const std::size_t size = e.size();
  if (tag == nil && size == 2) return "[]";
  if (tag == small_integer && size == 3) return std::to_string(static_cast<unsigned char>(e[2]));
  if (tag == integer && size == 6) return std::to_string(static_cast<std::int32_t>(number_at(e, 2, 4)));
  if (tag == binary && size >= 6 && number_at(e, 2, 4) == size - 6) return term::binary(e.substr(6)).flat();
  if (tag == string && size >= 4 && number_at(e, 2, 2) == size - 4) return quoted(e.substr(4));
  if (tag == atom && size >= 4 && number_at(e, 2, 2) == size - 4) return term::atom(e.substr(4)).flat();
  if (tag == small_atom_utf8 && size >= 3 && number_at(e, 2, 1) == size - 3) return term::atom(e.substr(3)).flat();
  return std::nullopt;
}

std::optional<std::string> encrypted_of(std::string_view t) {
  t = trimmed(t);
  if (!t.starts_with('{') || !t.ends_with('}')) return std::nullopt;
  t = trimmed(t.substr(1, t.size() - 2));
  if (!t.starts_with("encrypted")) return std::nullopt;
  t = trimmed(t.substr(9));
  if (!t.starts_with(',')) return std::nullopt;
  t = trimmed(t.substr(1));
  if (t.starts_with("<<") && t.ends_with(">>")) t = trimmed(t.substr(2, t.size() - 4));
  return unquoted(t, '"');
}

}  // namespace warren::ctl
