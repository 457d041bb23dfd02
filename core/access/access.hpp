#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/access/records.hpp"
#include "core/base/result.hpp"
#include "core/metadata/topology.hpp"

namespace warren {

enum class access_right : std::uint8_t { configure, write, read };
enum class resource_kind : std::uint8_t { queue, exchange };

/// One user's rights in one vhost, looked up once per snapshot: a pointer comparison away from any number of checks.
/// Borrows from the snapshot that it was made of.
class access_scope {
 public:
  access_scope(const vhost_topology& vhost, std::string_view user);

  [[nodiscard]] bool can(access_right right, std::string_view resource_name) const;  ///< the default exchange is ""
  /// 403 `access to queue 'q' in vhost 'v' refused for user 'u'`; the default exchange is called amq.default.
  [[nodiscard]] status check(access_right right, resource_kind kind, std::string_view resource_name) const;

  /// Only topic exchanges are restricted, and only for users with a topic permission for that exchange.
  [[nodiscard]] bool can_topic(access_right right, const exchange_record& exchange, std::string_view routing_key) const;
  [[nodiscard]] status check_topic(access_right right, const exchange_record& exchange,
                                   std::string_view routing_key) const;
  /// False = check_topic() succeeds for every key: nothing to ask per message.
  [[nodiscard]] bool restricts_topics(const exchange_record& exchange) const;

  [[nodiscard]] std::string_view user() const { return user_; }

 private:
  const vhost_topology* vhost_;
  std::string_view user_;
  const permission_record* permission_ = nullptr;
  const topic_permissions* topics_ = nullptr;
};

[[nodiscard]] bool has_tag(const user_record& user, std::string_view tag);

/// connection.open: vhost known, limits of vhost and user not reached, user may access the vhost. The counts are those
/// of connections that are open already. All failures are 530. The value is the vhost.
[[nodiscard]] result<vhost_ptr> check_vhost_access(const broker_state& state, std::string_view user,
                                                   std::string_view vhost, std::uint64_t vhost_connections,
                                                   std::uint64_t user_connections);

/// channel.open: the user's max-channels, given the channels that the user has already. Fails with 530.
[[nodiscard]] status check_user_channels(const user_record& user, std::uint64_t open_channels);

/// From decoded JSON objects; unknown keys and wrong types are refused with RabbitMQ's texts.
[[nodiscard]] result<vhost_limits> parse_vhost_limits(const field_table& json);
[[nodiscard]] result<user_limits> parse_user_limits(const field_table& json);

}  // namespace warren
