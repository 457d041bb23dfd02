#include "node/ctl/line/surroundings.hpp"

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "distribution/identity/node_name.hpp"
#include "node/config/environment.hpp"

namespace warren::ctl {
namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

/// As the servers of this machine read it, so that `rabbitmqctl` finds a node whose name was set there.
void add_env_file(node::environment& variables) {
  std::string path = variables.find("CONF_ENV_FILE").value_or("");
  for (const char* usual :
       {"/etc/warren/warren-env.conf", "/etc/warren/rabbitmq-env.conf", "/etc/rabbitmq/warren-env.conf", "/etc/rabbitmq/rabbitmq-env.conf"})
    if (path.empty() && access(usual, R_OK) == 0) path = usual;
  std::ifstream file(path);
  if (path.empty() || !file) return;
  std::ostringstream text;
  text << file.rdbuf();
  std::vector<node::config_problem> not_for_us;  // the server reports what is wrong with its file
  variables.add_file(text.str(), path, not_for_us);
}

bool speaks_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"})
    if (const std::string locale = variable(name); !locale.empty())
      return locale.find("UTF-8") != locale.npos || locale.find("utf8") != locale.npos || locale.find("UTF8") != locale.npos;
  return false;
}

}  // namespace

std::string surroundings::host(bool long_name) const {
  if (!long_name) return short_host;
  return long_host.empty() ? distribution::local_host_name(true) : long_host;
}

surroundings surroundings::of_process() {
  surroundings s;
  node::environment variables = node::environment::of_process();
  add_env_file(variables);
  s.node = variables.find("NODENAME").value_or("rabbit");
  s.long_names = variables.find("USE_LONGNAME").value_or("") == "true";
  s.short_host = distribution::local_host_name(false);
  s.cookie = variables.find("ERLANG_COOKIE");
  s.erlang_arguments = variables.find("CTL_ERL_ARGS").value_or("");
  s.home = variable("HOME");
  if (s.home.empty())
    if (const passwd* user = getpwuid(geteuid())) s.home = user->pw_dir;
  s.utf8 = speaks_utf8();
  return s;
}

}  // namespace warren::ctl
