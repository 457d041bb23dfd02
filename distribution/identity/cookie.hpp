#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace warren::distribution {

/// The secret that the nodes of a cluster and their tools share. Never sent, never logged; only its hash is shown.
class cookie {
 public:
  /// 1 to 255 printable characters (Erlang's rule); trailing newlines are ignored.
  [[nodiscard]] static result<cookie> of(std::string_view text, const std::string& where_from = "the Erlang cookie");

  [[nodiscard]] const std::string& secret() const { return secret_; }
  /// base64(md5(cookie)): what logs and `erlang_cookie_hash` show, so that hosts can be compared.
  [[nodiscard]] std::string hash() const;

 private:
  explicit cookie(std::string secret) : secret_(std::move(secret)) {}
  std::string secret_;
};

struct cookie_options {
  std::optional<std::string> value;  ///< --erlang-cookie or RABBITMQ_ERLANG_COOKIE: no file is looked at
  std::string path;                  ///< empty: default_cookie_path()
  bool create = true;                ///< a random one when there is no file
};

/// $HOME/.erlang.cookie; empty when HOME is not set.
[[nodiscard]] std::string default_cookie_path();

/// By Erlang's rules: a regular file that only its owner may access, otherwise a refusal that says how to mend it. A
/// missing file is created with 20 random upper-case letters and mode 0400, in one step: two programs that start at
/// once agree on one cookie.
[[nodiscard]] result<cookie> load_cookie(const cookie_options& options);

}  // namespace warren::distribution
