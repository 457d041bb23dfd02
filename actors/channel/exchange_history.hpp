#pragma once

#include <deque>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/message/message.hpp"
#include "core/metadata/records.hpp"
#include "core/routing/route.hpp"

namespace warren::actors {

/// What x-recent-history exchanges remember: their last messages, replayed to every queue that is bound to them.
class exchange_history {
 public:
  void remember(const exchange_record& exchange, const message_ref& content) {
    std::lock_guard lock(mutex_);
    auto& kept = kept_[key(exchange)];
    kept.push_back(content);
    while (kept.size() > recent_history_length(exchange)) kept.pop_front();
  }
  [[nodiscard]] std::vector<message_ref> of(const exchange_record& exchange) const {
    std::lock_guard lock(mutex_);
    const auto i = kept_.find(key(exchange));
    return i == kept_.end() ? std::vector<message_ref>{} : std::vector<message_ref>(i->second.begin(), i->second.end());
  }
  void forget(const exchange_record& exchange) {
    std::lock_guard lock(mutex_);
    kept_.erase(key(exchange));
  }

 private:
  [[nodiscard]] static std::string key(const exchange_record& x) { return x.vhost + '\0' + x.name; }

  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::deque<message_ref>> kept_;
};

}  // namespace warren::actors
