#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/bytes.hpp"

/// EPMD's protocol (Erlang/OTP, "Distribution Protocol", part 1): requests are a u16 length and a body that starts with
/// a letter.
namespace warren::distribution::epmd {

inline constexpr std::uint16_t default_port = 4369;
inline constexpr std::size_t max_request_bytes = 1024;  ///< behind the length; names have at most 255 bytes here
inline constexpr std::size_t max_name_bytes = 255;

struct alive2_req {  ///< 120 'x': register; lives as long as its connection
  std::uint16_t port = 0;
  std::uint8_t node_type = 77;  ///< 77 normal, 72 hidden
  std::uint8_t protocol = 0;    ///< 0 = TCP/IPv4
  std::uint16_t highest_version = 6;
  std::uint16_t lowest_version = 5;
  std::string name;  ///< without the host
  std::string extra;
  friend bool operator==(const alive2_req&, const alive2_req&) = default;
};
struct port_please2_req {  ///< 122 'z'
  std::string name;
  friend bool operator==(const port_please2_req&, const port_please2_req&) = default;
};
struct names_req {  ///< 110 'n'
  friend bool operator==(const names_req&, const names_req&) = default;
};
struct dump_req {  ///< 100 'd'
  friend bool operator==(const dump_req&, const dump_req&) = default;
};
struct kill_req {  ///< 107 'k'
  friend bool operator==(const kill_req&, const kill_req&) = default;
};
struct stop_req {  ///< 115 's'
  std::string name;
  friend bool operator==(const stop_req&, const stop_req&) = default;
};
using request = std::variant<alive2_req, port_please2_req, names_req, dump_req, kill_req, stop_req>;

/// With its length in front.
[[nodiscard]] std::string encode(const request& r);
/// `body` is what stands behind the length. nullopt: malformed or unknown; the connection is to be closed, as epmd
/// does.
[[nodiscard]] std::optional<request> decode_request(bytes_view body);

/// The answer to alive2_req. Nodes that speak version 6 get 118 with a 32-bit creation, older ones 121 with 16 bits.
struct alive2_resp {
  std::uint8_t result = 0;  ///< 0 = registered; else the name is taken or refused
  std::uint32_t creation = 0;
  bool extended = true;
  friend bool operator==(const alive2_resp&, const alive2_resp&) = default;
};
[[nodiscard]] std::string encode(const alive2_resp& r);
/// Bytes of the whole response that starts with this letter; 0 = no alive2 response.
[[nodiscard]] std::size_t alive2_resp_bytes(char first);
[[nodiscard]] std::optional<alive2_resp> decode_alive2_resp(bytes_view whole);

/// 119: the node's registration, or nullptr when there is none of that name.
[[nodiscard]] std::string encode_port2_resp(const alive2_req* found);
struct port2_resp {
  std::uint8_t result = 1;  ///< 0 = found
  alive2_req node;          ///< valid when found
};
/// The mapper closes behind it: `whole` is everything that came. nullopt: malformed.
[[nodiscard]] std::optional<port2_resp> decode_port2_resp(bytes_view whole);

struct name_and_port {
  std::string name;
  std::uint16_t port = 0;
  friend bool operator==(const name_and_port&, const name_and_port&) = default;
};
[[nodiscard]] std::string encode_names_resp(std::uint16_t mapper_port, const std::vector<name_and_port>& nodes);
[[nodiscard]] std::string encode_dump_resp(std::uint16_t mapper_port, const std::vector<name_and_port>& nodes);
/// Lines that are none of ours are left out. nullopt: not even the port in front.
[[nodiscard]] std::optional<std::vector<name_and_port>> decode_names_resp(bytes_view whole);

}  // namespace warren::distribution::epmd
