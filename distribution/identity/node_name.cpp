#include "distribution/identity/node_name.hpp"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <memory>

namespace warren::distribution {

namespace {

bool letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }
bool of_name(char c) { return letter_or_digit(c) || c == '_' || c == '-'; }
bool of_host(char c) { return of_name(c) || c == '.' || c == ':'; }  // IPv6 addresses have colons

error refuse(std::string_view text, const std::string& why) {
  return fail(reply_code::internal_error, "\"" + std::string(text) + "\" is not a valid node name: " + why);
}

}  // namespace

result<node_name> parse_node_name(std::string_view text, bool long_names, std::string_view local_host) {
  const auto at = text.find('@');
  node_name n;
  n.name = text.substr(0, at);
  n.host = at == std::string_view::npos || at + 1 == text.size() ? local_host : text.substr(at + 1);
  if (n.name.empty()) return refuse(text, "the part before @ is empty");
  if (!std::all_of(n.name.begin(), n.name.end(), of_name))
    return refuse(text, "the part before @ may hold letters, digits, _ and - only");
  if (n.host.empty()) return refuse(text, "the host is empty");
  if (!std::all_of(n.host.begin(), n.host.end(), of_host)) return refuse(text, "\"" + n.host + "\" is not a host name");
  const bool qualified = n.host.find_first_of(".:") != std::string::npos;
  if (qualified && !long_names)
    return refuse(text, "short names are in use, and the host \"" + n.host +
                            "\" has dots. Use a short host name, or long names (-l, " +
                            "RABBITMQ_USE_LONGNAME=true) on all nodes and tools");
  if (!qualified && long_names)
    return refuse(text,
                  "long names are in use, and the host \"" + n.host + "\" is not fully qualified (it has no dot)");
  if (n.name.size() + 1 + n.host.size() > 255) return refuse(text, "it is longer than 255 characters");
  return n;
}

result<node_name> parse_node_name(std::string_view text, bool long_names) {
  return parse_node_name(text, long_names, local_host_name(long_names));
}

std::string local_host_name(bool long_names) {
  char buffer[HOST_NAME_MAX + 1] = {};
  if (gethostname(buffer, HOST_NAME_MAX) != 0) return "localhost";
  const std::string host = buffer;
  if (!long_names) return host.substr(0, host.find('.'));
  if (host.find('.') != std::string::npos) return host;
  addrinfo hints{}, *found = nullptr;
  hints.ai_flags = AI_CANONNAME;
  hints.ai_socktype = SOCK_STREAM;
  if (getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0) return host;
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, freeaddrinfo);
  return found->ai_canonname ? found->ai_canonname : host;
}

}  // namespace warren::distribution
