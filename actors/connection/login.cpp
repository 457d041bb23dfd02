#include "actors/connection/login.hpp"

#include "actors/auth/password_hash.hpp"
#include "actors/auth/login_source.hpp"

namespace warren::actors {

namespace {

bool password_fits(const user_record& user, const std::string& password) {
  const auto algorithm = parse_hashing_module(user.hashing_algorithm);
  return algorithm && !user.password_hash.empty() && password_matches(*algorithm, user.password_hash, password);
}

}  // namespace

std::optional<std::string> check_login(const node_services& services, const login_request& login) {
  const broker_snapshot now = services.metadata_now.get();
  const user_record* user = now->find_user(login.user);
  if (user == nullptr) return "user '" + login.user + "' - invalid credentials";
  if (login.password && !password_fits(*user, *login.password)) return "user '" + login.user + "' - invalid credentials";
  if (!may_log_in_from(services.options.loopback_users, login.user, login.peer_host))
    return "user '" + login.user + "' can only connect via localhost";
  return std::nullopt;
}

}  // namespace warren::actors
