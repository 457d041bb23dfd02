#include "distribution/net/link_tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace warren::distribution {

namespace ssl = boost::asio::ssl;

namespace {

error refuse(const std::string& option, const std::string& file, const std::string& why) {
  return fail(reply_code::internal_error, "inter-node TLS: " + option + " = " + file + ": " + why);
}

std::string openssl_reason() {
  std::string out = "unknown reason";
  while (const unsigned long code = ERR_get_error())
    if (const char* reason = ERR_reason_error_string(code)) out = reason;
  return out;
}

result<std::shared_ptr<ssl::context>> make_context(const link_tls_options& o, ssl::context::method method) {
  auto context = std::make_shared<ssl::context>(method);
  SSL_CTX* ctx = context->native_handle();
  // Without an answer of our own OpenSSL would ask for the passphrase on the terminal.
  context->set_password_callback(
      [password = o.password](std::size_t, ssl::context::password_purpose) { return password; });
  SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
  ERR_clear_error();
  if (!o.certfile.empty() && SSL_CTX_use_certificate_chain_file(ctx, o.certfile.c_str()) != 1)
    return refuse("certfile", o.certfile, "no certificate in PEM form (" + openssl_reason() + ")");
  if (!o.certfile.empty() && SSL_CTX_use_PrivateKey_file(ctx, o.keyfile.c_str(), SSL_FILETYPE_PEM) != 1)
    return refuse("keyfile", o.keyfile,
                  "no private key of the certificate in PEM form, or the wrong password (" + openssl_reason() + ")");
  if (!o.cacertfile.empty() && SSL_CTX_load_verify_locations(ctx, o.cacertfile.c_str(), nullptr) != 1)
    return refuse("cacertfile", o.cacertfile, "no certificate in PEM form (" + openssl_reason() + ")");
  int mode = SSL_VERIFY_NONE;
  if (o.verify_peer) mode = SSL_VERIFY_PEER | (o.fail_if_no_peer_cert ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0);
  SSL_CTX_set_verify(ctx, mode, nullptr);
  // Links live long: resumption would save nothing.
  SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(ctx, 0);
  return context;
}

}  // namespace

result<link_tls> make_link_tls(const link_tls_options& o) {
  if (!o.enabled()) return link_tls{};
  if (!o.certfile.empty() && o.keyfile.empty()) return fail(reply_code::internal_error, "inter-node TLS: keyfile is not set");
  if (o.verify_peer && o.cacertfile.empty())
    return fail(reply_code::internal_error, "inter-node TLS: verify = verify_peer needs a cacertfile");
  const std::array<std::pair<const char*, const std::string*>, 3> files = {
      {{"certfile", &o.certfile}, {"keyfile", &o.keyfile}, {"cacertfile", &o.cacertfile}}};
  for (const auto& [option, file] : files)
    if (!file->empty() && ::access(file->c_str(), R_OK) != 0) return refuse(option, *file, std::strerror(errno));
  auto client = make_context(o, ssl::context::tls_client);
  if (!client) return client.failure();
  if (o.certfile.empty()) return link_tls{nullptr, *client};
  auto server = make_context(o, ssl::context::tls_server);
  if (!server) return server.failure();
  return link_tls{*server, *client};
}

}  // namespace warren::distribution
