#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <variant>

#include "core/base/bytes.hpp"

namespace warren::distribution {

/// What a connection to a node is for.
enum class link_role : std::uint8_t { node = 1, cli = 2 };

using nonce = std::array<char, 32>;

/// The first thing that each side of a connection says.
///
///     0       4         6        8      9             17      49           50
///     | magic | version | length | role | incarnation | nonce | name bytes | name |
///       "WRNL"  u16       u16      u8     u64           32      u8
///
/// Numbers are big-endian. `length` counts the whole hello. Magic, version and length stay where they are in every
/// version, so that nodes of different versions can say what is wrong.
struct hello {
  link_role role = link_role::node;
  std::string name;               ///< "rabbit@host"
  std::uint64_t incarnation = 0;  ///< random per data directory
  nonce fresh{};                  ///< random per connection: what makes a recorded handshake worthless

  friend bool operator==(const hello&, const hello&) = default;
};

inline constexpr std::uint16_t link_protocol_version = 1;
inline constexpr std::size_t hello_prefix_bytes = 8;  ///< magic, version, length: enough to know how much follows
inline constexpr std::size_t max_hello_bytes = 512;

enum class hello_fault : std::uint8_t { garbage, other_version, oversized };

/// From the first hello_prefix_bytes: the length of the whole hello, or what is wrong. `version` gets the peer's (for
/// the log).
[[nodiscard]] std::variant<std::size_t, hello_fault> check_hello_prefix(bytes_view prefix, std::uint16_t& version);

/// False as soon as `bytes` cannot become a hello, however few they are.
[[nodiscard]] bool may_be_hello(bytes_view bytes);

[[nodiscard]] std::string encode(const hello& h);
[[nodiscard]] std::variant<hello, hello_fault> decode_hello(bytes_view whole);

}  // namespace warren::distribution
