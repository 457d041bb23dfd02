#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace warren::actors {

/// Texts between the control services of two nodes, cut into parts that a link takes:
///
///     | kind u8 | last u8 | number u64 | bytes … |     big-endian, at most peer_part::max_bytes
///
/// A number is the asker's; request and answer carry the same.
struct peer_part {
  enum class kind : std::uint8_t { request = 1, answer = 2 };
  static constexpr std::size_t max_bytes = 256 * 1024;  ///< other services of the link get their turn between two
};

[[nodiscard]] std::vector<std::string> cut_into_parts(peer_part::kind what, std::uint64_t number,
                                                      std::string_view text);

struct peer_text {
  peer_part::kind what = peer_part::kind::request;
  std::uint64_t number = 0;
  std::string text;
};

/// Puts one link's parts together again. A peer is authenticated, but its bytes are parsed like anybody's.
class peer_assembly {
 public:
  static constexpr std::size_t most_bytes = 64u << 20;
  /// nullopt: more parts are to come, or the part is malformed and was dropped with what belongs to it.
  [[nodiscard]] std::optional<peer_text> add(std::string_view part);

 private:
  std::map<std::pair<peer_part::kind, std::uint64_t>, std::string> open_;
  std::size_t bytes_ = 0;
};

}  // namespace warren::actors
