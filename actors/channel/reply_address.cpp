#include "actors/channel/reply_address.hpp"

#include <openssl/rand.h>

#include <array>
#include <charconv>

#include "core/base/assert.hpp"

namespace warren::actors {

std::string generated_name(std::string_view prefix) {
  static constexpr char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::array<unsigned char, 18> random{};  // 16 bytes and two to round up to whole letters
  WARREN_ENSURE(RAND_bytes(random.data(), 16) == 1);
  std::string name(prefix);
  for (std::size_t i = 0; i < 18; i += 3) {
    const unsigned bits = static_cast<unsigned>(random[i]) << 16 | static_cast<unsigned>(random[i + 1]) << 8 | random[i + 2];
    for (int shift = 18; shift >= 0; shift -= 6) name += letters[bits >> shift & 63];
  }
  name.resize(prefix.size() + 22);
  return name;
}

std::string reply_address::text() const {
  char id[17];
  const auto end = std::to_chars(id, id + sizeof id, channel.value, 16).ptr;
  std::string out(reply_queue);
  out += '.';
  out.append(id, end);
  out += '.';
  out += secret;
  return out;
}

std::optional<reply_address> reply_address::parse(std::string_view name) {
  if (!name.starts_with(reply_queue) || name.size() <= reply_queue.size() + 1 || name[reply_queue.size()] != '.') return std::nullopt;
  name.remove_prefix(reply_queue.size() + 1);
  const auto dot = name.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  reply_address a;
  const auto parsed = std::from_chars(name.data(), name.data() + dot, a.channel.value, 16);
  if (parsed.ec != std::errc{} || parsed.ptr != name.data() + dot) return std::nullopt;
  a.secret = name.substr(dot + 1);
  return a;
}

}  // namespace warren::actors
