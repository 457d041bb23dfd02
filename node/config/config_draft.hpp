#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "node/config/config_value.hpp"
#include "node/config/node_config.hpp"

namespace warren::node {

/// Orders list keys as people number them: 2 before 10, numbers before names.
struct natural_order {
  bool operator()(const std::string& a, const std::string& b) const {
    const bool na = a.find_first_not_of("0123456789") == std::string::npos;
    const bool nb = b.find_first_not_of("0123456789") == std::string::npos;
    if (na != nb) return na;
    if (na && a.size() != b.size()) return a.size() < b.size();
    return a < b;
  }
};
using numbered_list = std::map<std::string, std::string, natural_order>;

/// A configuration while it is read. Lists replace their default as a whole as soon as one item is given, therefore
/// they are collected beside the result and moved into it by finish_draft().
struct config_draft {
  node_config config;

  std::map<std::string, listener_address> tcp_listeners, tls_listeners;
  bool no_tcp = false, no_tls = false;  ///< `listeners.tcp = none`
  std::map<std::string, bool> loopback_users, default_user_tags;
  bool no_loopback_users = false;
  numbered_list auth_mechanisms, tls_versions, tls_ciphers, cluster_nodes, pause_nodes;
  std::string load_definitions, definitions_local_path, definitions_backend;
};

// Setters know what their kind of value holds.
inline const std::string& text_of(const config_value& v) { return std::get<std::string>(v); }
inline std::int64_t whole_of(const config_value& v) { return std::get<std::int64_t>(v); }
inline bool yes_of(const config_value& v) { return std::get<bool>(v); }
inline double real_of(const config_value& v) { return std::get<double>(v); }

/// Moves the lists into the configuration. Returns what does not fit together, or "".
[[nodiscard]] std::string finish_draft(config_draft& draft);

}  // namespace warren::node
