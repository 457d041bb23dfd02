#include "actors/definitions/json_fields.hpp"

#include <algorithm>
#include <cmath>

namespace warren::actors {
namespace {

namespace json = boost::json;

bool is_utf8(std::string_view s) {
  for (std::size_t i = 0; i < s.size();) {
    const auto c = static_cast<unsigned char>(s[i]);
    const int more = c < 0x80                ? 0
                     : c >= 0xC2 && c < 0xE0 ? 1
                     : c >= 0xE0 && c < 0xF0 ? 2
                     : c >= 0xF0 && c < 0xF5 ? 3
                                             : -1;
    if (more < 0 || i + static_cast<std::size_t>(more) >= s.size()) return false;
    for (int k = 1; k <= more; ++k)
      if ((static_cast<unsigned char>(s[i + k]) & 0xC0) != 0x80) return false;
    const auto second = more > 0 ? static_cast<unsigned char>(s[i + 1]) : 0;
    if ((c == 0xE0 && second < 0xA0) || (c == 0xED && second > 0x9F) || (c == 0xF0 && second < 0x90) ||
        (c == 0xF4 && second > 0x8F))
      return false;  // overlong, surrogate, beyond U+10FFFF
    i += static_cast<std::size_t>(more) + 1;
  }
  return true;
}

}  // namespace

std::string utf8_text(std::string_view bytes) {
  if (is_utf8(bytes)) return std::string(bytes);
  std::string out;
  for (const char c : bytes) {
    const auto u = static_cast<unsigned char>(c);
    if (u < 0x80) {
      out += c;
    } else {
      out += static_cast<char>(0xC0 | u >> 6);
      out += static_cast<char>(0x80 | (u & 0x3F));
    }
  }
  return out;
}

result<field_value> field_from_json(const json::value& v, const std::string& path) {
  switch (v.kind()) {
    case json::kind::null: return field_value{};
    case json::kind::bool_: return field_value::boolean(v.get_bool());
    case json::kind::int64: return field_value::int64(v.get_int64());
    case json::kind::uint64: return fail(reply_code::precondition_failed, path + ": the number is too large");
    case json::kind::double_: {
      field_value out;
      out.type = 'd';
      out.value = v.get_double();
      return out;
    }
    case json::kind::string: return field_value::long_string(std::string(v.get_string()));
    case json::kind::array: {
      field_array items;
      for (const auto& item : v.get_array()) {
        auto one = field_from_json(item, path + "[" + std::to_string(items.size()) + "]");
        if (!one) return one.failure();
        items.push_back(std::move(*one));
      }
      return field_value::array(std::move(items));
    }
    case json::kind::object: {
      auto table = table_from_json(v.get_object(), path);
      if (!table) return table.failure();
      return field_value::table(std::move(*table));
    }
  }
  return field_value{};
}

result<field_table> table_from_json(const json::object& object, const std::string& path) {
  field_table out;
  for (const auto& [name, member] : object) {
    auto value = field_from_json(member, path + "." + std::string(name));
    if (!value) return value.failure();
    out.set(std::string_view(name.data(), name.size()), std::move(*value));
  }
  return out;
}

json::value json_from_field(const field_value& v) {
  struct visitor {
    json::value operator()(std::monostate) const { return nullptr; }
    json::value operator()(bool b) const { return b; }
    json::value operator()(std::int64_t n) const { return n; }
    json::value operator()(double d) const { return std::isfinite(d) ? json::value(d) : json::value(nullptr); }
    json::value operator()(const decimal_value& d) const {
      return static_cast<double>(d.value) / std::pow(10.0, d.scale);
    }
    json::value operator()(const std::string& s) const { return json::string(utf8_text(s)); }
    json::value operator()(const field_array& a) const {
      json::array out;
      for (const auto& item : a) out.push_back(json_from_field(item));
      return out;
    }
    json::value operator()(const field_table& t) const { return json_from_table(t); }
  };
  return std::visit(visitor{}, v.value);
}

json::object json_from_table(const field_table& table) {
  std::vector<const std::pair<std::string, field_value>*> sorted;
  for (const auto& field : table.fields) sorted.push_back(&field);
  std::stable_sort(sorted.begin(), sorted.end(), [](auto* a, auto* b) { return a->first < b->first; });
  json::object out;
  for (const auto* field : sorted)
    out.emplace(utf8_text(field->first), json_from_field(field->second));  // the first of a name counts
  return out;
}

}  // namespace warren::actors
