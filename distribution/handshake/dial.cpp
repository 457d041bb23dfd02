#include "distribution/handshake/dial.hpp"

#include <unistd.h>

#include "distribution/handshake/handshake_shell.hpp"
#include "distribution/identity/digest.hpp"
#include "distribution/net/deadline.hpp"
#include "distribution/net/net_thread.hpp"
#include "distribution/port_mapper/epmd_client.hpp"

#if defined(__GNUC__) && !defined(__clang__)
// GCC 12 takes Asio's operator delete of a coroutine frame for that of another allocation function.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#endif

namespace warren::distribution {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

using outcome = std::variant<dialled, dial_error>;

dial_error at_mapper(dial_error e, const epmd::client_error& failed) {
  switch (failed.kind) {
    case epmd::failure::host_unknown: e.kind = dial_failure::host_unknown; break;
    case epmd::failure::not_registered: e.kind = dial_failure::not_registered; break;
    default: e.kind = dial_failure::epmd_unreachable;
  }
  e.text = failed.text;
  return e;
}

std::string text_of(const tcp::endpoint& e) {
  const std::string host = e.address().to_string();
  return (e.address().is_v6() ? '[' + host + ']' : host) + ':' + std::to_string(e.port());
}

hello own_hello(const dial_options& o) {
  hello h;
  h.role = o.role;
  h.name = o.self;
  h.incarnation = o.incarnation;
  h.fresh = random_nonce();
  return h;
}

}  // namespace

asio::awaitable<outcome> async_dial(asio::io_context& context, node_name peer, cookie secret, dial_options options) {
  dial_error e;
  e.host = peer.host;
  e.epmd_port = options.epmd_port;
  deadline in_time(context.get_executor(), options.timeout);
  const auto found = co_await epmd::look_up(context, peer.host, options.epmd_port, peer.name, in_time);
  if (const auto* failed = std::get_if<epmd::client_error>(&found)) {
    e = at_mapper(std::move(e), *failed);
    if (e.kind == dial_failure::not_registered) {
      auto others = co_await epmd::list_names(context, peer.host, options.epmd_port, in_time);
      if (auto* list = std::get_if<std::vector<epmd::name_and_port>>(&others)) e.registered = std::move(*list);
    }
    co_return e;
  }
  e.node_port = std::get<epmd::alive2_req>(found).port;
  auto connected = co_await epmd::connect_to(context, peer.host, e.node_port, in_time);
  if (const auto* failed = std::get_if<epmd::client_error>(&connected)) {
    e.kind = in_time.passed() ? dial_failure::timed_out : dial_failure::tcp_refused;
    e.text = failed->text;
    co_return e;
  }
  link_stream stream(std::move(std::get<tcp::socket>(connected)));
  in_time.guard(&stream.socket());
  error_code failed;
  const std::string address = text_of(stream.socket().remote_endpoint(failed));
  if (options.tls.client) {
    co_await stream.start_tls(options.tls.client, false, peer.host, failed);
    if (failed) {
      e.kind = in_time.passed() ? dial_failure::timed_out : dial_failure::tls_failed;
      e.text = failed.message();
      co_return e;
    }
  }
  handshake_machine machine(handshake_machine::side::dialler, own_hello(options), secret.secret(), peer.full());
  co_await run_handshake(machine, stream);
  in_time.guard(nullptr);
  if (in_time.passed()) machine.timed_out();
  if (machine.current() != handshake_machine::state::done) {
    e.kind = in_time.passed() ? dial_failure::timed_out : dial_failure::handshake_refused;
    e.text = machine.explain();
    e.why = machine.why();
    co_return e;
  }
  co_return dialled{std::move(stream), machine.peer(), machine.token(), address};
}

tool_connection::~tool_connection() {
  if (fd_ >= 0) ::close(fd_);
}

tool_connection::tool_connection(tool_connection&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), peer_(std::move(other.peer_)), carrier_(std::move(other.carrier_)) {}

std::variant<tool_connection, dial_error> dial(const node_name& peer, const cookie& secret,
                                               const dial_options& options) {
  auto thread = std::make_shared<net_thread>();
  std::promise<std::variant<std::pair<int, hello>, dial_error>> promise;
  auto answer = promise.get_future();
  spawn(thread->context(),
        [](net_thread& on, const node_name& p, const cookie& s, const dial_options& o,
           auto& to) -> asio::awaitable<void> {
          try {
            auto out = co_await async_dial(on.context(), p, s, o);
            if (auto* e = std::get_if<dial_error>(&out)) {
              to.set_value(std::move(*e));
            } else {
              auto& d = std::get<dialled>(out);
              to.set_value(std::pair{d.stream.hand_over(), std::move(d.peer)});
            }
          } catch (...) {
            to.set_exception(std::current_exception());
          }
        }(*thread, peer, secret, options, promise));
  auto out = answer.get();
  if (auto* e = std::get_if<dial_error>(&out)) return std::move(*e);
  auto& [fd, who] = std::get<0>(out);
  return tool_connection(fd, std::move(who), options.tls.client ? std::shared_ptr<void>(std::move(thread)) : nullptr);
}

}  // namespace warren::distribution
