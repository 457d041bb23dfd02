#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "actors/auth/credential_validator.hpp"
#include "actors/auth/password_hash.hpp"
#include "actors/auth/tls_options.hpp"
#include "actors/logging/log_options.hpp"
#include "distribution/net/link_tls_options.hpp"
#include "node/config/config_value.hpp"

namespace warren::node {

/// Socket options of accepted connections and of the listening socket (`tcp_listen_options.*`). 0 = the system's
/// default.
struct socket_options {
  int backlog = 128;
  bool nodelay = true;
  bool keepalive = false;
  bool linger_on = true;
  int linger_seconds = 0;
  int send_buffer_bytes = 0;
  int receive_buffer_bytes = 0;
};

/// Everything that is configured about one node, after files, environment and command line were merged. Defaults are
/// RabbitMQ 3.10's. The meaning of each member stands in the key table (config_keys.hpp) and in docs/configuration.md.
struct node_config {
  // who and where
  std::string node_name = "rabbit";  ///< name@host once loaded
  bool long_names = false;
  std::vector<std::string> config_files;  ///< that were read, in order
  std::string data_dir;
  std::string log_dir;
  std::string pid_file;  ///< empty = none is written
  std::string enabled_plugins_file;
  std::optional<std::vector<std::string>> enabled_plugins;  ///< RABBITMQ_ENABLED_PLUGINS: in place of the file
  std::string cluster_name;
  std::string product_name;
  std::string product_version;
  std::string motd_file;

  // listeners
  std::map<std::string, listener_address> tcp_listeners{{"default", {"", 5672}}};
  std::map<std::string, listener_address> tls_listeners;
  socket_options sockets;
  std::int64_t handshake_timeout_ms = 10'000;  ///< -1 = infinity
  std::int64_t tls_handshake_timeout_ms = 5'000;
  bool reverse_dns_lookups = false;
  actors::tls_options tls;

  // AMQP limits
  std::uint32_t heartbeat_s = 60;
  std::uint32_t frame_max = 131'072;        ///< bytes, 0 = unlimited
  std::uint32_t initial_frame_max = 4'096;  ///< bytes, before tune
  std::uint32_t channel_max = 2'047;        ///< 0 = unlimited
  std::optional<std::uint32_t> connection_max;
  std::uint64_t max_message_bytes = 134'217'728;
  std::optional<std::uint64_t> consumer_timeout_ms = 1'800'000;

  // a blank node's first user, and who may log in how
  std::string default_vhost = "/";
  std::string default_user = "guest";
  std::string default_pass = "guest";
  std::vector<std::string> default_user_tags{"administrator"};
  std::string default_configure = ".*";
  std::string default_write = ".*";
  std::string default_read = ".*";
  std::vector<std::string> loopback_users{"guest"};
  std::vector<std::string> auth_mechanisms{"PLAIN", "AMQPLAIN"};
  actors::password_hashing hashing = actors::password_hashing::sha256;
  actors::credential_rules credentials;
  actors::certificate_login_options certificate_login;

  // memory and disk
  double memory_watermark = 0.4;                        ///< share of total memory
  std::optional<std::uint64_t> memory_watermark_bytes;  ///< wins over the share
  double memory_paging_ratio = 0.5;                     ///< of the watermark
  std::optional<std::uint64_t> total_memory_bytes;      ///< in place of what the machine says
  std::uint64_t memory_interval_ms = 2'500;
  std::uint64_t disk_free_limit_bytes = 50'000'000;
  std::optional<double> disk_free_limit_relative;  ///< times total memory; wins over bytes

  // definitions at boot: a file or a directory of *.json, read in name order. Empty = none.
  std::string definitions_path;
  bool definitions_skip_if_unchanged = false;
  std::string definitions_hash = "sha256";

  std::string queue_leader_locator = "client-local";
  std::string vhost_restart_strategy = "continue";
  std::uint64_t statistics_interval_ms = 5'000;

  actors::log_options log;

  // clustering: read and kept for the nodes to come
  std::string partition_handling = "ignore";
  std::string pause_if_all_down_recover;
  std::vector<std::string> pause_if_all_down_nodes;
  std::uint64_t net_tick_s = 60;
  std::uint64_t cluster_keepalive_ms = 10'000;
  std::string peer_discovery = "classic_config";
  int discovery_retries = 10;   ///< cluster_formation.discovery_retry_limit
  bool joins_as_ram = false;    ///< cluster_formation.node_type
  std::vector<std::string> cluster_nodes;
  std::string erlang_cookie;  ///< empty: the cookie file's
  distribution::link_tls_options inter_node_tls;
  std::uint16_t distribution_port = 0;  ///< 0 = AMQP port + 20000

  /// True when definitions are loaded at boot: then a blank node gets no default user, vhost or permissions.
  [[nodiscard]] bool loads_definitions() const { return !definitions_path.empty(); }
};

}  // namespace warren::node
