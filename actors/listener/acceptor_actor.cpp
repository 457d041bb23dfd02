#include "actors/listener/acceptor_actor.hpp"

#include <sys/resource.h>

#include <boost/asio/ip/v6_only.hpp>
#include <cstdint>
#include <stdexcept>

#include "actors/logging/log.hpp"
#include "supervision/supervisor.hpp"

namespace warren::actors {

namespace asio = boost::asio;

namespace {

/// How long accepting rests when the process has no descriptors left.
constexpr time_ms exhausted_pause_ms = 200;

/// Sockets that clients may have of the process's descriptors; the rest is for the log and the segments, which must never
/// be without one (the shares are file_handle_cache's).
[[nodiscard]] std::int64_t socket_limit() {
  rlimit descriptors{};
  if (getrlimit(RLIMIT_NOFILE, &descriptors) != 0 || descriptors.rlim_cur == RLIM_INFINITY) return INT64_MAX;
  const auto all = static_cast<std::int64_t>(descriptors.rlim_cur);
  return std::max<std::int64_t>(1, (all - 100) * 9 / 10 - 2);
}

[[nodiscard]] std::string endpoint_text(const asio::ip::tcp::endpoint& e) {
  const std::string address = e.address().to_string();
  return (e.address().is_v6() ? "[" + address + "]" : address) + ":" + std::to_string(e.port());
}

void set_socket_options(asio::ip::tcp::socket& socket, const broker_options& o) {
  boost::system::error_code ignored;
  socket.set_option(asio::ip::tcp::no_delay(o.tcp_nodelay), ignored);
  if (o.tcp_keepalive) socket.set_option(asio::socket_base::keep_alive(true), ignored);
  if (o.tcp_sndbuf > 0) socket.set_option(asio::socket_base::send_buffer_size(o.tcp_sndbuf), ignored);
  if (o.tcp_recbuf > 0) socket.set_option(asio::socket_base::receive_buffer_size(o.tcp_recbuf), ignored);
}

}  // namespace

acceptor_actor::acceptor_actor(caf::actor_config& config, io_thread& thread, supervision::place where, node_services& services,
                               std::shared_ptr<const listener_options> options, caf::actor connections)
    : guarded(config, std::move(where), "acceptor", thread),
      services_(services),
      options_(std::move(options)),
      connections_(std::move(connections)),
      acceptor_(thread.context()),
      socket_limit_(socket_limit()) {}

caf::behavior acceptor_actor::make_behavior() {
  listen();
  accept();
  services_.acceptors.add(caf::actor_cast<caf::actor>(this));
  report_started(this, where());
  return {
      [this](const acceptor_close&) {
        boost::system::error_code ignored;
        acceptor_.close(ignored);
      },
      [this](const acceptor_resume&) -> acceptor_resumed {
        if (acceptor_.is_open()) return {};
        try {
          listen();
          accept();
          return {};
        } catch (const std::runtime_error& failed) {
          boost::system::error_code ignored;
          acceptor_.close(ignored);
          return {failed.what()};
        }
      },
  };
}

void acceptor_actor::on_exit() {
  boost::system::error_code ignored;
  acceptor_.close(ignored);
}

void acceptor_actor::listen() {
  boost::system::error_code failed;
  tcp::endpoint endpoint(tcp::v6(), options_->port);
  if (!options_->address.empty()) {
    const auto address = asio::ip::make_address(options_->address, failed);
    if (failed) throw std::runtime_error("'" + options_->address + "' is not an IP address to listen on");
    endpoint = {address, options_->port};
  }
  acceptor_.open(endpoint.protocol(), failed);
  if (failed && options_->address.empty()) {  // a machine without IPv6
    endpoint = {tcp::v4(), options_->port};
    acceptor_.open(endpoint.protocol(), failed);
  }
  if (!failed) acceptor_.set_option(tcp::acceptor::reuse_address(true), failed);
  if (!failed && endpoint.protocol() == tcp::v6()) acceptor_.set_option(asio::ip::v6_only(!options_->address.empty() && options_->address != "::"), failed);
  if (!failed) acceptor_.bind(endpoint, failed);
  if (!failed) acceptor_.listen(services_.options.tcp_backlog, failed);
  if (failed)
    throw std::runtime_error("cannot listen on " + endpoint_text(endpoint) + ": " + failed.message() +
                             " (is another node or broker running? see listeners.tcp and listeners.ssl)");
  log_info(log_category::connection, "started {} listener on {}", options_->tls ? "TLS (SSL)" : "TCP", endpoint_text(endpoint));
}

void acceptor_actor::accept_later() {
  thread().call_at(wall_clock_ms() + exhausted_pause_ms, [this, keep = caf::strong_actor_ptr(ctrl())] { contained([&] { accept(); }); });
}

/// The file descriptor alarm, which all acceptors share.
bool acceptor_actor::sockets_left() {
  const bool left = services_.open_connections.load() + starting_ < socket_limit_;
  if (services_.alarms.set_descriptors(!left)) {
    if (left) {
      log_warning(log_category::plain, "file descriptor limit alarm cleared");
    } else {
      log_warning(log_category::plain,
                  "file descriptor limit alarm set: {} connections. *** New connections will not be accepted until this alarm clears ***",
                  socket_limit_);
    }
  }
  return left;
}

void acceptor_actor::accept() {
  if (!acceptor_.is_open()) return;
  if (!sockets_left()) return accept_later();
  io_thread& thread = services_.io.next();
  acceptor_.async_accept(thread.context(), [this, &thread, keep = caf::strong_actor_ptr(ctrl())](boost::system::error_code failed, tcp::socket socket) {
    contained([&] { on_accepted(failed, std::move(socket), thread); });
  });
}

void acceptor_actor::on_accepted(boost::system::error_code failed, tcp::socket socket, io_thread& thread) {
  if (!acceptor_.is_open() || failed == asio::error::operation_aborted) return;
  if (failed) {
    log_warning(log_category::connection, "cannot accept a connection: {}", failed.message());
    return accept_later();
  }
  const std::int64_t limit = services_.options.connection_max;
  boost::system::error_code gone;
  (void)socket.remote_endpoint(gone);
  if (limit >= 0 && services_.open_connections.load() >= limit) {
    log_warning(log_category::connection, "refusing a connection: the node's connection_max ({}) is reached", limit);
  } else if (!gone) {
    set_socket_options(socket, services_.options);
    auto args = std::make_shared<accepted_socket>();
    args->thread = &thread;
    args->socket = options_->tls ? transport::tls(std::move(socket), options_->tls->native_handle()) : transport::plain(std::move(socket));
    const transport_info info = args->socket->info();
    const std::string name = info.peer_host + ":" + std::to_string(info.peer_port) + " -> " + info.host + ":" + std::to_string(info.port);
    ++starting_;
    request(connections_, caf::infinite, supervision::start_dynamic{name, std::move(args)})
        .then([this](const supervision::child_ref&) { --starting_; },
              [this, name](const caf::error& failed) {
                --starting_;
                log_error(log_category::connection, "cannot start connection {}: {}", name, system().render(failed));
              });
  }
  accept();
}

}  // namespace warren::actors
