#include <array>

#include "node/config/config_draft.hpp"
#include "node/config/config_keys.hpp"

namespace warren::node {
namespace {

using kind = value_kind;
using draft = config_draft;
using text = std::string;
using value = config_value;

constexpr auto listeners = std::to_array<config_key>({
    {"listeners.tcp.$name", kind::listener, "", "5672", "An AMQP listener: a port, or address:port. Any number, under any names.",
     key_effect::in_force,
     [](draft& d, const text& name, const value& v) {
       d.no_tcp = false;
       d.tcp_listeners[name] = std::get<listener_address>(v);
       return text();
     }},
    {"listeners.tcp", kind::choice, "none", "", "`none`: no plain AMQP listener.", key_effect::in_force,
     [](draft& d, const text&, const value&) {
       d.no_tcp = true;
       return text();
     }},
    {"listeners.ssl.$name", kind::listener, "", "none", "An AMQP listener over TLS; needs ssl_options.", key_effect::in_force,
     [](draft& d, const text& name, const value& v) {
       d.no_tls = false;
       d.tls_listeners[name] = std::get<listener_address>(v);
       return text();
     }},
    {"listeners.ssl", kind::choice, "none", "", "`none`: no TLS listener.", key_effect::in_force,
     [](draft& d, const text&, const value&) {
       d.no_tls = true;
       return text();
     }},
    {"handshake_timeout", kind::milliseconds_or_infinity, "", "10000", "How long a client may take from connecting to connection.open.",
     key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       d.config.handshake_timeout_ms = whole_of(v);
       return text();
     }},
    {"ssl_handshake_timeout", kind::milliseconds, "", "5000", "How long the TLS handshake may take.", key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       d.config.tls_handshake_timeout_ms = whole_of(v);
       return text();
     }},
    {"proxy_protocol", kind::boolean, "", "false", "Only `false`: Warren does not read PROXY protocol headers yet.", key_effect::in_force,
     // Going on without reading the headers would refuse every client: better to say so at the start.
     [](draft&, const text&, const value& v) { return text(yes_of(v) ? "false; Warren does not read PROXY protocol headers yet" : ""); }},
    {"reverse_dns_lookups", kind::boolean, "", "false", "Name clients by their host names.", key_effect::kept,
     [](draft& d, const text&, const value& v) {
       d.config.reverse_dns_lookups = yes_of(v);
       return text();
     }},
    {"tcp_listen_options.backlog", kind::positive, "", "128", "Connections that may wait to be accepted.", key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       d.config.sockets.backlog = static_cast<int>(std::min<std::int64_t>(whole_of(v), 65535));
       return text();
     }},
    {"tcp_listen_options.nodelay", kind::boolean, "", "true", "TCP_NODELAY.", key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       d.config.sockets.nodelay = yes_of(v);
       return text();
     }},
    {"tcp_listen_options.keepalive", kind::boolean, "", "false", "SO_KEEPALIVE.", key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       d.config.sockets.keepalive = yes_of(v);
       return text();
     }},
    {"tcp_listen_options.linger.on", kind::boolean, "", "true", "SO_LINGER.", key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       d.config.sockets.linger_on = yes_of(v);
       return text();
     }},
    {"tcp_listen_options.linger.timeout", kind::whole, "", "0", "SO_LINGER's time in seconds.", key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       d.config.sockets.linger_seconds = static_cast<int>(std::min<std::int64_t>(whole_of(v), 65535));
       return text();
     }},
    {"tcp_listen_options.sndbuf", kind::positive, "", "", "SO_SNDBUF in bytes; the system's default when absent.", key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       d.config.sockets.send_buffer_bytes = static_cast<int>(std::min<std::int64_t>(whole_of(v), 1 << 30));
       return text();
     }},
    {"tcp_listen_options.recbuf", kind::positive, "", "", "SO_RCVBUF in bytes; the system's default when absent.", key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       d.config.sockets.receive_buffer_bytes = static_cast<int>(std::min<std::int64_t>(whole_of(v), 1 << 30));
       return text();
     }},
    {"tcp_listen_options.exit_on_close", kind::boolean, "", "false", "An option of Erlang's sockets.", key_effect::no_effect},
    {"tcp_listen_options.**", kind::text, "", "", "The remaining options of Erlang's sockets.", key_effect::no_effect},
    {"num_acceptors.tcp", kind::whole, "", "10", "Warren accepts on its I/O threads.", key_effect::no_effect},
    {"num_acceptors.ssl", kind::whole, "", "10", "Warren accepts on its I/O threads.", key_effect::no_effect},
});

