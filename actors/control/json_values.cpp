#include "actors/control/json_values.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <charconv>

#include "actors/definitions/json_fields.hpp"

namespace warren::actors {

namespace json = boost::json;

namespace {

json::value typed_value(const field_value& v);

json::array typed_array(const field_array& items) {
  json::array out;
  for (const field_value& item : items)
    out.push_back(json::array{json::string(field_type_name(item.type)), typed_value(item)});
  return out;
}

json::value typed_value(const field_value& v) {
  if (const field_table* table = v.table()) return argument_list(*table);
  if (const field_array* items = v.array()) return typed_array(*items);
  return json_from_field(v);
}

std::vector<const json::key_value_pair*> by_name(const json::object& object) {
  std::vector<const json::key_value_pair*> members;
  for (const auto& member : object) members.push_back(&member);
  std::sort(members.begin(), members.end(), [](auto* a, auto* b) { return a->key() < b->key(); });
  return members;
}

void append_sorted(std::string& out, const json::value& v) {
  if (const json::object* o = v.if_object()) {
    out += '{';
    const char* comma = "";
    for (const auto* member : by_name(*o)) {
      out += comma;
      out += json::serialize(json::value(member->key()));
      out += ':';
      append_sorted(out, member->value());
      comma = ",";
    }
    out += '}';
  } else if (const json::array* a = v.if_array()) {
    out += '[';
    const char* comma = "";
    for (const json::value& item : *a) {
      out += comma;
      append_sorted(out, item);
      comma = ",";
    }
    out += ']';
  } else {
    out += json::serialize(v);
  }
}

template <class Number>
bool read_number(std::string_view text, Number& to) {
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), to);
  return failed == std::errc{} && end == text.data() + text.size() && !text.empty();
}

}  // namespace

json::array argument_list(const field_table& arguments) {
  json::array out;
  for (const auto& [name, value] : arguments.fields)
    out.push_back(json::array{json_text(name), json::string(field_type_name(value.type)), typed_value(value)});
  return out;
}

json::value json_text(std::string_view bytes) { return json::string(utf8_text(bytes)); }

json::array json_words(const std::vector<std::string>& words) {
  json::array out;
  for (const std::string& word : words) out.push_back(json_text(word));
  return out;
}

std::string sorted_text(const json::value& value) {
  std::string out;
  append_sorted(out, value);
  return out;
}

std::string pid_name::text() const {
  return "<" + node + "." + std::to_string(creation) + "." + std::to_string(number) + ".0>";
}

std::optional<pid_name> pid_name::parse(std::string_view text) {
  if (text.size() < 2 || text.front() != '<' || text.back() != '>') return std::nullopt;
  text = text.substr(1, text.size() - 2);
  pid_name p;
  std::uint64_t serial = 0;
  // from behind: long node names have dots
  for (std::uint64_t* part : {&serial, &p.number, &p.creation}) {
    const std::size_t dot = text.rfind('.');
    if (dot == std::string_view::npos || !read_number(text.substr(dot + 1), *part)) return std::nullopt;
    text = text.substr(0, dot);
  }
  if (text.find('@') == std::string_view::npos) return std::nullopt;
  p.node = text;
  return p;
}

}  // namespace warren::actors
