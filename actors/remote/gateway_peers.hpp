#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace warren::actors {

/// What a gateway knows of the gateways of other nodes. Pure. A link alone is not enough: the other gateway may have been
/// started anew on the same link, so each says hello with an incarnation of its own, and answers a hello that is new to it.
class gateway_peers {
 public:
  enum class heard : std::uint8_t {
    known,      ///< said before
    fresh,      ///< the peer can be worked with from now on; say hello too
    restarted,  ///< the same, but first everything that was with its predecessor is over
    stale,      ///< not of the link that is up
  };

  void up(const std::string& peer, std::uint64_t link) { peers_[peer] = {link, 0}; }
  /// False: that link was replaced before.
  bool down(const std::string& peer, std::uint64_t link) {
    const auto p = peers_.find(peer);
    if (p == peers_.end() || p->second.link != link) return false;
    peers_.erase(p);
    return true;
  }
  [[nodiscard]] bool current(const std::string& peer, std::uint64_t link) const {
    const auto p = peers_.find(peer);
    return p != peers_.end() && p->second.link == link;
  }
  heard hello(const std::string& peer, std::uint64_t link, std::uint64_t incarnation) {
    const auto p = peers_.find(peer);
    if (p == peers_.end() || p->second.link != link) return heard::stale;
    if (p->second.incarnation == incarnation) return heard::known;
    const bool first = p->second.incarnation == 0;
    p->second.incarnation = incarnation;
    return first ? heard::fresh : heard::restarted;
  }
  /// Its gateway has said hello on the link that is up.
  [[nodiscard]] bool ready(const std::string& peer) const {
    const auto p = peers_.find(peer);
    return p != peers_.end() && p->second.incarnation != 0;
  }

 private:
  struct peer {
    std::uint64_t link = 0;
    std::uint64_t incarnation = 0;  ///< 0: it has not said hello
  };
  std::unordered_map<std::string, peer> peers_;
};

}  // namespace warren::actors
