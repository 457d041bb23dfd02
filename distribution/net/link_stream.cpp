#include "distribution/net/link_stream.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <vector>

#include "distribution/net/net_thread.hpp"

namespace warren::distribution {

namespace asio = boost::asio;
using boost::system::error_code;
using local_socket = asio::local::stream_protocol::socket;

namespace {

auto into(error_code& failed) { return asio::redirect_error(asio::use_awaitable, failed); }

void set_blocking(int fd) { ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) & ~O_NONBLOCK); }

/// Carries bytes between a TLS connection and our end of a socket pair. Either end's end ends both.
struct tls_pump {
  std::unique_ptr<link_stream::tcp::socket> socket;
  std::shared_ptr<asio::ssl::context> context;
  std::unique_ptr<asio::ssl::stream<link_stream::tcp::socket&>> tls;
  local_socket inside;

  void close() {
    error_code ignored;
    socket->close(ignored);
    inside.close(ignored);
  }
};

template <class From, class To>
asio::awaitable<void> carry(std::shared_ptr<tls_pump> pump, From& from, To& to) {
  std::vector<char> buffer(64 * 1024);
  error_code failed;
  while (!failed) {
    const auto n = co_await from.async_read_some(asio::buffer(buffer), into(failed));
    if (n) {
      error_code broken;
      co_await asio::async_write(to, asio::buffer(buffer.data(), n), into(broken));
      if (broken) failed = broken;
    }
  }
  pump->close();
}

}  // namespace

asio::awaitable<void> link_stream::start_tls(std::shared_ptr<asio::ssl::context> context, bool server,
                                             std::string server_name, error_code& failed) {
  context_ = std::move(context);
  tls_ = std::make_unique<tls_stream>(*socket_, *context_);
  if (!server && !server_name.empty()) {
    SSL_set_tlsext_host_name(tls_->native_handle(), server_name.c_str());
    if (context_->native_handle() && (SSL_CTX_get_verify_mode(context_->native_handle()) & SSL_VERIFY_PEER))
      tls_->set_verify_callback(asio::ssl::host_name_verification(server_name));
  }
  co_await tls_->async_handshake(server ? asio::ssl::stream_base::server : asio::ssl::stream_base::client,
                                 into(failed));
}

asio::awaitable<void> link_stream::read(std::string& to, std::size_t most, error_code& failed) {
  std::array<char, 512> buffer;
  const auto space = asio::buffer(buffer.data(), std::min(most, buffer.size()));
  const std::size_t n = tls_ ? co_await tls_->async_read_some(space, into(failed))
                             : co_await socket_->async_read_some(space, into(failed));
  to.append(buffer.data(), n);
}

asio::awaitable<void> link_stream::write(const std::string& bytes, error_code& failed) {
  if (tls_)
    co_await asio::async_write(*tls_, asio::buffer(bytes), into(failed));
  else
    co_await asio::async_write(*socket_, asio::buffer(bytes), into(failed));
}

int link_stream::hand_over() {
  error_code failed;
  if (!tls_) {
    const int fd = socket_->release(failed);
    if (failed) return -1;
    set_blocking(fd);
    return fd;
  }
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return -1;
  auto& context = static_cast<asio::io_context&>(socket_->get_executor().context());
  auto pump = std::make_shared<tls_pump>(tls_pump{std::move(socket_), std::move(context_), std::move(tls_),
                                                  local_socket(context, asio::local::stream_protocol(), ends[0])});
  spawn(context, carry(pump, *pump->tls, pump->inside));
  spawn(context, carry(pump, pump->inside, *pump->tls));
  return ends[1];
}

}  // namespace warren::distribution
