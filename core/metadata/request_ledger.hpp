#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <vector>

namespace warren {

/// Which requests of which member the cluster has carried out. A member that does not know whether its request got into the
/// log sends it again; the second entry must do nothing. Part of what is agreed: the same on every member.
class request_ledger {
 public:
  static constexpr std::size_t max_open = 4096;  ///< of one origin, above its gapless beginning
  static constexpr std::size_t max_origins = 256;

  struct origin_state {
    std::uint64_t upto = 0;        ///< all requests up to this one are done, or too old to come again
    std::set<std::uint64_t> above;
    std::uint64_t last_used = 0;   ///< counts entries; the longest unused origin goes first
    friend bool operator==(const origin_state&, const origin_state&) = default;
  };

  /// True the first time. `origin` is one run of a member (a new number at each start), `request` counts from 1 within it.
  bool note(std::uint64_t origin, std::uint64_t request);

  [[nodiscard]] const std::map<std::uint64_t, origin_state>& origins() const { return origins_; }
  [[nodiscard]] std::uint64_t noted() const { return noted_; }
  void restore(std::map<std::uint64_t, origin_state> origins, std::uint64_t noted) {
    origins_ = std::move(origins);
    noted_ = noted;
  }
  friend bool operator==(const request_ledger&, const request_ledger&) = default;

 private:
  std::map<std::uint64_t, origin_state> origins_;
  std::uint64_t noted_ = 0;
};

}  // namespace warren
