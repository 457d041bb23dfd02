#pragma once

#include <optional>
#include <string>

#include "actors/connection/transport.hpp"
#include "actors/runtime/services.hpp"

namespace warren::actors {

struct login_request {
  std::string mechanism, user;
  std::optional<std::string> password;  ///< none with EXTERNAL: the certificate has spoken
  std::string peer_host;
};

/// Why the login is refused, for the log (the client is told nothing); nullopt when it is granted.
[[nodiscard]] std::optional<std::string> check_login(const node_services& services, const login_request& login);

}  // namespace warren::actors
