#include "node/config/config_draft.hpp"

namespace warren::node {
namespace {

std::vector<std::string> values(const numbered_list& list) {
  std::vector<std::string> out;
  for (const auto& [number, value] : list) out.push_back(value);
  return out;
}

std::vector<std::string> names_set_to_true(const std::map<std::string, bool>& flags) {
  std::vector<std::string> out;
  for (const auto& [name, on] : flags)
    if (on) out.push_back(name);
  return out;
}

}  // namespace

std::string finish_draft(config_draft& draft) {
  auto& c = draft.config;
  if (draft.no_tcp) {
    c.tcp_listeners.clear();
  } else if (!draft.tcp_listeners.empty()) {
    c.tcp_listeners = draft.tcp_listeners;
  }
  if (!draft.no_tls) c.tls_listeners = draft.tls_listeners;
  if (!draft.tls_versions.empty()) c.tls.versions = values(draft.tls_versions);
  if (!draft.tls_ciphers.empty()) c.tls.ciphers = values(draft.tls_ciphers);
  if (!draft.auth_mechanisms.empty()) c.auth_mechanisms = values(draft.auth_mechanisms);
  if (!draft.cluster_nodes.empty()) c.cluster_nodes = values(draft.cluster_nodes);
  if (!draft.pause_nodes.empty()) c.pause_if_all_down_nodes = values(draft.pause_nodes);
  if (draft.no_loopback_users || !draft.loopback_users.empty())
    c.loopback_users = draft.no_loopback_users ? std::vector<std::string>{} : names_set_to_true(draft.loopback_users);
  if (!draft.default_user_tags.empty()) c.default_user_tags = names_set_to_true(draft.default_user_tags);
  c.definitions_path = draft.definitions_local_path.empty() ? draft.load_definitions : draft.definitions_local_path;

  if (draft.definitions_backend == "local_filesystem" && c.definitions_path.empty())
    return "definitions.import_backend = local_filesystem needs definitions.local.path";
  if (c.partition_handling == "pause_if_all_down") {
    if (c.pause_if_all_down_nodes.empty())
      return "cluster_partition_handling = pause_if_all_down needs "
             "cluster_partition_handling.pause_if_all_down.nodes.1";
    if (c.pause_if_all_down_recover.empty())
      return "cluster_partition_handling = pause_if_all_down needs "
             "cluster_partition_handling.pause_if_all_down.recover";
  }
  distribution::link_tls_options& between = c.inter_node_tls;
  if (between.certfile.empty() && (!between.keyfile.empty() || !between.cacertfile.empty() || between.verify_peer))
    return "distribution.ssl_options needs distribution.ssl_options.certfile";
  if (between.keyfile.empty()) between.keyfile = between.certfile;
  if (between.verify_peer && between.cacertfile.empty())
    return "distribution.ssl_options.verify = verify_peer needs distribution.ssl_options.cacertfile";
  if (!c.tls_listeners.empty()) {
    if (c.tls.certfile.empty()) return "listeners.ssl needs ssl_options.certfile";
    if (c.tls.keyfile.empty()) return "listeners.ssl needs ssl_options.keyfile";
    if (c.tls.verify_peer && c.tls.cacertfile.empty())
      return "ssl_options.verify = verify_peer needs ssl_options.cacertfile";
  }
  return "";
}

}  // namespace warren::node