constexpr auto
    tls =
        std::
            to_array<config_key>(
                {
                    {"ssl_options.cacertfile", kind::path, "", "",
                     "PEM file with the certificates that clients' certificates are checked against.",
                     key_effect::in_force,
                     [](draft& d, const text&, const value& v) {
                       d.config.tls.cacertfile = text_of(v);
                       return text();
                     }},
                    {"ssl_options.certfile", kind::path, "", "",
                     "PEM file with the server's certificate (and its chain).", key_effect::in_force,
                     [](draft& d, const text&, const value& v) {
                       d.config.tls.certfile = text_of(v);
                       return text();
                     }},
                    {"ssl_options.keyfile", kind::path, "", "", "PEM file with the server's private key.",
                     key_effect::in_force,
                     [](draft& d, const text&, const value& v) {
                       d.config.tls.keyfile = text_of(v);
                       return text();
                     }},
                    {"ssl_options.password", kind::text, "", "", "The key file's passphrase.", key_effect::in_force,
                     [](draft& d, const text&, const value& v) {
                       d.config.tls.password = text_of(v);
                       return text();
                     }},
                    {"ssl_options.verify", kind::choice, "verify_none verify_peer", "verify_none",
                     "Ask clients for a certificate and check it.", key_effect::in_force,
                     [](draft& d, const text&, const value& v) {
                       d.config.tls.verify_peer = text_of(v) == "verify_peer";
                       return text();
                     }},
                    {"ssl_options.fail_if_no_peer_cert", kind::boolean, "", "false",
                     "Refuse clients without a certificate; needs verify_peer.", key_effect::in_force,
                     [](draft& d, const text&, const value& v) {
                       d.config.tls.fail_if_no_peer_cert = yes_of(v);
                       return text();
                     }},
                    {"ssl_options.depth", kind::byte, "", "1", "Intermediate certificates allowed in a client's chain.",
                     key_effect::in_force,
                     [](draft& d, const text&, const value& v) {
                       d.config.tls.depth = static_cast<int>(whole_of(v));
                       return text();
                     }},
                    {"ssl_options.dhfile", kind::path, "", "", "PEM file with Diffie-Hellman parameters.",
                     key_effect::in_force,
                     [](draft& d, const text&, const value& v) {
                       d.config.tls.dhfile = text_of(v);
                       return text();
                     }},
                    {"ssl_options.versions.$n", kind::choice, "tlsv1.3 tlsv1.2 tlsv1.1 tlsv1", "tlsv1.3, tlsv1.2",
                     "Protocol versions to offer.", key_effect::in_force,
                     [](draft& d, const text& n, const value& v) {
                       d.tls_versions[n] = text_of(v);
                       return text();
                     }},
                    {"ssl_options.ciphers.$n", kind::text, "", "OpenSSL's",
                     "Cipher suites to offer, most wanted first.", key_effect::in_force,
                     [](draft& d, const text& n, const value& v) {
                       d.tls_ciphers[n] = text_of(v);
                       return text();
                     }},
                    {"ssl_options.honor_cipher_order", kind::boolean, "",
                     "true", "The server's order of ciphers decides.", key_effect::in_force,
                     [](draft& d, const text&, const value& v) {
                       d.config.tls.honor_cipher_order = yes_of(v);
                       return text();
                     }},
                    {"ssl_options.client_renegotiation", kind::boolean, "", "false",
                     "Let clients renegotiate (TLS 1.2 and older).", key_effect::in_force,
                     [](draft& d, const text&, const value& v) {
                       d.config.tls.client_renegotiation = yes_of(v);
                       return text();
                     }},
                    {"ssl_options", kind::choice, "none", "", "`none`: no TLS options.", key_effect::no_effect},
                    {"ssl_options.honor_ecc_order", kind::boolean, "", "", "Follows honor_cipher_order.",
                     key_effect::no_effect},
                    {"ssl_options.reuse_sessions", kind::boolean, "", "", "OpenSSL's default applies.",
                     key_effect::no_effect},
                    {"ssl_options.secure_renegotiate", kind::boolean, "", "", "Always on.", key_effect::no_effect},
                    {"ssl_options.log_level", kind::text, "", "", "See log.connection.level.", key_effect::no_effect},
                    {"ssl_options.log_alert", kind::boolean, "", "", "See log.connection.level.",
                     key_effect::no_effect},
                    {"ssl_options.bypass_pem_cache", kind::boolean, "", "", "There is no such cache.",
                     key_effect::no_effect},
                    {"ssl_allow_poodle_attack", kind::boolean, "", "", "SSL 3.0 does not exist here.",
                     key_effect::no_effect},
                });

}  // namespace

std::span<const config_key> listener_keys() { return listeners; }
std::span<const config_key> tls_keys() { return tls; }

}  // namespace warren::node
