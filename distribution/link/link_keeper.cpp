#include "distribution/link/link_keeper.hpp"

#include "distribution/identity/digest.hpp"
#include "distribution/net/net_thread.hpp"

namespace warren::distribution {

namespace asio = boost::asio;

namespace {

std::int64_t steady_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

std::string text_of(const dial_error& e) {
  switch (e.kind) {
    case dial_failure::host_unknown: return "the host '" + e.host + "' is unknown: " + e.text;
    case dial_failure::epmd_unreachable:
      return "no port mapper (epmd) answers on " + e.host + " port " + std::to_string(e.epmd_port) + ": " + e.text;
    case dial_failure::not_registered: return "it is not running on " + e.host;
    case dial_failure::tcp_refused: return "port " + std::to_string(e.node_port) + " of " + e.host + ": " + e.text;
    case dial_failure::tls_failed: return "TLS: " + e.text;
    case dial_failure::handshake_refused: return e.text;
    case dial_failure::timed_out: return "no answer in time";
  }
  return e.text;
}

}  // namespace

link_keeper::link_keeper(asio::io_context& context, cookie secret, dial_options dial, log_sink log)
    : context_(context), secret_(std::move(secret)), dial_(std::move(dial)), log_(std::move(log)), table_(dial_.self) {
  dial_.role = link_role::node;
}

void link_keeper::keep(const std::string& peer) {
  if (peer == dial_.self) return;
  if (kept_.try_emplace(peer, context_).second) dial_now(peer);
}

void link_keeper::release(const std::string& peer) {
  kept_.erase(peer);
  if (const auto link = table_.current(peer); link && adopter_.close) adopter_.close(link);
}

void link_keeper::attach(link_adopter adopter) {
  detach();
  adopter_ = std::move(adopter);
  for (auto& [peer, k] : kept_) dial_now(peer);
}

void link_keeper::detach() {
  adopter_ = {};
  for (auto& [peer, k] : kept_) k.timer.cancel();
  for (const auto& [peer, link] : table_.all_up()) table_.ended(peer, link);
  accepted_.clear();
}

void link_keeper::stop() {
  detach();
  kept_.clear();
}

void link_keeper::ended(const std::string& peer, std::uint64_t link) {
  if (table_.ended(peer, link)) dial_later(peer);
}

void link_keeper::came_up(const std::string& peer) {
  if (const auto at = kept_.find(peer); at != kept_.end()) at->second.pause.reset();
}

void link_keeper::dial_now(const std::string& peer) {
  if (!adopter_.adopt || !kept_.contains(peer) || !table_.may_dial(peer)) return;
  const auto at = peer.find('@');
  spawn(context_, dial(shared_from_this(), {peer.substr(0, at), at == std::string::npos ? "" : peer.substr(at + 1)}));
}

void link_keeper::dial_later(const std::string& peer) {
  const auto at = kept_.find(peer);
  if (at == kept_.end() || !adopter_.adopt) return;
  auto& k = at->second;
  k.timer.expires_after(k.pause.next(random_number()));
  k.timer.async_wait([self = shared_from_this(), peer](boost::system::error_code cancelled) {
    if (!cancelled) self->dial_now(peer);
  });
}

asio::awaitable<void> link_keeper::dial(std::shared_ptr<link_keeper> self, node_name peer) {
  auto outcome = co_await async_dial(self->context_, peer, self->secret_, self->dial_);
  const std::string name = peer.full();
  if (const auto* e = std::get_if<dial_error>(&outcome)) {
    self->dial_failed(name, *e);
    co_return;
  }
  auto& d = std::get<dialled>(outcome);
  if (!self->adopter_.adopt || !self->kept_.contains(name)) {  // released, or the gateway has ended meanwhile
    self->table_.dial_failed(name);
    co_return;
  }
  const auto number = self->table_.dial_succeeded(name, d.peer.incarnation, steady_ms());
  if (number == 0) co_return;  // the peer's own dial came first; this connection closes
  self->kept_.at(name).last_failure.clear();
  self->adopt(std::move(d.stream), d.peer, number, d.token, d.address, true);
}

void link_keeper::dial_failed(const std::string& peer, const dial_error& e) {
  table_.dial_failed(peer);
  const auto at = kept_.find(peer);
  if (at == kept_.end()) return;
  // the peer's own dial is under way or done, or it is just starting or stopping
  const bool ordinary =
      e.why == refusal::lost_simultaneous || e.why == refusal::already_linked || e.why == refusal::role_refused;
  const std::string text = text_of(e);
  if (!ordinary && text != at->second.last_failure) {
    at->second.last_failure = text;
    say(log_, e.kind == dial_failure::handshake_refused ? severity::error : severity::info,
        "Cannot reach node '" + peer + "': " + text);
  }
  if (table_.current(peer) == 0) dial_later(peer);
}

void link_keeper::adopt(link_stream stream, const hello& peer, std::uint64_t number, std::uint64_t token,
                        const std::string& address, bool dialled) {
  const bool encrypted = stream.encrypted();
  descriptor socket(stream.hand_over());
  auto l = std::make_shared<link>(peer.name, number, token, address, dialled, encrypted);
  descriptor killer = socket.duplicate();
  if (!socket.valid() || !killer.valid() || !adopter_.adopt) {
    ended(peer.name, number);
    return;
  }
  l->arm(std::move(killer));
  adopter_.adopt(std::move(l), std::move(socket));
}

verdict link_keeper::decide(const hello& peer, std::uint64_t token) {
  if (!adopter_.adopt) return verdict::role_refused;
  const auto answer = table_.incoming(peer.name, peer.incarnation, steady_ms());
  if (answer.doubtful) adopter_.close(answer.doubtful);
  if (answer.v == verdict::accepted) accepted_[token] = answer.link;
  return answer.v;
}

listener_callbacks link_keeper::callbacks() {
  listener_callbacks c;
  c.decide = [self = shared_from_this()](const hello& peer, std::uint64_t token) { return self->decide(peer, token); };
  c.linked = [self = shared_from_this()](accepted_link a) {
    const auto node = self->accepted_.extract(a.token);
    if (!node.empty()) self->adopt(std::move(a.stream), a.peer, node.mapped(), a.token, a.address, false);
  };
  c.lost = [self = shared_from_this()](const hello& peer, std::uint64_t token) {
    const auto node = self->accepted_.extract(token);
    if (!node.empty()) self->ended(peer.name, node.mapped());
  };
  return c;
}

std::string link_keeper::last_failure(const std::string& peer) const {
  const auto at = kept_.find(peer);
  return at == kept_.end() ? "" : at->second.last_failure;
}

}  // namespace warren::distribution
