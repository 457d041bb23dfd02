#include "node/ctl/show/cookie_sources.hpp"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/json/object.hpp>

#include "node/ctl/show/sections.hpp"

namespace warren::ctl {

namespace json = boost::json;

namespace {

std::string kind_of(mode_t mode) {
  if (S_ISREG(mode)) return "regular";
  return S_ISDIR(mode) ? "directory" : "other";
}

std::string access_of(const std::string& path) {
  const bool can_read = access(path.c_str(), R_OK) == 0, can_write = access(path.c_str(), W_OK) == 0;
  if (can_read && can_write) return "read_write";
  if (can_read) return "read";
  return can_write ? "write" : "none";
}

}  // namespace

int run_cookie_sources(session& s) {
  const std::string path = s.around().home + "/.erlang.cookie";
  struct stat file {};
  const bool exists = stat(path.c_str(), &file) == 0;
  const passwd* user = getpwuid(geteuid());
  const std::string &option = s.what().cookie, variable = s.around().cookie.value_or("");
  json::object facts{{"effective_user", user == nullptr ? "(none)" : user->pw_name},
                     {"home_dir", s.around().home},
                     {"cookie_file_path", path},
                     {"cookie_file_exists", exists},
                     {"cookie_file_type", exists ? kind_of(file.st_mode) : ""},
                     {"cookie_file_access", exists ? access_of(path) : ""},
                     {"cookie_file_size", exists ? json::value(static_cast<std::int64_t>(file.st_size)) : json::value("")},
                     {"switch_cookie_set", !option.empty()},
                     {"switch_cookie_value_length", static_cast<std::int64_t>(option.size())},
                     {"os_env_cookie_set", !variable.empty()},
                     {"os_env_cookie_value_length", static_cast<std::int64_t>(variable.size())}};
  s.print_banner();
  return s.show(std::move(facts));
}

std::string show_cookie_sources(const invocation&, const json::value& r) {
  section_writer w;
  w.title("Cookie File").line("Effective user: " + text_of(r, "effective_user"));
  w.line("Effective home directory: " + text_of(r, "home_dir")).line("Cookie file path: " + text_of(r, "cookie_file_path"));
  w.line("Cookie file exists? " + text_of(r, "cookie_file_exists")).line("Cookie file type: " + text_of(r, "cookie_file_type"));
  w.line("Cookie file access: " + text_of(r, "cookie_file_access")).line("Cookie file size: " + text_of(r, "cookie_file_size"));
  w.title("Cookie CLI Switch").line("--erlang-cookie value set? " + text_of(r, "switch_cookie_set"));
  w.line("--erlang-cookie value length: " + text_of(r, "switch_cookie_value_length"));
  w.title("Env variable \x1b[0m \x1b[1m\x1b[31m(Deprecated)");
  w.line("RABBITMQ_ERLANG_COOKIE value set? " + text_of(r, "os_env_cookie_set"));
  return w.line("RABBITMQ_ERLANG_COOKIE value length: " + text_of(r, "os_env_cookie_value_length")).take();
}

}  // namespace warren::ctl
