#include <algorithm>
#include <array>

#include "node/config/config_draft.hpp"
#include "node/config/config_keys.hpp"

namespace warren::node {
namespace {

using kind = value_kind;
using draft = config_draft;
using text = std::string;
using value = config_value;

constexpr auto node_and_cluster = std::to_array<config_key>({
    {"cluster_name", kind::text, "", "the node's name", "Named in connection.start.", key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       d.config.cluster_name = text_of(v);
       return text();
     }},
    {"product.name", kind::text, "", "Warren", "The product that the node calls itself.", key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       d.config.product_name = text_of(v);
       return text();
     }},
    {"product.version", kind::text, "", "", "Its version.", key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       d.config.product_version = text_of(v);
       return text();
     }},
    {"motd_file", kind::path, "", "", "A text that is written to the log at the start.", key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       d.config.motd_file = text_of(v);
       return text();
     }},
    {"vhost_restart_strategy", kind::choice, "continue stop_node transient persistent", "continue",
     "What follows when a virtual host fails more often than it is restarted (twice in 5 minutes): it stays down and the node goes on, or the node stops.", key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       const auto& s = text_of(v);
       d.config.vhost_restart_strategy = s == "persistent" ? "stop_node" : s == "transient" ? "continue" : s;
       return text();
     }},
    {"queue_leader_locator", kind::choice, "client-local balanced", "client-local", "Which node leads a new queue.", key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       d.config.queue_leader_locator = text_of(v);
       return text();
     }},
    {"queue_master_locator", kind::choice, "client-local min-masters random", "client-local", "Old form of queue_leader_locator.",
     key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       d.config.queue_leader_locator = text_of(v);
       return text();
     }},
    {"collect_statistics_interval", kind::milliseconds, "", "5000", "Time between two samples of the statistics.", key_effect::kept,
     [](draft& d, const text&, const value& v) {
       if (whole_of(v) == 0) return text("1 or more milliseconds");
       d.config.statistics_interval_ms = whole_of(v);
       return text();
     }},
    {"cluster_partition_handling", kind::choice, "ignore pause_minority pause_if_all_down autoheal", "ignore",
     "What a member does that loses sight of others: every member acts as with ignore.", key_effect::kept,
     [](draft& d, const text&, const value& v) {
       d.config.partition_handling = text_of(v);
       return text();
     }},
    {"cluster_partition_handling.pause_if_all_down.recover", kind::choice, "ignore autoheal", "", "Needed with pause_if_all_down.",
     key_effect::kept,
     [](draft& d, const text&, const value& v) {
       d.config.pause_if_all_down_recover = text_of(v);
       return text();
     }},
    {"cluster_partition_handling.pause_if_all_down.nodes.$n", kind::text, "", "", "Needed with pause_if_all_down.", key_effect::kept,
     [](draft& d, const text& n, const value& v) {
       d.pause_nodes[n] = text_of(v);
       return text();
     }},
    {"cluster_formation.peer_discovery_backend", kind::choice,
     "classic_config rabbit_peer_discovery_classic_config dns rabbit_peer_discovery_dns aws rabbit_peer_discovery_aws consul "
     "rabbit_peer_discovery_consul etcd rabbit_peer_discovery_etcd k8s rabbit_peer_discovery_k8s",
     "classic_config", "How a blank node finds its cluster.", key_effect::kept,
     [](draft& d, const text&, const value& v) {
       constexpr std::string_view prefix = "rabbit_peer_discovery_";
       std::string_view name = text_of(v);
       if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
       d.config.peer_discovery = name;
       return text();
     }},
    {"cluster_formation.classic_config.nodes.$n", kind::text, "", "", "Nodes that a blank node tries to join.", key_effect::in_force,
     [](draft& d, const text& n, const value& v) {
       d.cluster_nodes[n] = text_of(v);
       return text();
     }},
    {"cluster_formation.discovery_retry_limit", kind::positive, "", "10",
     "How often a blank node tries the nodes of its list, half a minute each, before it forms a cluster of its own.", key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       d.config.discovery_retries = static_cast<int>(std::min<std::int64_t>(whole_of(v), 1'000'000));
       return text();
     }},
    {"cluster_formation.node_type", kind::choice, "disc ram", "disc", "As what a blank node joins.", key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       d.config.joins_as_ram = text_of(v) == "ram";
       return text();
     }},
    {"net_ticktime", kind::positive, "", "60", "Seconds of silence after which a node counts as lost (0.75 to 1.25 times).",
     key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       d.config.net_tick_s = whole_of(v);
       return text();
     }},
    {"cluster_keepalive_interval", kind::milliseconds, "", "10000", "Time between two signs of life to the other members.",
     key_effect::kept,
     [](draft& d, const text&, const value& v) {
       d.config.cluster_keepalive_ms = whole_of(v);
       return text();
     }},
    {"distribution.listener.port_range.min", kind::port, "", "AMQP port + 20000", "Port between nodes.", key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       d.config.distribution_port = static_cast<std::uint16_t>(whole_of(v));
       return text();
     }},
    {"distribution.listener.port_range.max", kind::port, "", "", "One port is used: the range's first.", key_effect::no_effect},
    {"distribution.ssl_options.certfile", kind::path, "", "", "TLS between nodes: PEM file with this node's certificate (and its chain).",
     key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       d.config.inter_node_tls.certfile = text_of(v);
       return text();
     }},
    {"distribution.ssl_options.keyfile", kind::path, "", "the certfile", "TLS between nodes: PEM file with its private key.", key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       d.config.inter_node_tls.keyfile = text_of(v);
       return text();
     }},
    {"distribution.ssl_options.password", kind::text, "", "", "TLS between nodes: the key file's passphrase.", key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       d.config.inter_node_tls.password = text_of(v);
       return text();
     }},
    {"distribution.ssl_options.cacertfile", kind::path, "", "",
     "TLS between nodes: PEM file with the certificates that other nodes' certificates are checked against.", key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       d.config.inter_node_tls.cacertfile = text_of(v);
       return text();
     }},
    {"distribution.ssl_options.verify", kind::choice, "verify_none verify_peer", "verify_none", "TLS between nodes: check other nodes' certificates.",
     key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       d.config.inter_node_tls.verify_peer = text_of(v) == "verify_peer";
       return text();
     }},
    {"distribution.ssl_options.fail_if_no_peer_cert", kind::boolean, "", "false",
     "TLS between nodes: refuse who dials without a certificate; needs verify_peer.", key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       d.config.inter_node_tls.fail_if_no_peer_cert = yes_of(v);
       return text();
     }},
    {"distribution.listener.interface", kind::text, "", "", "", key_effect::no_effect},
    {"cluster_formation.**", kind::text, "", "", "Other ways to form a cluster.", key_effect::no_effect},
    {"mnesia_table_loading_retry_timeout", kind::milliseconds, "", "30000", "", key_effect::no_effect},
    {"mnesia_table_loading_retry_limit", kind::whole, "", "10", "", key_effect::no_effect},
    {"mirroring_sync_batch_size", kind::bytes, "", "4096", "", key_effect::no_effect},
    {"mirroring_sync_max_throughput", kind::memory_size, "", "0", "", key_effect::no_effect},
});

