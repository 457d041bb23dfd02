#pragma once

#include <openssl/ssl.h>
#include <sys/uio.h>

#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "actors/auth/tls_options.hpp"

namespace warren::actors {

/// What a client's certificate said.
struct peer_certificate {
  std::string subject, issuer, validity;  ///< RFC 4514 names; `from - until`
  std::optional<std::string> login;       ///< the user that EXTERNAL takes from it
};

struct transport_info {
  std::string peer_host, host;
  std::uint16_t peer_port = 0, port = 0;
  bool tls = false;
  std::string tls_protocol, tls_key_exchange, tls_cipher, tls_hash;
};

/// A client's socket on its I/O thread, plain or TLS: readiness by Asio, bytes by non-blocking calls, so that a waiting
/// connection owns no buffer. Handlers run on the I/O thread; after close() none is called any more.
class transport {
 public:
  using socket = boost::asio::ip::tcp::socket;
  enum class outcome { ok, again, closed };
  struct progress {
    outcome how = outcome::again;
    std::size_t bytes = 0;
  };

  static std::unique_ptr<transport> plain(socket s);
  static std::unique_ptr<transport> tls(socket s, SSL_CTX* context);
  virtual ~transport() = default;

  /// TLS: drives the handshake, `again` means wait for what wants_write() says; plain: ok at once.
  virtual outcome handshake() { return outcome::ok; }
  virtual progress read(char* to, std::size_t capacity) = 0;
  virtual progress write(std::span<const iovec> parts) = 0;
  /// More bytes are there although the socket need not become readable for them (TLS keeps decrypted ones).
  [[nodiscard]] virtual bool has_buffered_input() const { return false; }
  /// After `again`: TLS may need the socket writable to go on reading, and the other way round.
  [[nodiscard]] virtual bool wants_write() const { return false; }
  [[nodiscard]] virtual std::optional<peer_certificate> certificate(const certificate_login_options&) const { return std::nullopt; }
  [[nodiscard]] virtual transport_info info() const;

  void when_readable(std::function<void()> call);
  void when_writable(std::function<void()> call);
  /// With `abort` (linger on, 0 s) the peer may see a reset, otherwise what was written is still delivered.
  virtual void close(bool abort);
  /// Nothing more will be written; the peer sees the end of the stream behind the last byte.
  void finish_sending();
  [[nodiscard]] bool is_open() const { return socket_.is_open(); }

 protected:
  explicit transport(socket s);
  socket socket_;
  int fd_;

 private:
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace warren::actors
