#include "actors/control/control_protocol.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace warren::actors {

namespace json = boost::json;

namespace {

std::string text_of(const json::value& v) { return std::string(v.get_string()); }

error refused(const std::string& why) { return fail(reply_code::syntax_error, "malformed request: " + why); }

}  // namespace

bool control_request::flag(std::string_view name) const {
  const json::value* v = options.if_contains(name);
  return v != nullptr && ((v->is_bool() && v->get_bool()) || (v->is_string() && v->get_string() == "true"));
}

std::string control_request::option(std::string_view name, std::string_view when_absent) const {
  const json::value* v = options.if_contains(name);
  if (v == nullptr || v->is_null()) return std::string(when_absent);
  return v->is_string() ? text_of(*v) : json::serialize(*v);
}

result<control_request> parse_control_request(std::string_view text) {
  boost::system::error_code wrong;
  const json::value parsed = json::parse(text, wrong);
  if (wrong) return refused(wrong.message());
  if (!parsed.is_object()) return refused("no object");
  const json::object& o = parsed.get_object();
  control_request r;
  if (const json::value* v = o.if_contains("command"); v != nullptr && v->is_string()) r.command = text_of(*v);
  if (r.command.empty()) return refused("no command");
  if (const json::value* v = o.if_contains("arguments")) {
    if (!v->is_array()) return refused("arguments is no array");
    for (const json::value& a : v->get_array()) {
      if (!a.is_string()) return refused("an argument is no text");
      r.arguments.push_back(text_of(a));
    }
  }
  if (const json::value* v = o.if_contains("options")) {
    if (!v->is_object()) return refused("options is no object");
    r.options = v->get_object();
  }
  if (const json::value* v = o.if_contains("app"); v != nullptr && v->is_string()) r.app = text_of(*v);
  if (const json::value* v = o.if_contains("timeout_ms"); v != nullptr && v->is_int64())
    r.timeout_ms = std::clamp<std::int64_t>(v->get_int64(), 0, 86'400'000);
  return r;
}

std::string write_control_request(const control_request& r) {
  json::array arguments;
  for (const std::string& a : r.arguments) arguments.emplace_back(a);
  return json::serialize(json::object{{"command", r.command},
                                      {"arguments", std::move(arguments)},
                                      {"options", r.options},
                                      {"app", r.app},
                                      {"timeout_ms", r.timeout_ms}});
}

json::object error_object(const control_error& e) {
  json::object o{{"exit", e.exit}};
  if (!e.text.empty()) o["text"] = e.text;
  if (!e.app.empty()) o["app"] = e.app;
  if (e.how == control_error::layout::bare) o["layout"] = "bare";
  if (e.how == control_error::layout::validation) o["layout"] = "validation";
  return o;
}

std::string write_control_outcome(const control_outcome& outcome) {
  if (const auto* e = std::get_if<control_error>(&outcome))
    return json::serialize(json::object{{"error", error_object(*e)}});
  // written by hand around the value: a copy of a large list would cost more than writing it
  return "{\"result\":" + json::serialize(std::get<json::value>(outcome)) + "}";
}

std::string write_control_item(const json::value& item) { return "{\"item\":" + json::serialize(item) + "}"; }

control_outcome parse_control_outcome(std::string_view text) {
  const control_error garbage{exit_code::unavailable, "a node gave an answer that cannot be read"};
  boost::system::error_code wrong;
  json::value parsed = json::parse(text, wrong);
  if (wrong || !parsed.is_object()) return garbage;
  json::object& o = parsed.get_object();
  if (json::value* result = o.if_contains("result")) return std::move(*result);
  const json::value* failed = o.if_contains("error");
  if (failed == nullptr || !failed->is_object()) return garbage;
  control_error e;
  const json::object& f = failed->get_object();
  if (const json::value* v = f.if_contains("exit"); v != nullptr && v->is_int64())
    e.exit = static_cast<int>(v->get_int64());
  if (const json::value* v = f.if_contains("text"); v != nullptr && v->is_string()) e.text = text_of(*v);
  if (const json::value* v = f.if_contains("app"); v != nullptr && v->is_string()) e.app = text_of(*v);
  if (const json::value* v = f.if_contains("layout"); v != nullptr && v->is_string())
    e.how = v->get_string() == "bare" ? control_error::layout::bare : control_error::layout::validation;
  return e;
}

std::string control_frame(std::string_view text) {
  const auto n = static_cast<std::uint32_t>(text.size());
  std::string out;
  out.reserve(text.size() + 4);
  for (const int shift : {24, 16, 8, 0}) out += static_cast<char>(n >> shift);
  out += text;
  return out;
}

std::optional<std::string> control_frames::next() {
  if (broken_ || bytes_.size() < 4) return std::nullopt;
  std::size_t n = 0;
  for (int i = 0; i < 4; ++i) n = n << 8 | static_cast<unsigned char>(bytes_[static_cast<std::size_t>(i)]);
  if (n > control_frame_max_bytes) {
    broken_ = true;
    bytes_.clear();
    return std::nullopt;
  }
  if (bytes_.size() < 4 + n) return std::nullopt;
  std::string frame = bytes_.substr(4, n);
  bytes_.erase(0, 4 + n);
  return frame;
}

}  // namespace warren::actors
