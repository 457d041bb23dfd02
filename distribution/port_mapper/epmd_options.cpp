#include "distribution/port_mapper/epmd_options.hpp"

#include <charconv>
#include <cstdlib>
#include <string_view>

namespace warren::distribution::epmd {

options options_from_environment() {
  options o;
  if (const char* text = std::getenv("ERL_EPMD_PORT")) {
    const std::string_view digits = text;
    std::uint16_t port = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (read.ec == std::errc{} && read.ptr == digits.data() + digits.size() && port) o.port = port;
  }
  if (const char* text = std::getenv("ERL_EPMD_ADDRESS")) {
    std::string_view rest = text;
    while (!rest.empty()) {
      const auto comma = rest.find(',');
      const auto one = rest.substr(0, comma);
      if (!one.empty()) o.listen_addresses.emplace_back(one);
      rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
    }
  }
  return o;
}

}  // namespace warren::distribution::epmd
