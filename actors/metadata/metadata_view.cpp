#include "actors/metadata/metadata_view.hpp"

#include "core/access/access.hpp"

namespace warren::actors {

std::optional<error> metadata_view::open_connection(const std::string& user, const std::string& vhost) {
  std::lock_guard lock(mutex_);
  std::uint64_t& of_vhost = vhost_connections_[vhost];
  std::uint64_t& of_user = user_connections_[user];
  const auto admitted = check_vhost_access(*snapshot_, user, vhost, of_vhost, of_user);
  if (!admitted) {
    if (of_vhost == 0) vhost_connections_.erase(vhost);
    if (of_user == 0) user_connections_.erase(user);
    return admitted.failure();
  }
  ++of_vhost;
  ++of_user;
  return std::nullopt;
}

void metadata_view::connection_closed(const std::string& user, const std::string& vhost) {
  std::lock_guard lock(mutex_);
  decrement(vhost_connections_, vhost);
  decrement(user_connections_, user);
}

std::optional<error> metadata_view::open_channel(const std::string& user) {
  std::lock_guard lock(mutex_);
  const user_record* record = snapshot_->find_user(user);
  std::uint64_t& open = user_channels_[user];
  if (record != nullptr) {
    const auto admitted = check_user_channels(*record, open);
    if (!admitted) return admitted.failure();
  }
  ++open;
  return std::nullopt;
}

void metadata_view::channel_closed(const std::string& user) {
  std::lock_guard lock(mutex_);
  decrement(user_channels_, user);
}

void metadata_view::decrement(counters& in, const std::string& key) {
  const auto i = in.find(key);
  if (i != in.end() && --i->second == 0) in.erase(i);
}

}  // namespace warren::actors
