#pragma once

#include <caf/all.hpp>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "distribution/link/link.hpp"

namespace warren::distribution {

/// What every thread may look at: the links that are up, who subscribed to what, and the gateway of the moment. The
/// gateway is the only one who puts links up and takes them down; the board outlives it, so that its successor knows
/// the subscribers.
class link_board {
 public:
  [[nodiscard]] std::shared_ptr<link> find(const std::string& peer) const {
    const std::lock_guard lock(mutex_);
    const auto at = up_.find(peer);
    return at == up_.end() ? nullptr : at->second;
  }
  [[nodiscard]] std::vector<std::shared_ptr<link>> all() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::shared_ptr<link>> out;
    for (const auto& [peer, l] : up_) out.push_back(l);
    return out;
  }
  void put_up(std::shared_ptr<link> l) {
    const std::lock_guard lock(mutex_);
    up_[l->peer()] = std::move(l);
  }
  /// False: it was not up.
  bool take_down(const link& l) {
    const std::lock_guard lock(mutex_);
    const auto at = up_.find(l.peer());
    if (at == up_.end() || at->second.get() != &l) return false;
    up_.erase(at);
    return true;
  }

  /// The gateway to tell, null when there is none: its successor reads subscribers().
  [[nodiscard]] caf::actor subscribe(std::uint16_t service, caf::actor who) {
    const std::lock_guard lock(mutex_);
    subscribers_[service] = std::move(who);
    return gateway_;
  }
  [[nodiscard]] std::map<std::uint16_t, caf::actor> subscribers() const {
    const std::lock_guard lock(mutex_);
    return subscribers_;
  }

  void set_gateway(caf::actor a) {
    const std::lock_guard lock(mutex_);
    gateway_ = std::move(a);
  }
  [[nodiscard]] caf::actor gateway() const {
    const std::lock_guard lock(mutex_);
    return gateway_;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<link>> up_;
  std::map<std::uint16_t, caf::actor> subscribers_;
  caf::actor gateway_;
};

}  // namespace warren::distribution
