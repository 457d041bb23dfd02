#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "distribution/handshake/handshake_machine.hpp"

namespace warren::distribution {

/// At most one link per pair of nodes, whoever dials whom and when. Pure.
///
///             may_dial                      dial_succeeded
///     idle ─────────────▶ dialling ───────────────────────▶ up ── ended (DOWN, not before) ──▶ idle
///      ▲ ▲                 │   │ incoming, the peer's name is smaller ▲
///      │ └── dial_failed ──┘   └──────────────────────────────────────┤
///      └─────────────────────── incoming ─────────────────────────────┘
///
/// Both dial at once: the dial of the smaller name wins. Its owner answers the other's dial with mine_wins; the other
/// accepts it although it is dialling, and its own dial comes to nothing. BASP never sees two connections of a pair:
/// closing the redundant one is where it breaks (caf-notes).
class link_table {
 public:
  /// Younger links than this are not doubted when their peer dials: both may have dialled, and one of the dials was
  /// slow.
  static constexpr std::int64_t doubt_after_ms = 10'000;

  explicit link_table(std::string self) : self_(std::move(self)) {}

  /// True: dial now. False: there is a link, or a dial is under way.
  [[nodiscard]] bool may_dial(const std::string& peer);
  void dial_failed(const std::string& peer);
  /// The number of the new link, or 0: the peer's own dial came first, close this connection.
  [[nodiscard]] std::uint64_t dial_succeeded(const std::string& peer, std::uint64_t incarnation, std::int64_t now_ms);

  struct answer {
    verdict v = verdict::accepted;
    std::uint64_t link = 0;  ///< of an accepted one
    std::uint64_t doubtful =
        0;  ///< an old link to the peer that its dial proves dead, since nobody dials who has a link: to be closed
  };
  [[nodiscard]] answer incoming(const std::string& peer, std::uint64_t incarnation, std::int64_t now_ms);

  /// False: not the peer's current link (any more).
  bool ended(const std::string& peer, std::uint64_t link);

  [[nodiscard]] std::uint64_t current(const std::string& peer) const;  ///< 0: none
  [[nodiscard]] std::vector<std::pair<std::string, std::uint64_t>> all_up() const;

 private:
  struct entry {
    bool dialling = false;  ///< may stay true while up: the peer's dial came first
    std::uint64_t link = 0;
    std::uint64_t incarnation = 0;
    std::int64_t since_ms = 0;
  };
  std::uint64_t new_link(entry& e, std::uint64_t incarnation, std::int64_t now_ms);
  void tidy(std::map<std::string, entry>::iterator at);

  std::string self_;
  std::map<std::string, entry> peers_;
  std::uint64_t last_link_ = 0;
};

}  // namespace warren::distribution
