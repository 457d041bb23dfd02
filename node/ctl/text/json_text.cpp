#include "node/ctl/text/json_text.hpp"

#include <boost/json/serialize.hpp>
#include <charconv>

namespace warren::ctl {

namespace json = boost::json;

namespace {

void write(const json::value& v, std::string& to) {
  switch (v.kind()) {
    case json::kind::array: {
      to += '[';
      bool first = true;
      for (const json::value& e : v.get_array()) {
        if (!std::exchange(first, false)) to += ',';
        write(e, to);
      }
      to += ']';
      break;
    }
    case json::kind::object: {
      to += '{';
      bool first = true;
      for (const auto& [key, value] : v.get_object()) {
        if (!std::exchange(first, false)) to += ',';
        to += json::serialize(json::string(key)) + ':';
        write(value, to);
      }
      to += '}';
      break;
    }
    case json::kind::double_: to += number_text(v); break;
    default: to += json::serialize(v);
  }
}

}  // namespace

std::string number_text(const json::value& v) {
  if (v.is_int64()) return std::to_string(v.get_int64());
  if (v.is_uint64()) return std::to_string(v.get_uint64());
  if (!v.is_double()) return {};
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, v.get_double());
  std::string out(digits, end.ptr);
  if (out.find_first_of(".einf") == out.npos) out += ".0";
  if (const auto e = out.find('e'); e != out.npos && out.find('.') == out.npos) out.insert(e, ".0");
  return out;
}

std::string json_text(const json::value& v) {
  std::string out;
  write(v, out);
  return out;
}

std::string shown_pid(std::string_view text) {
  if (text.starts_with("#PID")) text.remove_prefix(4);
  return std::string(text);
}

std::string json_pid(std::string_view text) { return text.starts_with("<") ? "#PID" + std::string(text) : std::string(text); }

}  // namespace warren::ctl
