#include "actors/connection/transport.hpp"

#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <sys/socket.h>

#include <algorithm>
#include <cctype>
#include <cerrno>

#include "actors/auth/certificate_identity.hpp"

namespace warren::actors {

namespace asio = boost::asio;

namespace {

class plain_transport : public transport {
 public:
  explicit plain_transport(socket s) : transport(std::move(s)) {}

  progress read(char* to, std::size_t capacity) override {
    for (;;) {
      const ssize_t n = ::recv(fd_, to, capacity, 0);
      if (n > 0) return {outcome::ok, static_cast<std::size_t>(n)};
      if (n == 0) return {outcome::closed, 0};
      if (errno == EINTR) continue;
      return {errno == EAGAIN || errno == EWOULDBLOCK ? outcome::again : outcome::closed, 0};
    }
  }

  progress write(std::span<const iovec> parts) override {
    for (;;) {
      msghdr message{};
      message.msg_iov = const_cast<iovec*>(parts.data());
      message.msg_iovlen = std::min<std::size_t>(parts.size(), 1024);
      const ssize_t n = ::sendmsg(fd_, &message, MSG_NOSIGNAL);
      if (n >= 0) return {outcome::ok, static_cast<std::size_t>(n)};
      if (errno == EINTR) continue;
      return {errno == EAGAIN || errno == EWOULDBLOCK ? outcome::again : outcome::closed, 0};
    }
  }
};

std::string time_of(const ASN1_TIME* t) {
  BIO* out = BIO_new(BIO_s_mem());
  ASN1_TIME_print(out, t);
  char* text = nullptr;
  const long n = BIO_get_mem_data(out, &text);
  std::string result(text, static_cast<std::size_t>(n));
  BIO_free(out);
  return result;
}

/// `aes-256-gcm`, as OpenSSL calls it, with Erlang's underscores: `aes_256_gcm`.
std::string short_name(int nid) {
  const char* name = OBJ_nid2ln(nid);
  std::string text = name == nullptr ? "" : name;
  for (char& c : text) c = c == '-' ? '_' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

class tls_transport : public transport {
 public:
  tls_transport(socket s, SSL_CTX* context) : transport(std::move(s)), ssl_(SSL_new(context)) {
    SSL_set_fd(ssl_, fd_);
    SSL_set_accept_state(ssl_);
    SSL_set_mode(ssl_, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  }
  ~tls_transport() override { SSL_free(ssl_); }

  outcome handshake() override {
    ERR_clear_error();
    return judge(SSL_do_handshake(ssl_)).how;
  }
  progress read(char* to, std::size_t capacity) override {
    ERR_clear_error();
    return judge(SSL_read(ssl_, to, static_cast<int>(std::min<std::size_t>(capacity, 1 << 30))));
  }
  progress write(std::span<const iovec> parts) override {
    std::size_t total = 0;
    for (const iovec& part : parts) {
      std::size_t done = 0;
      while (done < part.iov_len) {
        ERR_clear_error();
        const int wanted = static_cast<int>(std::min<std::size_t>(part.iov_len - done, 1 << 30));
        const progress p = judge(SSL_write(ssl_, static_cast<const char*>(part.iov_base) + done, wanted));
        if (p.how != outcome::ok) return total > 0 && p.how == outcome::again ? progress{outcome::ok, total} : progress{p.how, total};
        done += p.bytes;
        total += p.bytes;
      }
    }
    return {outcome::ok, total};
  }
  [[nodiscard]] bool has_buffered_input() const override { return SSL_pending(ssl_) > 0; }
  [[nodiscard]] bool wants_write() const override { return wants_write_; }

  [[nodiscard]] std::optional<peer_certificate> certificate(const certificate_login_options& options) const override {
    X509* x = SSL_get1_peer_certificate(ssl_);
    if (x == nullptr || SSL_get_verify_result(ssl_) != X509_V_OK) {
      X509_free(x);
      return std::nullopt;
    }
    peer_certificate c;
    c.subject = distinguished_name(x);
    c.issuer = issuer_name(x);
    c.validity = time_of(X509_get0_notBefore(x)) + " - " + time_of(X509_get0_notAfter(x));
    c.login = certificate_user(x, options);
    X509_free(x);
    return c;
  }
  [[nodiscard]] transport_info info() const override {
    transport_info i = transport::info();
    i.tls = true;
    i.tls_protocol = SSL_get_version(ssl_);
    if (const SSL_CIPHER* cipher = SSL_get_current_cipher(ssl_)) {
      i.tls_key_exchange = SSL_CIPHER_is_aead(cipher) && SSL_version(ssl_) == TLS1_3_VERSION ? "any" : short_name(SSL_CIPHER_get_kx_nid(cipher));
      i.tls_cipher = short_name(SSL_CIPHER_get_cipher_nid(cipher));
      const EVP_MD* digest = SSL_CIPHER_get_handshake_digest(cipher);
      i.tls_hash = SSL_CIPHER_is_aead(cipher) ? "aead" : digest == nullptr ? "" : short_name(EVP_MD_get_type(digest));
    }
    return i;
  }
  void close(bool abort) override {
    if (is_open() && !abort) SSL_shutdown(ssl_);
    transport::close(abort);
  }

 private:
  progress judge(int n) {
    wants_write_ = false;
    if (n > 0) return {outcome::ok, static_cast<std::size_t>(n)};
    switch (SSL_get_error(ssl_, n)) {
      case SSL_ERROR_WANT_READ: return {outcome::again, 0};
      case SSL_ERROR_WANT_WRITE: wants_write_ = true; return {outcome::again, 0};
      default: return {outcome::closed, 0};
    }
  }

  SSL* ssl_;
  bool wants_write_ = false;
};

}  // namespace

std::unique_ptr<transport> transport::plain(socket s) { return std::make_unique<plain_transport>(std::move(s)); }
std::unique_ptr<transport> transport::tls(socket s, SSL_CTX* context) {
  return std::make_unique<tls_transport>(std::move(s), context);
}

transport::transport(socket s) : socket_(std::move(s)), fd_(socket_.native_handle()) {
  boost::system::error_code ignored;
  socket_.non_blocking(true, ignored);
}

transport_info transport::info() const {
  transport_info i;
  boost::system::error_code failed;
  if (const auto peer = socket_.remote_endpoint(failed); !failed) {
    i.peer_host = peer.address().to_string();
    i.peer_port = peer.port();
  }
  if (const auto own = socket_.local_endpoint(failed); !failed) {
    i.host = own.address().to_string();
    i.port = own.port();
  }
  const auto plain_v4 = [](std::string& host) {
    if (host.starts_with("::ffff:")) host.erase(0, 7);  // a v4 peer of a dual-stack listener
  };
  plain_v4(i.peer_host);
  plain_v4(i.host);
  return i;
}

void transport::when_readable(std::function<void()> call) {
  socket_.async_wait(socket::wait_read, [alive = std::weak_ptr<bool>(alive_), call = std::move(call)](boost::system::error_code e) {
    if (e != asio::error::operation_aborted && !alive.expired()) call();
  });
}

void transport::when_writable(std::function<void()> call) {
  socket_.async_wait(socket::wait_write, [alive = std::weak_ptr<bool>(alive_), call = std::move(call)](boost::system::error_code e) {
    if (e != asio::error::operation_aborted && !alive.expired()) call();
  });
}

void transport::finish_sending() {
  boost::system::error_code ignored;
  socket_.shutdown(socket::shutdown_send, ignored);
}

void transport::close(bool abort) {
  alive_.reset();
  boost::system::error_code ignored;
  if (!socket_.is_open()) return;
  if (abort) {
    socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  } else {
    socket_.set_option(asio::socket_base::linger(false, 0), ignored);
    socket_.shutdown(socket::shutdown_send, ignored);
  }
  socket_.close(ignored);
}

}  // namespace warren::actors
