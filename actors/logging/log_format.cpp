#include "actors/logging/log_format.hpp"

#include <fmt/format.h>

#include <ctime>
#include <iterator>

namespace warren::actors {
namespace {

void append_time(std::int64_t microseconds, std::string& out) {
  const std::time_t seconds = microseconds / 1'000'000;
  std::tm t{};
  gmtime_r(&seconds, &t);
  fmt::format_to(std::back_inserter(out), "{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{:06}+00:00", t.tm_year + 1900,
                 t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec, microseconds % 1'000'000);
}

void append_json_text(std::string_view text, std::string& out) {
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20)
          fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
        else
          out += c;
    }
  }
  out += '"';
}

}  // namespace

void format_plaintext(std::int64_t microseconds, log_level level, log_category category, std::string_view text,
                      std::string& out) {
  std::string beginning;
  append_time(microseconds, beginning);
  fmt::format_to(std::back_inserter(beginning), " [{}] <{}> ", log_level_name(level), log_category_name(category));
  do {
    const auto end = text.find('\n');
    out += beginning;
    out += text.substr(0, end);
    out += '\n';
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  } while (!text.empty());
}

void format_json(std::int64_t microseconds, log_level level, log_category category, std::string_view text,
                 std::string& out) {
  out += "{\"time\":\"";
  append_time(microseconds, out);
  fmt::format_to(std::back_inserter(out), "\",\"level\":\"{}\",\"domain\":\"rabbitmq", log_level_name(level));
  if (category != log_category::plain) fmt::format_to(std::back_inserter(out), ".{}", log_category_name(category));
  out += "\",\"msg\":";
  append_json_text(text, out);
  out += "}\n";
}

}  // namespace warren::actors
