#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/pattern.hpp"

namespace warren {

struct user_limits {  ///< absent or negative = unlimited, 0 = none
  std::optional<std::int64_t> max_connections, max_channels;
  friend bool operator==(const user_limits&, const user_limits&) = default;
};

struct user_record {
  std::string name;
  std::string password_hash;      ///< raw bytes, salt first (4 bytes); empty = no password login
  std::string hashing_algorithm;  ///< `rabbit_password_hashing_sha256`, `…_sha512`, `…_md5`
  std::vector<std::string> tags;  ///< `administrator`, `monitoring`, …
  user_limits limits;
};
using user_ptr = std::shared_ptr<const user_record>;

/// A user's rights in one vhost. An empty expression matches no name but the empty one, as in RabbitMQ.
struct permission_record {
  std::string user;
  pattern configure, write, read;
};
using permission_ptr = std::shared_ptr<const permission_record>;

/// Routing keys that a user may publish to (write) or bind (read) at one topic exchange. `{username}` and `{vhost}` are
/// expanded when the record is made; the texts keep the form that was set.
struct topic_permission_record {
  std::string exchange;
  std::string write_text, read_text;
  pattern write, read;
};

/// All of one user in one vhost.
struct topic_permissions {
  std::string user;
  std::vector<topic_permission_record> exchanges;
};
using topic_permissions_ptr = std::shared_ptr<const topic_permissions>;

}  // namespace warren
