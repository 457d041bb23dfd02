#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "actors/auth/credential_validator.hpp"
#include "actors/auth/password_hash.hpp"
#include "core/base/result.hpp"
#include "core/metadata/commands.hpp"
#include "core/metadata/topology.hpp"

namespace warren::actors {

/// What an import needs to know besides the file.
struct import_context {
  broker_snapshot state;  ///< as it is: what exists already and cannot be changed is kept as it is, as in RabbitMQ
  std::string node;       ///< home of new queues
  std::string vhost;      ///< not empty: the file is a virtual host's; its entries name none, and it brings no users
  password_hashing hashing = password_hashing::sha256;  ///< for users with a plain `password`
  credential_rules credentials = {};                    ///< which such a password must satisfy
};

struct import_step {
  command what;
  std::string where;  ///< `queues[3] 'orders' in vhost '/'`: put it in front of the error if the command fails
};

struct import_plan {
  std::vector<import_step> steps;  ///< in RabbitMQ's order; stop at the first that fails, nothing is taken back
  /// One sentence for each thing that RabbitMQ has and Warren does not have yet (quorum queues and streams, the
  /// exchanges of federation links): left out together with its bindings, so that the rest of the file loads. For the
  /// log, as warnings.
  std::vector<std::string> left_out;
};

/// Reads a definitions file (amqp.md, "Definitions"). Pure. Errors name the path inside the JSON, or line and column
/// when it is no JSON; nothing has to be undone then.
[[nodiscard]] result<import_plan> plan_import(std::string_view json, const import_context& context);

}  // namespace warren::actors
