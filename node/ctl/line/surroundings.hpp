#pragma once

#include <optional>
#include <string>

namespace warren::ctl {

/// What the tool takes from its surroundings: environment variables (and rabbitmq-env.conf) and the machine.
struct surroundings {
  std::string node = "rabbit";  ///< NODENAME
  bool long_names = false;      ///< USE_LONGNAME
  std::string short_host = "localhost";
  std::string long_host = {};         ///< empty: not looked up yet
  std::string home;                   ///< of the effective user
  std::optional<std::string> cookie;  ///< ERLANG_COOKIE
  std::string erlang_arguments = {};  ///< CTL_ERL_ARGS: whether nodes speak TLS
  bool utf8 = false;                  ///< whether the terminal's locale can show box characters

  /// This machine's name. Of the long one the resolver is asked, which may take its time.
  [[nodiscard]] std::string host(bool long_name) const;
  [[nodiscard]] static surroundings of_process();
};

}  // namespace warren::ctl
