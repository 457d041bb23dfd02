#include "core/metadata/term_text.hpp"

#include <charconv>
#include <cmath>

namespace warren {
namespace {

bool printable(std::string_view bytes) {
  for (const unsigned char c : bytes) {
    if ((c < 32 && c != '\n' && c != '\r' && c != '\t') || (c >= 127 && c < 160)) return false;
    if (c >= 160) return false;  // valid UTF-8 prints as /utf8 only in unicode mode; numbers are always right
  }
  return true;
}

std::string term_float(double v) {
  if (!std::isfinite(v)) return "undefined";
  char text[64];
  const auto end = std::to_chars(text, text + sizeof text, v).ptr;
  std::string out(text, end);
  if (out.find_first_of(".e") == std::string::npos) return out + ".0";
  if (const auto e = out.find('e'); e != std::string::npos && out.find('.') == std::string::npos) out.insert(e, ".0");
  return out;
}

}  // namespace

std::string term_binary(std::string_view bytes) {
  if (bytes.empty()) return "<<>>";
  std::string out = "<<";
  if (printable(bytes)) {
    out += '"';
    for (const char c : bytes) {
      switch (c) {
        case '"': out += "\\\""; break;
        case '\\': out += "\\\\"; break;
        case '\n': out += "\\n"; break;
        case '\r': out += "\\r"; break;
        case '\t': out += "\\t"; break;
        default: out += c;
      }
    }
    return out + "\">>";
  }
  for (const unsigned char c : bytes) out += std::to_string(c) + ',';
  out.back() = '>';
  return out + '>';
}

std::string term_atom(std::string_view name) {
  const auto lower = [](char c) { return c >= 'a' && c <= 'z'; };
  bool plain = !name.empty() && lower(name[0]);
  for (const char c : name)
    plain = plain && (lower(c) || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '@');
  return plain ? std::string(name) : "'" + std::string(name) + "'";
}

std::string term_value(const field_value& value) {
  switch (value.type) {
    case 't': return *value.boolean() ? "true" : "false";
    case 'S':
    case 'x': {
      const auto* text = std::get_if<std::string>(&value.value);
      return text == nullptr ? "<<>>" : term_binary(*text);
    }
    case 'f':
    case 'd': {
      const auto* number = std::get_if<double>(&value.value);
      return term_float(number == nullptr ? 0 : *number);
    }
    case 'D': {
      const auto* d = std::get_if<decimal_value>(&value.value);
      return d == nullptr ? "{0,0}" : "{" + std::to_string(d->scale) + "," + std::to_string(d->value) + "}";
    }
    case 'A': {
      std::string out = "[";
      if (const field_array* items = value.array(); items != nullptr) {
        for (const field_value& item : *items) {
          if (out.size() > 1) out += ',';
          out += term_value(item);
        }
      }
      return out + "]";
    }
    case 'F': return value.table() == nullptr ? "[]" : term_pairs(*value.table());
    case 'V': return "undefined";
    default: {
      const auto* number = std::get_if<std::int64_t>(&value.value);
      return std::to_string(number == nullptr ? 0 : *number);
    }
  }
}

std::string term_pairs(const field_table& table) {
  std::string out = "[";
  for (const auto& [key, value] : table.fields) {
    if (out.size() > 1) out += ',';
    out += "{" + term_binary(key) + "," + term_value(value) + "}";
  }
  return out + "]";
}

}  // namespace warren
