#include "actors/remote/channel_gateway_actor.hpp"

#include <chrono>
#include <utility>

#include "actors/channel/reply_address.hpp"
#include "actors/logging/log.hpp"

namespace warren::actors {

using distribution::service;

namespace {
/// Replies that may wait for one peer; more are dropped.
constexpr std::uint64_t waiting_limit_bytes = 64u << 20;
}  // namespace

channel_gateway_actor::channel_gateway_actor(caf::actor_config& config, supervision::place where, node_services& services)
    : guarded(config, std::move(where), "channel gateway"), services_(services), incarnation_(services.new_incarnation()) {}

caf::behavior channel_gateway_actor::make_behavior() {
  services_.transport->subscribe(service::channels, caf::actor_cast<caf::actor>(this));
  return {
      [this](remote_reply& r) {
        peer* p = ready(r.node);
        if (p == nullptr || p->wire.waiting_bytes() > waiting_limit_bytes) return;
        p->wire.add(wire::reply{r.channel, std::move(r.secret), std::move(r.content)});
        flush(r.node, *p);
      },
      [this](remote_probe& wanted) -> caf::result<bool> {
        auto promise = make_response_promise();
        if (peer* p = ready(wanted.node)) {
          p->probes.emplace(++last_probe_, promise);
          p->wire.add(wire::probe{last_probe_, wanted.channel, std::move(wanted.secret)});
          flush(wanted.node, *p);
        } else {
          promise.deliver(false);
        }
        return promise;
      },
      [this](const distribution::peer_message& m) { receive(m); },
      [this](const distribution::peer_up& up) {
        forget(up.peer);
        known_.up(up.peer, up.link);
        say_hello(up.peer);
      },
      [this](const distribution::peer_down& down) {
        if (known_.down(down.peer, down.link)) forget(down.peer);
      },
  };
}

void channel_gateway_actor::on_exit() {
  while (!peers_.empty()) forget(std::string(peers_.begin()->first));
}

void channel_gateway_actor::receive(const distribution::peer_message& m) {
  if (!known_.current(m.from, m.link)) return;
  const auto header = wire::packet_header::parse(m.bytes);
  if (!header) return log_error(log_category::channel, "a message of node {} about direct replies is not understood", m.from);
  if (header->kind == wire::packet_kind::hello) {
    const auto heard = known_.hello(m.from, m.link, header->stream);
    if (heard == gateway_peers::heard::known || heard == gateway_peers::heard::stale) return;
    forget(m.from);
    peers_.emplace(m.from, std::make_unique<peer>());
    return say_hello(m.from);
  }
  peer* p = ready(m.from);
  if (p == nullptr) return;
  std::vector<wire::frame> frames;
  if (const status read = p->wire.receive(m.bytes, frames); !read) {
    log_error(log_category::channel, "direct replies of node {}: {}", m.from, read.failure().text);
    return forget(m.from);
  }
  for (wire::frame& f : frames) perform(m.from, f);
  flush(m.from, *p);
}

void channel_gateway_actor::perform(const std::string& from, wire::frame& f) {
  if (auto* r = std::get_if<wire::reply>(&f)) {
    if (const caf::actor channel = services_.channels.find(r->to))
      send(channel, reply_delivery{std::move(r->secret), std::move(r->content)});
  } else if (auto* asked = std::get_if<wire::probe>(&f)) {
    const auto answer = [this, from, n = asked->request](bool there) {
      if (peer* p = ready(from)) {
        p->wire.add(wire::probed{n, there});
        flush(from, *p);
      }
    };
    const caf::actor channel = services_.channels.find(asked->channel);
    if (!channel) return answer(false);
    request(channel, std::chrono::seconds(5), reply_probe{std::move(asked->secret)})
        .then([answer](bool there) { answer(there); }, [answer](const caf::error&) { answer(false); });
  } else if (const auto* answered = std::get_if<wire::probed>(&f)) {
    peer* p = ready(from);
    const auto known = p->probes.find(answered->request);
    if (known == p->probes.end()) return;
    known->second.deliver(answered->there);
    p->probes.erase(known);
  }
}

void channel_gateway_actor::flush(const std::string& node, peer& p) {
  std::string packet;
  while (p.wire.next_packet(packet))
    if (!services_.transport->send(node, service::channels, std::move(packet))) return;  // peer_down is on its way
}

void channel_gateway_actor::forget(const std::string& node) {
  const auto p = peers_.find(node);
  if (p == peers_.end()) return;
  for (auto& [n, promise] : p->second->probes) promise.deliver(false);
  peers_.erase(p);
}

void channel_gateway_actor::say_hello(const std::string& node) {
  std::string packet;
  wire::packet_header{wire::packet_kind::hello, incarnation_, 0, 0, 0}.append_to(packet);
  (void)services_.transport->send(node, service::channels, std::move(packet));
}

channel_gateway_actor::peer* channel_gateway_actor::ready(const std::string& node) {
  const auto p = peers_.find(node);
  return p == peers_.end() ? nullptr : p->second.get();
}

}  // namespace warren::actors
