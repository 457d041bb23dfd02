#include <array>

#include "node/config/config_draft.hpp"
#include "node/config/config_keys.hpp"

namespace warren::node {
namespace {

using kind = value_kind;
using draft = config_draft;
using text = std::string;
using value = config_value;

constexpr auto access = std::to_array<config_key>({
    {"default_vhost", kind::text, "", "/", "Created on a blank node.", key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       d.config.default_vhost = text_of(v);
       return text();
     }},
    {"default_user", kind::text, "", "guest", "Created on a blank node.", key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       d.config.default_user = text_of(v);
       return text();
     }},
    {"default_pass", kind::text, "", "guest", "The default user's password.", key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       d.config.default_pass = text_of(v);
       return text();
     }},
    {"default_user_tags.$tag", kind::boolean, "", "administrator = true", "The default user's tags.", key_effect::in_force,
     [](draft& d, const text& tag, const value& v) {
       d.default_user_tags[tag] = yes_of(v);
       return text();
     }},
    {"default_permissions.configure", kind::text, "", ".*", "The default user's permissions in the default vhost.", key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       d.config.default_configure = text_of(v);
       return text();
     }},
    {"default_permissions.write", kind::text, "", ".*", "", key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       d.config.default_write = text_of(v);
       return text();
     }},
    {"default_permissions.read", kind::text, "", ".*", "", key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       d.config.default_read = text_of(v);
       return text();
     }},
    {"loopback_users.$user", kind::boolean, "", "guest = true", "Users who may connect only from this machine.", key_effect::in_force,
     [](draft& d, const text& user, const value& v) {
       d.loopback_users[user] = yes_of(v);
       return text();
     }},
    {"loopback_users", kind::choice, "none", "", "`none`: every user may connect from anywhere.", key_effect::in_force,
     [](draft& d, const text&, const value&) {
       d.no_loopback_users = true;
       return text();
     }},
    {"auth_mechanisms.$n", kind::choice, "PLAIN AMQPLAIN EXTERNAL", "PLAIN, AMQPLAIN", "SASL mechanisms to offer; EXTERNAL only over TLS.",
     key_effect::in_force,
     [](draft& d, const text& n, const value& v) {
       d.auth_mechanisms[n] = text_of(v);
       return text();
     }},
    {"password_hashing_module", kind::choice,
     "rabbit_password_hashing_sha256 rabbit_password_hashing_sha512 rabbit_password_hashing_md5", "rabbit_password_hashing_sha256",
     "How new passwords are hashed.", key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       d.config.hashing = *actors::parse_hashing_module(text_of(v));
       return text();
     }},
    {"credential_validator.validation_backend", kind::choice,
     "rabbit_credential_validator_accept_everything rabbit_credential_validator_min_password_length "
     "rabbit_credential_validator_password_regexp",
     "rabbit_credential_validator_accept_everything", "What passwords that are set from now on must look like (set as such, not as hashes).", key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       using rules = actors::credential_rules;
       const auto& name = text_of(v);
       d.config.credentials.kind = name.ends_with("min_password_length") ? rules::backend::min_length
                                   : name.ends_with("password_regexp")   ? rules::backend::regexp
                                                                         : rules::backend::accept_everything;
       return text();
     }},
    {"credential_validator.min_length", kind::whole, "", "8", "For rabbit_credential_validator_min_password_length.", key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       d.config.credentials.min_length = whole_of(v);
       return text();
     }},
    {"credential_validator.regexp", kind::text, "", "", "For rabbit_credential_validator_password_regexp.", key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       d.config.credentials.regexp = text_of(v);
       return text();
     }},
    {"ssl_cert_login_from", kind::choice, "distinguished_name common_name subject_alternative_name subject_alt_name", "distinguished_name",
     "What EXTERNAL takes as the user name.", key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       using actors::certificate_login;
       const auto& from = text_of(v);
       d.config.certificate_login.from = from == "common_name"          ? certificate_login::common_name
                                         : from == "distinguished_name" ? certificate_login::distinguished_name
                                                                        : certificate_login::subject_alternative_name;
       return text();
     }},
    {"ssl_cert_login_san_type", kind::choice, "dns ip email uri", "dns", "Which kind of subject alternative name.", key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       using actors::san_kind;
       const auto& type = text_of(v);
       d.config.certificate_login.san = type == "dns"     ? san_kind::dns
                                        : type == "ip"    ? san_kind::ip
                                        : type == "email" ? san_kind::email
                                                          : san_kind::uri;
       return text();
     }},
    {"ssl_cert_login_san_index", kind::byte, "", "0", "Which of several names of that kind, from 0.", key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       d.config.certificate_login.san_index = static_cast<int>(whole_of(v));
       return text();
     }},
    {"auth_backends.$n", kind::choice, "internal rabbit_auth_backend_internal", "internal", "Users are kept in the node.",
     key_effect::in_force, [](draft&, const text&, const value&) { return text(); }},
    {"auth_backends.$n.authn", kind::choice, "internal rabbit_auth_backend_internal", "internal", "Users are kept in the node.",
     key_effect::in_force, [](draft&, const text&, const value&) { return text(); }},
    {"auth_backends.$n.authz", kind::choice, "internal rabbit_auth_backend_internal", "internal", "Users are kept in the node.",
     key_effect::in_force, [](draft&, const text&, const value&) { return text(); }},
});

constexpr auto definitions = std::to_array<config_key>({
    {"load_definitions", kind::path, "", "",
     "A definitions file (JSON), or a directory of them, loaded at every boot. A blank node then gets no default user "
     "and vhost.",
     key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       d.load_definitions = text_of(v);
       return text();
     }},
    {"management.load_definitions", kind::path, "", "", "Old name of load_definitions.", key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       d.load_definitions = text_of(v);
       return text();
     }},
    {"definitions.import_backend", kind::choice, "local_filesystem local", "local_filesystem",
     "Where definitions come from.", key_effect::in_force,
     [](draft& d, const text&, const value&) {
       d.definitions_backend = "local_filesystem";
       return text();
     }},
    {"definitions.local.path", kind::path, "", "", "The same as load_definitions.", key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       d.definitions_local_path = text_of(v);
       return text();
     }},
    {"definitions.skip_if_unchanged", kind::boolean, "", "false", "Do not load definitions again whose content is that of the last import at a boot (global parameter imported_definition_hash_value).",
     key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       d.config.definitions_skip_if_unchanged = yes_of(v);
       return text();
     }},
    {"definitions.hashing.algorithm", kind::choice, "sha sha224 sha256 sha384 sha512", "sha256",
     "How unchanged definitions are recognised.", key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       d.config.definitions_hash = text_of(v);
       return text();
     }},
    {"definitions.https.url", kind::text, "", "", "Definitions from a web server.", key_effect::refused},
    {"definitions.tls.**", kind::text, "", "", "TLS options for definitions.https.url.", key_effect::no_effect},
});

}  // namespace

std::span<const config_key> access_keys() { return access; }
std::span<const config_key> definition_keys() { return definitions; }

}  // namespace warren::node
