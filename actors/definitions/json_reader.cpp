#include "actors/definitions/json_reader.hpp"

#include <boost/json/serialize.hpp>

#include "actors/definitions/json_fields.hpp"

namespace warren::actors {

void json_reader::refuse(std::string_view name, const std::string& why) {
  if (!mistake_) mistake_ = fail(reply_code::precondition_failed, path_ + "." + std::string(name) + ": " + why);
}

const boost::json::value* json_reader::find(std::string_view name, bool must_exist) {
  const auto* v = object_.if_contains(name);
  if (!v && must_exist) refuse(name, "is missing");
  return v;
}

std::string json_reader::text(std::string_view name) {
  const auto* v = find(name, true);
  if (!v) return {};
  if (const auto* s = v->if_string()) return std::string(*s);
  refuse(name, "expected a text, found " + boost::json::serialize(*v));
  return {};
}

std::string json_reader::text(std::string_view name, std::string_view when_absent) {
  const auto* v = find(name, false);
  return v && !v->is_null() ? text(name) : std::string(when_absent);
}

bool json_reader::flag(std::string_view name, bool when_absent) {
  const auto* v = find(name, false);
  if (!v) return when_absent;
  if (const auto* b = v->if_bool()) return *b;
  refuse(name, "expected true or false, found " + boost::json::serialize(*v));
  return when_absent;
}

std::int64_t json_reader::whole(std::string_view name, std::int64_t when_absent) {
  const auto* v = find(name, false);
  if (!v) return when_absent;
  if (const auto* n = v->if_int64()) return *n;
  refuse(name, "expected a whole number, found " + boost::json::serialize(*v));
  return when_absent;
}

field_table json_reader::table(std::string_view name) {
  const auto* v = find(name, false);
  if (!v) return {};
  // An empty Erlang list comes out of some tools where an empty object is meant.
  if (v->is_array() && v->get_array().empty()) return {};
  const auto* object = v->if_object();
  if (!object) {
    refuse(name, "expected an object, found " + boost::json::serialize(*v));
    return {};
  }
  auto table = table_from_json(*object, path_ + "." + std::string(name));
  if (table) return std::move(*table);
  if (!mistake_) mistake_ = table.failure();
  return {};
}

std::vector<std::string> json_reader::words(std::string_view name) {
  std::vector<std::string> out;
  const auto* v = find(name, false);
  if (!v) return out;
  if (const auto* list = v->if_array()) {
    for (const auto& item : *list) {
      if (const auto* s = item.if_string())
        out.emplace_back(*s);
      else
        refuse(name, "expected texts, found " + boost::json::serialize(item));
    }
    return out;
  }
  std::string_view rest;
  if (const auto* s = v->if_string())
    rest = *s;
  else
    refuse(name, "expected a list of texts, found " + boost::json::serialize(*v));
  while (!rest.empty()) {
    const auto comma = rest.find(',');
    std::string_view word = rest.substr(0, comma);
    rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
    while (word.starts_with(' ')) word.remove_prefix(1);
    while (word.ends_with(' ')) word.remove_suffix(1);
    if (!word.empty()) out.emplace_back(word);
  }
  return out;
}

std::string json_reader::json(std::string_view name) {
  const auto* v = find(name, true);
  return v ? boost::json::serialize(*v) : std::string();
}

}  // namespace warren::actors
