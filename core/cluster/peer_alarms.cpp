#include "core/cluster/peer_alarms.hpp"

namespace warren {
namespace {
constexpr char told_version = 1;
constexpr std::uint8_t known = 3;
}  // namespace

std::string peer_alarms::encode(told what) { return {told_version, static_cast<char>(what.flags), static_cast<char>(what.asks)}; }

std::optional<peer_alarms::told> peer_alarms::decode(bytes_view bytes) {
  if (bytes.size() != 3 || bytes[0] != told_version) return std::nullopt;
  return told{static_cast<std::uint8_t>(static_cast<std::uint8_t>(bytes[1]) & known), bytes[2] != 0};
}

peer_alarms::change peer_alarms::heard(const std::string& node, std::uint8_t flags) {
  const auto i = by_node_.find(node);
  const std::uint8_t before = i == by_node_.end() ? 0 : i->second;
  if (flags != 0) {
    by_node_[node] = flags;
  } else if (i != by_node_.end()) {
    by_node_.erase(i);
  }
  return {static_cast<std::uint8_t>(flags & ~before), static_cast<std::uint8_t>(before & ~flags)};
}

std::uint8_t peer_alarms::all() const {
  std::uint8_t any = 0;
  for (const auto& [node, flags] : by_node_) any |= flags;
  return any;
}

}  // namespace warren
