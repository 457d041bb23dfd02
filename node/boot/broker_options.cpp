#include "node/boot/broker.hpp"

namespace warren::node {

actors::broker_options to_broker_options(const node_config& c) {
  actors::broker_options o;
  o.node_name = c.node_name;
  o.cluster_name = c.cluster_name;
  o.partition_handling = c.partition_handling;
  o.queue_locator = c.queue_leader_locator;
  o.frame_max = c.frame_max;
  o.initial_frame_max = c.initial_frame_max;
  o.channel_max = static_cast<std::uint16_t>(c.channel_max);
  o.heartbeat_s = static_cast<std::uint16_t>(c.heartbeat_s);
  o.max_message_size = c.max_message_bytes;
  o.handshake_timeout_ms = c.handshake_timeout_ms < 0 ? 24ll * 3600 * 1000 : c.handshake_timeout_ms;
  o.tls_handshake_timeout_ms = c.tls_handshake_timeout_ms < 0 ? 24ll * 3600 * 1000 : c.tls_handshake_timeout_ms;
  o.consumer_timeout_ms = static_cast<std::int64_t>(c.consumer_timeout_ms.value_or(0));
  o.connection_max = c.connection_max ? static_cast<std::int64_t>(*c.connection_max) : -1;
  o.auth_mechanisms = c.auth_mechanisms;
  o.certificate_login = c.certificate_login;
  o.loopback_users = c.loopback_users;
  o.hashing = c.hashing;
  o.credentials = c.credentials;
  o.vhost_failure_stops_node = c.vhost_restart_strategy == "stop_node";
  o.tcp_nodelay = c.sockets.nodelay;
  o.tcp_backlog = c.sockets.backlog;
  o.tcp_sndbuf = c.sockets.send_buffer_bytes;
  o.tcp_recbuf = c.sockets.receive_buffer_bytes;
  o.tcp_keepalive = c.sockets.keepalive;
  o.tcp_linger_on = c.sockets.linger_on;
  o.tcp_linger_timeout_s = c.sockets.linger_seconds;
  o.memory_watermark_relative = c.memory_watermark;
  o.memory_watermark_absolute = c.memory_watermark_bytes.value_or(0);
  o.memory_paging_ratio = c.memory_paging_ratio;
  o.total_memory_override = c.total_memory_bytes.value_or(0);
  o.memory_monitor_interval_ms = static_cast<std::int64_t>(c.memory_interval_ms);
  o.disk_free_limit_absolute = c.disk_free_limit_bytes;
  o.disk_free_limit_relative = c.disk_free_limit_relative.value_or(0);
  if (!c.product_name.empty()) o.product_name = c.product_name;
  if (!c.product_version.empty()) o.version = c.product_version;
  return o;
}

}  // namespace warren::node
