#include "node/ctl/format/cell.hpp"

#include <utility>

#include "node/ctl/text/json_text.hpp"

namespace warren::ctl {

namespace json = boost::json;

namespace {

/// Control characters as `\011`: one row stays one line, one value one field.
std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    if (u >= 32 && u != 127) {
      out += c;
      continue;
    }
    out += '\\';
    for (const int shift : {6, 3, 0}) out += static_cast<char>('0' + ((u >> shift) & 7));
  }
  return out;
}

std::string arguments(const json::value& v);

/// The value of one argument: texts in quotes, tables as lists of pairs, arrays as lists of values.
std::string argument(const json::value& type, const json::value& value) {
  if (value.is_string()) return '"' + printable(value.get_string()) + '"';
  if (type == "table") return arguments(value);
  if (!value.is_array()) return cell(value);
  std::string out = "[";
  for (const json::value& e : value.get_array()) {
    if (out.size() > 1) out += ',';
    const bool typed = e.is_array() && e.get_array().size() == 2 && e.get_array()[0].is_string();
    out += typed ? argument(e.get_array()[0], e.get_array()[1]) : argument(json::value(), e);
  }
  return out + "]";
}

std::string arguments(const json::value& v) {
  if (!v.is_array()) return v.is_string() || v.is_null() ? cell(v) : json_text(v);
  std::string out = "[";
  for (const json::value& e : v.get_array()) {
    if (out.size() > 1) out += ',';
    if (e.is_array() && e.get_array().size() == 3 && e.get_array()[0].is_string())
      out += "{\"" + printable(e.get_array()[0].get_string()) + "\"," + argument(e.get_array()[1], e.get_array()[2]) + "}";
    else
      out += cell(e);
  }
  return out + "]";
}

std::string joined(const json::array& values, column_kind kind) {
  std::string out;
  for (const json::value& e : values) out += (&e == &*values.begin() ? "" : ", ") + cell(e, kind);
  return out;
}

std::string pairs(const json::object& o, std::string_view open, std::string_view arrow, std::string_view close, column_kind kind) {
  std::string out;
  for (const auto& [key, value] : o) {
    if (!out.empty()) out += ", ";
    out.append(open).append(key).append(arrow).append(cell(value, kind)).append(close);
  }
  return out;
}

}  // namespace

std::string cell(const json::value& v, column_kind kind) {
  switch (v.kind()) {
    case json::kind::null: return {};
    case json::kind::bool_: return v.get_bool() ? "true" : "false";
    case json::kind::string: return printable(kind == column_kind::pid ? shown_pid(v.get_string()) : std::string(v.get_string()));
    case json::kind::array:
      if (kind == column_kind::tuple) return "{" + joined(v.get_array(), kind) + "}";
      return kind == column_kind::arguments ? arguments(v) : "[" + joined(v.get_array(), kind) + "]";
    case json::kind::object:
      if (kind == column_kind::pairs) return "[" + pairs(v.get_object(), "{", ", ", "}", kind) + "]";
      return "#{" + pairs(v.get_object(), "", " => ", "", kind) + "}";
    default: return number_text(v);
  }
}

std::string boxed_cell(const json::value& v, column_kind kind) {
  if (v.is_array() && kind != column_kind::arguments) return joined(v.get_array(), kind);
  return cell(v, kind);
}

}  // namespace warren::ctl
