#include "distribution/net/tls_arguments.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <vector>

namespace warren::distribution {
namespace {

/// As a shell splits them: at blanks, except in quotes.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  bool within = false;
  char quote = 0;
  for (const char c : text) {
    if (quote == 0 && (c == ' ' || c == '\t' || c == '\n')) {
      within = false;
      continue;
    }
    if (!within) words.emplace_back();
    within = true;
    if (quote != 0 && c == quote) {
      quote = 0;
    } else if (quote == 0 && (c == '"' || c == '\'')) {
      quote = c;
    } else {
      words.back() += c;
    }
  }
  return words;
}

constexpr auto used = std::to_array<std::string_view>({"certfile", "keyfile", "cacertfile", "password", "verify", "fail_if_no_peer_cert"});
constexpr auto passed_over = std::to_array<std::string_view>({"secure_renegotiate", "reuse_sessions", "depth", "hibernate_after", "ciphers", "dhfile",
                                                              "crl_check", "crl_cache", "verify_fun", "versions"});

template <class Names>
bool among(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

error refuse(const std::string& why) { return fail(reply_code::internal_error, "inter-node TLS: " + why); }

}  // namespace

result<link_tls_options> tls_of_erlang_arguments(std::string_view arguments, tls_role role) {
  const std::vector<std::string> words = words_of(arguments);
  link_tls_options out;
  std::map<std::string, std::string, std::less<>> options;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "-proto_dist") {
      const std::string& carrier = i + 1 < words.size() ? words[i + 1] : "";
      out.on = carrier == "inet_tls" || carrier == "inet6_tls";
    } else if (words[i] == "-ssl_dist_optfile") {
      return refuse("-ssl_dist_optfile is not read; say the same with distribution.ssl_options.* in rabbitmq.conf, or with -ssl_dist_opt");
    } else if (words[i] == "-ssl_dist_opt") {
      while (i + 1 < words.size() && !words[i + 1].starts_with('-')) {
        const std::string name = words[++i];
        const std::string_view option = std::string_view(name).substr(std::min(name.size(), name.find('_') + 1));
        if (!(name.starts_with("server_") || name.starts_with("client_")) || !(among(used, option) || among(passed_over, option)))
          return refuse("-ssl_dist_opt knows no " + name + "; it knows server_ and client_ with certfile, keyfile, cacertfile, password, verify "
                        "and fail_if_no_peer_cert");
        if (i + 1 >= words.size() || words[i + 1].starts_with('-')) return refuse("-ssl_dist_opt " + name + " needs a value");
        options[name] = words[++i];
      }
    }
  }
  const auto value = [&](const std::string& option) -> std::string {
    const auto own = options.find((role == tls_role::node ? "server_" : "client_") + option);
    if (own != options.end()) return own->second;
    const auto other = options.find((role == tls_role::node ? "client_" : "server_") + option);
    return other == options.end() ? "" : other->second;
  };
  if (!out.on) return link_tls_options{};
  out.certfile = value("certfile");
  out.keyfile = value("keyfile").empty() ? out.certfile : value("keyfile");  // OTP: one file may hold both
  out.cacertfile = value("cacertfile");
  out.password = value("password");
  out.verify_peer = value("verify") == "verify_peer";
  out.fail_if_no_peer_cert = value("fail_if_no_peer_cert") == "true";
  return out;
}

}  // namespace warren::distribution
