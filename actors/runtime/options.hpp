#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "actors/auth/credential_validator.hpp"
#include "actors/auth/password_hash.hpp"
#include "actors/auth/tls_options.hpp"

namespace warren::actors {

/// What the shells need of the configuration (node/config fills it in; names and defaults are rabbitmq.conf's).
struct broker_options {
  std::string node_name = "rabbit@localhost";
  std::string partition_handling = "ignore";  ///< cluster_partition_handling
  std::string cluster_name;  ///< empty: the node's name
  std::string queue_locator = "client-local";  ///< where new queues go: client-local, min-masters (balanced), random
  std::uint32_t frame_max = 131072;
  std::uint32_t initial_frame_max = 4096;
  std::uint16_t channel_max = 2047;
  std::uint16_t heartbeat_s = 60;
  std::uint64_t max_message_size = 134217728;
  std::int64_t handshake_timeout_ms = 10000;
  std::int64_t tls_handshake_timeout_ms = 5000;
  std::int64_t consumer_timeout_ms = 1800000;  ///< 0 = off
  std::int64_t connection_max = -1;            ///< per node; -1 = unlimited
  std::vector<std::string> auth_mechanisms{"PLAIN", "AMQPLAIN"};
  certificate_login_options certificate_login;
  std::vector<std::string> loopback_users{"guest"};
  password_hashing hashing = password_hashing::sha256;  ///< of passwords that are set here
  credential_rules credentials;
  bool vhost_failure_stops_node = false;  ///< vhost_restart_strategy = stop_node
  bool tcp_nodelay = true;
  int tcp_backlog = 128;
  int tcp_sndbuf = 0, tcp_recbuf = 0;  ///< 0 = the system's
  bool tcp_keepalive = false;
  bool tcp_linger_on = true;
  int tcp_linger_timeout_s = 0;

  double memory_watermark_relative = 0.4;
  std::uint64_t memory_watermark_absolute = 0;  ///< wins when not 0
  double memory_paging_ratio = 0.5;
  std::uint64_t total_memory_override = 0;
  std::int64_t memory_monitor_interval_ms = 2500;
  std::uint64_t disk_free_limit_absolute = 50'000'000;
  double disk_free_limit_relative = 0;  ///< times total memory; wins when not 0

  std::string product_name = "RabbitMQ", product_version;  ///< as clients expect it; platform and information say Warren
  std::string version = "3.10.8";  ///< what clients are told: whose protocol we speak
};

}  // namespace warren::actors