constexpr auto inert = std::to_array<config_key>({
    {"collect_statistics", kind::choice, "none coarse fine", "none", "Counters are always kept.", key_effect::no_effect},
    {"queue_index_embed_msgs_below", kind::bytes, "", "4096", "All messages are stored alike.", key_effect::no_effect},
    {"message_store_shutdown_timeout", kind::milliseconds, "", "600000", "", key_effect::no_effect},
    {"classic_queue.default_version", kind::whole, "", "1", "There is one version.", key_effect::no_effect},
    {"quorum_queue.compute_checksums", kind::boolean, "", "true", "Checksums are always kept.", key_effect::no_effect},
    {"raft.**", kind::text, "", "", "", key_effect::no_effect},
    {"background_gc_enabled", kind::boolean, "", "false", "There is no garbage collector.", key_effect::no_effect},
    {"background_gc_target_interval", kind::milliseconds, "", "60000", "There is no garbage collector.", key_effect::no_effect},
    {"socket_writer.gc_threshold", kind::text, "", "", "There is no garbage collector.", key_effect::no_effect},
    {"hipe_compile", kind::boolean, "", "false", "Warren is compiled.", key_effect::no_effect},
    {"delegate_count", kind::whole, "", "16", "", key_effect::no_effect},
    {"default_worker_pool_size", kind::whole, "", "", "", key_effect::no_effect},
    {"erlang.**", kind::text, "", "", "An option of Erlang's virtual machine.", key_effect::no_effect},
    {"vm_args.**", kind::text, "", "", "An option of Erlang's virtual machine.", key_effect::no_effect},
    {"sysmon_handler.**", kind::text, "", "", "", key_effect::no_effect},
    {"management.**", kind::text, "", "", "For the management plugin.", key_effect::no_effect},
    {"management_agent.**", kind::text, "", "", "For the management plugin.", key_effect::no_effect},
    {"prometheus.**", kind::text, "", "", "For the prometheus plugin.", key_effect::no_effect},
    {"event_exchange.vhost", kind::text, "", "/", "For the event exchange plugin.", key_effect::no_effect},
    {"stream.**", kind::text, "", "", "", key_effect::no_effect},
    {"mqtt.**", kind::text, "", "", "", key_effect::no_effect},
    {"stomp.**", kind::text, "", "", "", key_effect::no_effect},
    {"web_mqtt.**", kind::text, "", "", "", key_effect::no_effect},
    {"web_stomp.**", kind::text, "", "", "", key_effect::no_effect},
    {"amqp1_0.**", kind::text, "", "", "", key_effect::no_effect},
    {"auth_ldap.**", kind::text, "", "", "", key_effect::no_effect},
    {"auth_http.**", kind::text, "", "", "", key_effect::no_effect},
    {"auth_oauth2.**", kind::text, "", "", "", key_effect::no_effect},
    {"auth_cache.**", kind::text, "", "", "", key_effect::no_effect},
    {"trust_store.**", kind::text, "", "", "", key_effect::no_effect},
    {"aws.**", kind::text, "", "", "", key_effect::no_effect},
});

}  // namespace

std::span<const config_key> cluster_keys() { return node_and_cluster; }
std::span<const config_key> inert_keys() { return inert; }

}  // namespace warren::node
