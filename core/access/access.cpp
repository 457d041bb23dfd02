#include "core/access/access.hpp"

#include <algorithm>

#include "core/base/in_quotes.hpp"

namespace warren {
namespace {

bool reached(const std::optional<std::int64_t>& limit, std::uint64_t count) {
  return limit && *limit >= 0 && count >= static_cast<std::uint64_t>(*limit);
}

}  // namespace

access_scope::access_scope(const vhost_topology& vhost, std::string_view user) : vhost_(&vhost), user_(user) {
  if (const permission_ptr* found = vhost.permissions.find(user)) permission_ = found->get();
  if (const topic_permissions_ptr* found = vhost.topic_permissions.find(user)) topics_ = found->get();
}

bool access_scope::can(access_right right, std::string_view resource_name) const {
  if (permission_ == nullptr) return false;
  const std::string_view name = resource_name.empty() ? "amq.default" : resource_name;
  switch (right) {
    case access_right::configure: return permission_->configure.found_in(name);
    case access_right::write: return permission_->write.found_in(name);
    case access_right::read: return permission_->read.found_in(name);
  }
  return false;
}

status access_scope::check(access_right right, resource_kind kind, std::string_view resource_name) const {
  if (can(right, resource_name)) return success{};
  const std::string_view shown =
      kind == resource_kind::exchange && resource_name.empty() ? "amq.default" : resource_name;
  return fail(reply_code::access_refused,
              "access to " + std::string(kind == resource_kind::queue ? "queue " : "exchange ") + in_quotes(shown) +
                  " in vhost " + in_quotes(vhost_->name()) + " refused for user " + in_quotes(user_));
}

bool access_scope::restricts_topics(const exchange_record& exchange) const {
  if (topics_ == nullptr || exchange.type != exchange_type::topic) return false;
  return std::any_of(topics_->exchanges.begin(), topics_->exchanges.end(),
                     [&exchange](const topic_permission_record& t) { return t.exchange == exchange.name; });
}

bool access_scope::can_topic(access_right right, const exchange_record& exchange, std::string_view routing_key) const {
  if (topics_ == nullptr || exchange.type != exchange_type::topic) return true;
  for (const topic_permission_record& t : topics_->exchanges) {
    if (t.exchange == exchange.name) return (right == access_right::write ? t.write : t.read).found_in(routing_key);
  }
  return true;
}

status access_scope::check_topic(access_right right, const exchange_record& exchange,
                                 std::string_view routing_key) const {
  if (can_topic(right, exchange, routing_key)) return success{};
  return fail(reply_code::access_refused, "access to topic " + in_quotes(routing_key) + " in exchange " +
                                              in_quotes(exchange.name) + " in vhost " + in_quotes(vhost_->name()) +
                                              " refused for user " + in_quotes(user_));
}

bool has_tag(const user_record& user, std::string_view tag) {
  return std::find(user.tags.begin(), user.tags.end(), tag) != user.tags.end();
}

result<vhost_ptr> check_vhost_access(const broker_state& state, std::string_view user, std::string_view vhost,
                                     std::uint64_t vhost_connections, std::uint64_t user_connections) {
  vhost_ptr found = state.find_vhost(vhost);
  if (found == nullptr) return fail(reply_code::not_allowed, "vhost " + std::string(vhost) + " not found");
  const std::string refused = "access to vhost " + in_quotes(vhost) + " refused for user " + in_quotes(user);
  const vhost_limits& limits = found->record->limits;
  if (reached(limits.max_connections, vhost_connections)) {
    return fail(reply_code::not_allowed,
                refused + ": connection limit (" + std::to_string(*limits.max_connections) + ") is reached");
  }
  const user_record* known = state.find_user(user);
  if (known != nullptr && reached(known->limits.max_connections, user_connections)) {
    return fail(reply_code::not_allowed, "connection refused for user " + in_quotes(user) + ": user connection limit (" +
                                             std::to_string(*known->limits.max_connections) + ") is reached");
  }
  if (found->permissions.find(user) == nullptr) return fail(reply_code::not_allowed, refused);
  return found;
}

status check_user_channels(const user_record& user, std::uint64_t open_channels) {
  if (!reached(user.limits.max_channels, open_channels)) return success{};
  return fail(reply_code::not_allowed, "number of channels opened for user " + in_quotes(user.name) +
                                           " has reached the maximum allowed user limit of (" +
                                           std::to_string(*user.limits.max_channels) + ")");
}

}  // namespace warren
