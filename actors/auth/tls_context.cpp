#include "actors/auth/tls_context.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>

namespace warren::actors {
namespace {

namespace ssl = boost::asio::ssl;

error refuse(const std::string& option, const std::string& file, const std::string& why) {
  return fail(reply_code::internal_error, "ssl_options." + option + " = " + file + ": " + why);
}

/// The innermost reason that OpenSSL left behind.
std::string openssl_reason() {
  std::string out = "unknown reason";
  while (const unsigned long code = ERR_get_error())
    if (const char* reason = ERR_reason_error_string(code)) out = reason;
  return out;
}

/// "" when it can be opened; OpenSSL's own message for that names neither file nor reason.
std::string why_unreadable(const std::string& file) {
  errno = 0;
  std::ifstream in(file);
  if (in && in.peek() == std::ifstream::traits_type::eof()) return errno ? std::strerror(errno) : "is empty";
  return in ? "" : std::strerror(errno ? errno : EIO);
}

constexpr std::array<std::pair<const char*, int>, 4> protocol_versions = {
    {{"tlsv1", TLS1_VERSION}, {"tlsv1.1", TLS1_1_VERSION}, {"tlsv1.2", TLS1_2_VERSION}, {"tlsv1.3", TLS1_3_VERSION}}};

/// OpenSSL takes a lowest and a highest version, and a mask for holes between them.
status set_versions(SSL_CTX* ctx, const std::vector<std::string>& wanted) {
  if (wanted.empty()) {
    SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
    return success{};
  }
  constexpr std::array<std::uint64_t, 4> off = {SSL_OP_NO_TLSv1, SSL_OP_NO_TLSv1_1, SSL_OP_NO_TLSv1_2,
                                                SSL_OP_NO_TLSv1_3};
  int lowest = 0;
  for (std::size_t i = 0; i < protocol_versions.size(); ++i) {
    if (std::find(wanted.begin(), wanted.end(), protocol_versions[i].first) == wanted.end())
      SSL_CTX_set_options(ctx, off[i]);
    else if (!lowest)
      lowest = protocol_versions[i].second;
  }
  if (!lowest)
    return fail(reply_code::internal_error, "ssl_options.versions: expected tlsv1.3, tlsv1.2, tlsv1.1 or tlsv1");
  SSL_CTX_set_min_proto_version(ctx, lowest);
  if (lowest < TLS1_2_VERSION) SSL_CTX_set_security_level(ctx, 0);  // OpenSSL 3 offers the old ones on no other level
  return success{};
}

status set_ciphers(SSL_CTX* ctx, const std::vector<std::string>& wanted) {
  std::string old_suites, new_suites;  // up to TLS 1.2, from 1.3 on
  for (const auto& name : wanted) {
    auto& list = name.starts_with("TLS_AES_") || name.starts_with("TLS_CHACHA20_") ? new_suites : old_suites;
    const char* known = name.starts_with("TLS_") ? OPENSSL_cipher_name(name.c_str()) : nullptr;
    const bool translated = known && std::strcmp(known, "(NONE)") != 0 && &list == &old_suites;
    list += (list.empty() ? "" : ":") + (translated ? std::string(known) : name);
  }
  if (!old_suites.empty() && SSL_CTX_set_cipher_list(ctx, old_suites.c_str()) != 1)
    return fail(reply_code::internal_error, "ssl_options.ciphers: OpenSSL knows none of " + old_suites);
  if (!new_suites.empty() && SSL_CTX_set_ciphersuites(ctx, new_suites.c_str()) != 1)
    return fail(reply_code::internal_error, "ssl_options.ciphers: OpenSSL does not know all of " + new_suites);
  return success{};
}

status set_files(SSL_CTX* ctx, const tls_options& o) {
  for (const auto& [option, file] : {std::pair{"certfile", o.certfile}, {"keyfile", o.keyfile}}) {
    if (file.empty()) return fail(reply_code::internal_error, std::string("ssl_options.") + option + " is not set");
  }
  for (const auto& [option, file] : {std::pair{"certfile", o.certfile},
                                     {"keyfile", o.keyfile},
                                     {"cacertfile", o.cacertfile},
                                     {"dhfile", o.dhfile}}) {
    if (file.empty()) continue;
    if (const auto why = why_unreadable(file); !why.empty()) return refuse(option, file, why);
  }
  ERR_clear_error();
  if (SSL_CTX_use_certificate_chain_file(ctx, o.certfile.c_str()) != 1)
    return refuse("certfile", o.certfile, "no certificate in PEM form (" + openssl_reason() + ")");
  if (SSL_CTX_use_PrivateKey_file(ctx, o.keyfile.c_str(), SSL_FILETYPE_PEM) != 1) {
    const auto reason = openssl_reason();
    if (reason == "key values mismatch")
      return refuse("keyfile", o.keyfile, "is not the key of the certificate " + o.certfile);
    return refuse("keyfile", o.keyfile,
                  "no private key in PEM form, or the wrong ssl_options.password (" + reason + ")");
  }
  if (!o.cacertfile.empty()) {
    if (SSL_CTX_load_verify_locations(ctx, o.cacertfile.c_str(), nullptr) != 1)
      return refuse("cacertfile", o.cacertfile, "no certificate in PEM form (" + openssl_reason() + ")");
    // Tells clients which of their certificates would do.
    SSL_CTX_set_client_CA_list(ctx, SSL_load_client_CA_file(o.cacertfile.c_str()));
  }
  return success{};
}

}  // namespace

result<std::shared_ptr<ssl::context>> make_server_context(const tls_options& o) {
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  SSL_CTX* ctx = context->native_handle();
  // Without an answer of our own OpenSSL would ask for the passphrase on the terminal.
  context->set_password_callback(
      [password = o.password](std::size_t, ssl::context::password_purpose) { return password; });
  if (auto done = set_versions(ctx, o.versions); !done) return done.failure();
  if (auto done = set_ciphers(ctx, o.ciphers); !done) return done.failure();
  if (auto done = set_files(ctx, o); !done) return done.failure();
  if (!o.dhfile.empty()) {
    boost::system::error_code wrong;
    context->use_tmp_dh_file(o.dhfile, wrong);
    if (wrong) return refuse("dhfile", o.dhfile, wrong.message());
  } else {
    SSL_CTX_set_dh_auto(ctx, 1);
  }
  if (o.honor_cipher_order) SSL_CTX_set_options(ctx, SSL_OP_CIPHER_SERVER_PREFERENCE);
  if (!o.client_renegotiation) SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);  // ~34 KiB less for each idle connection

  SSL_CTX_set_verify_depth(ctx, o.depth);
  int mode = SSL_VERIFY_NONE;
  if (o.verify_peer) mode = SSL_VERIFY_PEER | (o.fail_if_no_peer_cert ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0);
  SSL_CTX_set_verify(ctx, mode, nullptr);
  // Sessions are resumed only where no client certificate is involved: a resumed one would need a context of its own.
  if (o.verify_peer) SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF), SSL_CTX_set_num_tickets(ctx, 0);
  return context;
}

}  // namespace warren::actors
