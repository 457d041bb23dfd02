#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "core/metadata/topology.hpp"

namespace warren::actors {

/// The newest applied metadata, for all threads to read, and who is connected, which limits are counted against.
/// Written by the metadata actor alone.
class metadata_view {
 public:
  [[nodiscard]] broker_snapshot get() const {
    std::lock_guard lock(mutex_);
    return snapshot_;
  }
  /// Changes with every publish(): compare before asking for the snapshot again.
  [[nodiscard]] std::uint64_t version() const { return version_.load(std::memory_order_acquire); }
  void publish(broker_snapshot snapshot) {
    std::lock_guard lock(mutex_);
    snapshot_ = std::move(snapshot);
    version_.fetch_add(1, std::memory_order_release);
  }

  /// connection.open: may this user enter this vhost, limits counted? Counts the connection when it may.
  [[nodiscard]] std::optional<error> open_connection(const std::string& user, const std::string& vhost);
  void connection_closed(const std::string& user, const std::string& vhost);
  /// channel.open against the user's max-channels; counts it when admitted.
  [[nodiscard]] std::optional<error> open_channel(const std::string& user);
  void channel_closed(const std::string& user);

 private:
  using counters = std::unordered_map<std::string, std::uint64_t>;
  static void decrement(counters& in, const std::string& key);

  mutable std::mutex mutex_;
  broker_snapshot snapshot_ = std::make_shared<const broker_state>();
  std::atomic<std::uint64_t> version_{1};
  counters user_connections_, vhost_connections_, user_channels_;
};

}  // namespace warren::actors
