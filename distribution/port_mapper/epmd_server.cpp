#include "distribution/port_mapper/epmd_server.hpp"

#include <array>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <chrono>

#include "distribution/net/deadline.hpp"
#include "distribution/net/net_thread.hpp"

namespace warren::distribution::epmd {

namespace asio = boost::asio;
using boost::system::error_code;
using namespace std::chrono_literals;

namespace {

constexpr auto request_time = 5s;  // epmd allows 60; a request is one packet

bool from_this_host(const asio::ip::tcp::socket& socket) {
  error_code failed;
  const auto theirs = socket.remote_endpoint(failed).address();
  const auto ours = socket.local_endpoint(failed).address();
  return !failed && (theirs.is_loopback() || theirs == ours);
}

auto into(error_code& failed) { return asio::redirect_error(asio::use_awaitable, failed); }

}  // namespace

std::shared_ptr<server> server::listen(asio::io_context& context, const options& o, error_code& failed) {
  auto s = std::make_shared<server>(context);
  if (o.listen_addresses.empty()) {
    if (!s->add_acceptor(asio::ip::address_v4::any(), o.port, failed)) return nullptr;
    error_code no_v6;  // a host without IPv6 is served all the same
    s->add_acceptor(asio::ip::address_v6::any(), s->port_, no_v6);
  } else {
    if (!s->add_acceptor(asio::ip::address_v4::loopback(), o.port, failed)) return nullptr;
    for (const auto& text : o.listen_addresses) {
      const auto address = asio::ip::make_address(text, failed);
      if (failed) return nullptr;
      if (address != asio::ip::address_v4::loopback() && !s->add_acceptor(address, s->port_, failed)) return nullptr;
    }
  }
  for (auto& acceptor : s->acceptors_) spawn(context, accept(s, acceptor));
  return s;
}

bool server::add_acceptor(const asio::ip::address& address, std::uint16_t port, error_code& failed) {
  tcp::acceptor a(context_);
  const tcp::endpoint at(address, port);
  a.open(at.protocol(), failed);
  if (!failed && address.is_v6()) a.set_option(asio::ip::v6_only(true), failed);
  if (!failed) a.set_option(asio::socket_base::reuse_address(true), failed);
  if (!failed) a.bind(at, failed);
  if (!failed) a.listen(asio::socket_base::max_listen_connections, failed);
  if (failed) return false;
  port_ = a.local_endpoint(failed).port();
  acceptors_.push_back(std::move(a));
  return true;
}

void server::stop() {
  error_code ignored;
  for (auto& a : acceptors_) a.close(ignored);
  for (const auto& s : sessions_) s->close(ignored);
}

asio::awaitable<void> server::accept(std::shared_ptr<server> self, tcp::acceptor& acceptor) {
  while (acceptor.is_open()) {
    auto socket = std::make_shared<tcp::socket>(self->context_);
    error_code failed;
    co_await acceptor.async_accept(*socket, into(failed));
    if (!acceptor.is_open()) break;
    if (failed) {  // out of descriptors: trying again at once would spin
      asio::steady_timer pause(self->context_, 100ms);
      co_await pause.async_wait(into(failed));
      continue;
    }
    if (self->sessions_.size() >= max_sessions) continue;
    self->sessions_.insert(socket);
    spawn(self->context_, serve(self, socket));
  }
}

asio::awaitable<void> server::serve(std::shared_ptr<server> self, std::shared_ptr<tcp::socket> socket) {
  error_code failed;
  std::string body;
  {
    deadline in_time(self->context_.get_executor(), request_time);
    in_time.guard(socket.get());
    std::array<char, 2> length{};
    co_await asio::async_read(*socket, asio::buffer(length), into(failed));
    const std::size_t n = load_big_endian<std::uint16_t>(length.data());
    if (!failed && n <= max_request_bytes) {
      body.resize(n);
      co_await asio::async_read(*socket, asio::buffer(body), into(failed));
      if (failed) body.clear();
    }
  }
  if (const auto request = body.empty() ? std::nullopt : decode_request(body)) {
    std::string out;
    if (const auto* r = std::get_if<alive2_req>(&*request)) {
      if (from_this_host(*socket)) co_await self->hold_registration(*socket, *r);
    } else if (const auto* r = std::get_if<port_please2_req>(&*request)) {
      out = encode_port2_resp(self->table_.find(r->name));
    } else if (std::holds_alternative<names_req>(*request)) {
      out = encode_names_resp(self->port_, self->table_.all());
    } else if (std::holds_alternative<dump_req>(*request)) {
      if (from_this_host(*socket)) out = encode_dump_resp(self->port_, self->table_.all());
    } else if (std::holds_alternative<kill_req>(*request)) {
      out = "NO";  // the mapper is part of a node; epmd answers this too while nodes are registered
    }              // stop_req: closed without an answer, as epmd does unless it was started with -relaxed_command_check
    if (!out.empty()) {
      deadline in_time(self->context_.get_executor(), request_time);
      in_time.guard(socket.get());
      co_await asio::async_write(*socket, asio::buffer(out), into(failed));
    }
  }
  socket->close(failed);
  self->sessions_.erase(socket);
}

asio::awaitable<void> server::hold_registration(tcp::socket& socket, const alive2_req& request) {
  const auto response = answer(table_, request);
  error_code failed;
  const std::string out = encode(response);
  co_await asio::async_write(socket, asio::buffer(out), into(failed));
  if (response.result != 0) co_return;
  char byte;
  if (!failed)
    co_await asio::async_read(socket, asio::buffer(&byte, 1),
                              into(failed));  // nothing is said any more: this is its end
  table_.remove(request.name);
}

}  // namespace warren::distribution::epmd
