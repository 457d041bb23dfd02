#include "distribution/wire/hello.hpp"

#include <algorithm>

#include "core/base/assert.hpp"
#include "distribution/wire/byte_reader.hpp"

namespace warren::distribution {

namespace {

constexpr bytes_view magic = "WRNL";
constexpr std::size_t fixed_bytes = hello_prefix_bytes + 1 + 8 + sizeof(nonce) + 1;

bool printable(bytes_view name) {
  return std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < 127; });
}

}  // namespace

bool may_be_hello(bytes_view bytes) {
  const std::size_t n = std::min(bytes.size(), magic.size());
  return bytes.substr(0, n) == magic.substr(0, n);
}

std::variant<std::size_t, hello_fault> check_hello_prefix(bytes_view prefix, std::uint16_t& version) {
  byte_reader in(prefix);
  if (in.bytes(magic.size()) != magic) return hello_fault::garbage;
  version = in.number<std::uint16_t>();
  const std::size_t length = in.number<std::uint16_t>();
  if (!in.ok()) return hello_fault::garbage;
  if (version != link_protocol_version) return hello_fault::other_version;
  if (length > max_hello_bytes) return hello_fault::oversized;
  if (length <= fixed_bytes) return hello_fault::garbage;
  return length;
}

std::string encode(const hello& h) {
  WARREN_ENSURE(!h.name.empty() && h.name.size() <= 255);
  std::string out(magic);
  append_number(out, link_protocol_version);
  append_number(out, static_cast<std::uint16_t>(fixed_bytes + h.name.size()));
  append_number(out, static_cast<std::uint8_t>(h.role));
  append_number(out, h.incarnation);
  out.append(h.fresh.data(), h.fresh.size());
  append_number(out, static_cast<std::uint8_t>(h.name.size()));
  return out += h.name;
}

std::variant<hello, hello_fault> decode_hello(bytes_view whole) {
  std::uint16_t version = 0;
  const auto length = check_hello_prefix(whole.substr(0, hello_prefix_bytes), version);
  if (const auto* fault = std::get_if<hello_fault>(&length)) return *fault;
  if (std::get<std::size_t>(length) != whole.size()) return hello_fault::garbage;
  byte_reader in(whole.substr(hello_prefix_bytes));
  hello h;
  const auto role = in.number<std::uint8_t>();
  h.incarnation = in.number<std::uint64_t>();
  const bytes_view fresh = in.bytes(sizeof(nonce));
  const bytes_view name = in.bytes(in.number<std::uint8_t>());
  if (!in.at_end() || role < 1 || role > 2 || name.empty() || !printable(name)) return hello_fault::garbage;
  h.role = static_cast<link_role>(role);
  std::copy(fresh.begin(), fresh.end(), h.fresh.begin());
  h.name = name;
  return h;
}

}  // namespace warren::distribution
