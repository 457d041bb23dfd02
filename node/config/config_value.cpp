#include "node/config/config_value.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <limits>
#include <optional>

namespace warren::node {
namespace {

std::optional<std::int64_t> parse_whole(std::string_view text) {
  std::int64_t v = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), v);
  if (error != std::errc{} || end != text.data() + text.size() || v < 0) return std::nullopt;
  return v;
}

std::optional<double> parse_real(std::string_view text) {
  if (text.empty() || !std::isdigit(static_cast<unsigned char>(text.front()))) return std::nullopt;
  double v = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), v, std::chars_format::fixed);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return v;
}

std::string lower(std::string_view s) {
  std::string out(s);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

/// Splits `10MB` into 10 and `MB`.
std::optional<std::pair<std::int64_t, std::string>> number_and_unit(std::string_view text) {
  const auto unit_at = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto number = parse_whole(text.substr(0, unit_at));
  if (!number) return std::nullopt;
  return std::pair{*number, lower(text.substr(unit_at))};
}

std::int64_t scaled(std::int64_t number, std::int64_t factor) {
  return number > std::numeric_limits<std::int64_t>::max() / factor ? -1 : number * factor;
}

std::optional<listener_address> parse_listener(std::string_view text) {
  listener_address out;
  std::string_view port = text;
  if (const auto colon = text.rfind(':'); colon != std::string_view::npos) {
    port = text.substr(colon + 1);
    std::string_view ip = text.substr(0, colon);
    if (ip.size() > 2 && ip.front() == '[' && ip.back() == ']') ip = ip.substr(1, ip.size() - 2);
    out.ip = ip;
    unsigned char address[16];
    if (inet_pton(AF_INET, out.ip.c_str(), address) != 1 && inet_pton(AF_INET6, out.ip.c_str(), address) != 1)
      return std::nullopt;
  }
  const auto number = parse_whole(port);
  if (!number || *number < 1 || *number > 65535) return std::nullopt;
  out.port = static_cast<std::uint16_t>(*number);
  return out;
}

bool is_choice(std::string_view choices, std::string_view text) {
  while (!choices.empty()) {
    const auto end = choices.find(' ');
    if (choices.substr(0, end) == text) return true;
    choices.remove_prefix(end == std::string_view::npos ? choices.size() : end + 1);
  }
  return false;
}

template <class T>
value_outcome from(const std::optional<T>& v) {
  if (!v) return {};
  return {config_value(*v), true};
}

value_outcome within(std::string_view text, std::int64_t low, std::int64_t high) {
  const auto v = parse_whole(text);
  return v && *v >= low && *v <= high ? from(v) : value_outcome{};
}

value_outcome size(std::int64_t bytes) {
  return bytes < 0 ? value_outcome{} : value_outcome{config_value(bytes), true};
}

}  // namespace

std::int64_t parse_bytes(std::string_view text) {
  const auto parts = number_and_unit(text);
  if (!parts) return -1;
  const auto& [number, unit] = *parts;
  if (unit.empty() || unit == "b") return number;
  if (unit == "kb" || unit == "kib" || unit == "k") return scaled(number, 1 << 10);
  if (unit == "mb" || unit == "mib" || unit == "m") return scaled(number, 1 << 20);
  if (unit == "gb" || unit == "gib" || unit == "g") return scaled(number, 1 << 30);
  return -1;
}

std::int64_t parse_memory_size(std::string_view text) {
  const auto parts = number_and_unit(text);
  if (!parts) return -1;
  const auto& [number, unit] = *parts;
  if (unit == "kb") return scaled(number, 1'000);
  if (unit == "mb") return scaled(number, 1'000'000);
  if (unit == "gb") return scaled(number, 1'000'000'000);
  if (unit == "tb") return scaled(number, 1'000'000'000'000);
  if (unit == "t" || unit == "tib") return scaled(number, std::int64_t{1} << 40);
  return parse_bytes(text);
}

value_outcome parse_config_value(value_kind kind, std::string_view choices, std::string_view text) {
  constexpr auto any = std::numeric_limits<std::int64_t>::max();
  switch (kind) {
    case value_kind::text:
    case value_kind::path: return {config_value(std::string(text)), true};
    case value_kind::boolean:
      if (text == "true" || text == "false") return {config_value(text == "true"), true};
      return {};
    case value_kind::flag:
      if (text == "on" || text == "off" || text == "true" || text == "false")
        return {config_value(text == "on" || text == "true"), true};
      return {};
    case value_kind::milliseconds_or_infinity:
    case value_kind::whole_or_infinity:
      if (text == "infinity") return {config_value(std::int64_t{-1}), true};
      return within(text, 0, any);
    case value_kind::whole:
    case value_kind::milliseconds:
    case value_kind::seconds: return within(text, 0, any);
    case value_kind::positive: return within(text, 1, any);
    case value_kind::byte: return within(text, 0, 255);
    case value_kind::port: return within(text, 1, 65535);
    case value_kind::bytes: return size(parse_bytes(text));
    case value_kind::memory_size: return size(parse_memory_size(text));
    case value_kind::ratio: return from(parse_real(text));
    case value_kind::ratio_below_one: {
      const auto v = parse_real(text);
      return v && *v < 1 ? from(v) : value_outcome{};
    }
    case value_kind::listener: return from(parse_listener(text));
    case value_kind::choice:
      if (is_choice(choices, text)) return {config_value(std::string(text)), true};
      return {};
  }
  return {};
}

std::string describe_kind(value_kind kind, std::string_view choices) {
  switch (kind) {
    case value_kind::text: return "a text";
    case value_kind::path: return "a path";
    case value_kind::boolean: return "true or false";
    case value_kind::flag: return "on or off";
    case value_kind::whole: return "a whole number, 0 or more";
    case value_kind::positive: return "a whole number, 1 or more";
    case value_kind::byte: return "a whole number from 0 to 255";
    case value_kind::milliseconds: return "a number of milliseconds";
    case value_kind::milliseconds_or_infinity: return "a number of milliseconds, or infinity";
    case value_kind::seconds: return "a number of seconds";
    case value_kind::whole_or_infinity: return "a whole number, or infinity";
    case value_kind::port: return "a port from 1 to 65535";
    case value_kind::bytes: return "a size such as 131072, 128KB or 16MB (units of 1024)";
    case value_kind::memory_size: return "a size such as 50000000, 50MB (decimal) or 2GiB (binary)";
    case value_kind::ratio: return "a number such as 0.4";
    case value_kind::ratio_below_one: return "a number from 0 to below 1, such as 0.5";
    case value_kind::listener: return "a port, or address:port";
    case value_kind::choice: {
      std::string list(choices);
      for (std::size_t at = 0; (at = list.find(' ', at)) != std::string::npos; at += 2) list.replace(at, 1, ", ");
      return list.find(',') == std::string::npos ? "`" + list + "`" : "one of: " + list;
    }
  }
  return "a value";
}

}  // namespace warren::node
