#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace warren::actors {

/// Login attempts of this node by protocol; by source too while an operator wants that (it costs memory per address).
class login_statistics {
 public:
  struct counts {
    std::string protocol, peer_host, user;  ///< the latter two only by source
    std::uint64_t succeeded = 0, failed = 0;
  };

  void attempt(const std::string& protocol, const std::string& peer_host, const std::string& user, bool succeeded) {
    std::lock_guard lock(mutex_);
    count(by_protocol_[{protocol, "", ""}], succeeded);
    if (track_sources_ && (by_source_.size() < most_sources || by_source_.contains({protocol, peer_host, user})))
      count(by_source_[{protocol, peer_host, user}], succeeded);
  }
  void track_sources(bool on) {
    std::lock_guard lock(mutex_);
    track_sources_ = on;
    if (!on) by_source_.clear();
  }
  void reset() {
    std::lock_guard lock(mutex_);
    by_protocol_.clear();
    by_source_.clear();
  }
  [[nodiscard]] std::vector<counts> by_protocol() const { return list(by_protocol_); }
  [[nodiscard]] std::vector<counts> by_source() const { return list(by_source_); }

 private:
  static constexpr std::size_t most_sources = 10'000;
  struct key {
    std::string protocol, peer_host, user;
    friend auto operator<=>(const key&, const key&) = default;
  };
  using table = std::map<key, std::pair<std::uint64_t, std::uint64_t>>;  ///< succeeded, failed

  static void count(std::pair<std::uint64_t, std::uint64_t>& in, bool succeeded) {
    ++(succeeded ? in.first : in.second);
  }
  [[nodiscard]] std::vector<counts> list(const table& of) const {
    std::lock_guard lock(mutex_);
    std::vector<counts> out;
    for (const auto& [k, n] : of) out.push_back({k.protocol, k.peer_host, k.user, n.first, n.second});
    return out;
  }

  mutable std::mutex mutex_;
  bool track_sources_ = false;
  table by_protocol_, by_source_;
};

}  // namespace warren::actors
