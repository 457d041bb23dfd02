#include "distribution/handshake/link_listener.hpp"

#include <unistd.h>

#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "distribution/handshake/handshake_shell.hpp"
#include "distribution/identity/digest.hpp"
#include "distribution/net/deadline.hpp"
#include "distribution/net/net_thread.hpp"

namespace warren::distribution {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

auto into(error_code& failed) { return asio::redirect_error(asio::use_awaitable, failed); }

std::int64_t steady_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace

struct link_listener::session {
  explicit session(tcp::socket socket) : stream(std::move(socket)) {}
  link_stream stream;
  bool pushed_out = false;  ///< by newer ones
  bool handed_on = false;
};

link_listener::link_listener(asio::io_context& context, listener_options o, cookie secret, listener_callbacks callbacks,
                             log_sink log)
    : context_(context),
      options_(std::move(o)),
      secret_(std::move(secret)),
      callbacks_(std::move(callbacks)),
      log_(std::move(log)) {}

result<std::shared_ptr<link_listener>> link_listener::listen(asio::io_context& context, listener_options o,
                                                             cookie secret, listener_callbacks callbacks,
                                                             log_sink log) {
  auto l =
      std::make_shared<link_listener>(context, std::move(o), std::move(secret), std::move(callbacks), std::move(log));
  l->port_ = l->options_.port;
  if (l->options_.addresses.empty()) {
    if (auto done = l->add_acceptor("0.0.0.0"); !done) return done.failure();
    (void)l->add_acceptor("::");  // a host without IPv6 is served all the same
  }
  for (const auto& address : l->options_.addresses)
    if (auto done = l->add_acceptor(address); !done) return done.failure();
  for (auto& acceptor : l->acceptors_) spawn(context, accept(l, acceptor));
  return l;
}

status link_listener::add_acceptor(const std::string& address) {
  error_code failed;
  const auto ip = asio::ip::make_address(address, failed);
  tcp::acceptor a(context_);
  const tcp::endpoint at(ip, port_);
  if (!failed) a.open(at.protocol(), failed);
  if (!failed && ip.is_v6()) a.set_option(asio::ip::v6_only(true), failed);
  if (!failed) a.set_option(asio::socket_base::reuse_address(true), failed);
  if (!failed) a.bind(at, failed);
  if (!failed) a.listen(asio::socket_base::max_listen_connections, failed);
  if (failed)
    return fail(reply_code::internal_error, "cannot listen for other nodes and tools on " + address + " port " +
                                                std::to_string(port_) + ": " + failed.message());
  port_ = a.local_endpoint(failed).port();
  acceptors_.push_back(std::move(a));
  return success{};
}

void link_listener::stop() {
  stopped_ = true;
  error_code ignored;
  for (auto& a : acceptors_) a.close(ignored);
  for (const auto& s : sessions_)
    if (!s->handed_on) s->stream.socket().close(ignored);
}

asio::awaitable<void> link_listener::accept(std::shared_ptr<link_listener> self, tcp::acceptor& acceptor) {
  while (acceptor.is_open()) {
    error_code failed;
    tcp::socket socket(self->context_);
    co_await acceptor.async_accept(socket, into(failed));
    if (!acceptor.is_open()) break;
    if (failed) {  // out of descriptors: trying again at once would spin
      asio::steady_timer pause(self->context_, std::chrono::milliseconds(100));
      co_await pause.async_wait(into(failed));
      continue;
    }
    if (self->sessions_.size() >= self->options_.max_half_open) {
      auto& oldest = *self->sessions_.front();
      oldest.pushed_out = true;
      oldest.stream.socket().close(failed);
      self->sessions_.pop_front();
    }
    socket.set_option(tcp::no_delay(true), failed);
    auto s = std::make_shared<session>(std::move(socket));
    self->sessions_.push_back(s);
    spawn(self->context_, serve(self, s));
  }
}

asio::awaitable<void> link_listener::serve(std::shared_ptr<link_listener> self, std::shared_ptr<session> s) {
  error_code failed;
  const auto from = s->stream.socket().remote_endpoint(failed);
  std::string address = failed ? "?" : from.address().to_string() + ':' + std::to_string(from.port());
  co_await self->authenticate(*s, std::move(address));
  self->sessions_.remove(s);
  if (!s->handed_on) s->stream.socket().close(failed);
}

asio::awaitable<void> link_listener::authenticate(session& s, std::string address) {
  deadline in_time(context_.get_executor(), options_.handshake_time);
  in_time.guard(&s.stream.socket());
  error_code failed;
  if (options_.tls.server) {
    co_await s.stream.start_tls(options_.tls.server, true, {}, failed);
    if (failed) {
      if (!stopped_)
        note_refusal(address, in_time.passed() ? "no TLS handshake in time" : "TLS: " + failed.message(), {});
      co_return;
    }
  }
  hello self;
  self.name = options_.self;
  self.incarnation = options_.incarnation;
  self.fresh = random_nonce();
  handshake_machine machine(handshake_machine::side::acceptor, std::move(self), secret_.secret());
  co_await run_handshake(machine, s.stream);
  if (machine.current() == handshake_machine::state::deciding) {
    const verdict v = decide(machine);
    const std::string out = machine.decide(v);
    co_await s.stream.write(out, failed);
    in_time.guard(nullptr);
    if (v == verdict::accepted) {
      if (failed || in_time.passed() || s.pushed_out || stopped_) {
        if (machine.peer().role == link_role::node) callbacks_.lost(machine.peer(), machine.token());
      } else {
        hand_on(s, machine, address);
      }
      co_return;
    }
  }
  in_time.guard(nullptr);
  if (stopped_) co_return;
  if (in_time.passed()) machine.timed_out();
  const bool timed_out = in_time.passed() || s.pushed_out;
  // two nodes that dial each other at once are no news
  if (machine.why() == refusal::lost_simultaneous || machine.why() == refusal::already_linked) co_return;
  note_refusal(address, timed_out ? describe(refusal::silent) : machine.explain(), machine.peer().name);
}

verdict link_listener::decide(const handshake_machine& machine) {
  if (machine.peer().role == link_role::cli) return callbacks_.tool ? verdict::accepted : verdict::role_refused;
  return callbacks_.decide ? callbacks_.decide(machine.peer(), machine.token()) : verdict::role_refused;
}

void link_listener::hand_on(session& s, handshake_machine& machine, const std::string& address) {
  s.handed_on = true;
  if (machine.peer().role == link_role::node) {
    callbacks_.linked({std::move(s.stream), machine.peer(), machine.token(), address});
  } else if (const int fd = s.stream.hand_over(); fd >= 0) {
    callbacks_.tool(fd, machine.peer());
  }
}

void link_listener::note_refusal(const std::string& address, const std::string& reason, const std::string& peer) {
  ++refused_;
  const auto answer = refusals_.note(address.substr(0, address.rfind(':')), reason, steady_ms());
  if (!answer.write) return;
  std::string line =
      "Connection attempt from " + (peer.empty() ? "" : "node '" + peer + "' at ") + address + " refused: " + reason;
  if (answer.left_out) line += " (and " + std::to_string(answer.left_out) + " more like this)";
  say(log_, severity::warning, line);
}

}  // namespace warren::distribution
