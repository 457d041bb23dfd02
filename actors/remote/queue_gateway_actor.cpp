#include "actors/remote/queue_gateway_actor.hpp"

#include <utility>

#include "actors/logging/log.hpp"
#include "actors/remote/queue_session_actor.hpp"
#include "actors/remote/remote_queue_actor.hpp"

namespace warren::actors {

using distribution::service;

queue_gateway_actor::queue_gateway_actor(caf::actor_config& config, supervision::place where, node_services& services)
    : guarded(config, std::move(where), "queue gateway"), services_(services), incarnation_(services.new_incarnation()) {}

caf::behavior queue_gateway_actor::make_behavior() {
  set_down_handler([this](const caf::down_msg& down) { on_child_down(down); });
  set_exit_handler([this](caf::exit_msg& exit) { close(std::move(exit.reason)); });
  const auto path = place_below("").parent;
  services_.remote.open([&services = services_, path](const queue_record& queue, std::uint64_t stream) {
    return spawn_on<remote_queue_actor>(services.system, services.io.next(), supervision::make_place("to " + queue.name, path), services,
                                        queue.id, queue.node, stream);
  });
  services_.transport->subscribe(service::queues, caf::actor_cast<caf::actor>(this));
  return {
      [this](distribution::peer_message& m) { receive(m); },
      [this](const distribution::peer_up& up) {
        forget(up.peer);
        peers_.up(up.peer, up.link);
        say_hello(up.peer);
      },
      [this](const distribution::peer_down& down) {
        if (peers_.down(down.peer, down.link)) forget(down.peer);
      },
  };
}

void queue_gateway_actor::on_exit() {
  for (const caf::actor& proxy : services_.remote.close()) caf::anon_send(proxy, stream_over{});
  for (const auto& [key, session] : sessions_) caf::anon_send(session, stream_over{});
  sessions_.clear();
}

void queue_gateway_actor::report_children(std::vector<supervision::child_info>& out) {
  const auto add = [&](std::string name, const char* kind, const caf::actor& who) {
    supervision::child_info c;
    c.name = std::move(name);
    c.kind = kind;
    c.handle = who;
    c.state = supervision::child_state::running;
    out.push_back(std::move(c));
  };
  for (const auto& [name, proxy] : services_.remote.all()) add("to " + name, "remote queue", proxy);
  for (const auto& [key, session] : sessions_) add(key.first + " " + std::to_string(key.second), "queue session", session);
}

/// As a supervisor does it: nobody of ours is left when we end. The node stops its I/O threads behind us.
void queue_gateway_actor::close(caf::error why) {
  if (closing_) return;
  closing_ = std::move(why);
  const auto stop = [this](const caf::actor& child) {
    if (still_there_.insert(child.address()).second) monitor(child);
    send(child, stream_over{});
  };
  for (const caf::actor& proxy : services_.remote.close()) stop(proxy);
  for (const auto& [key, session] : sessions_) stop(session);
  if (still_there_.empty()) quit(*closing_);
}

void queue_gateway_actor::receive(distribution::peer_message& m) {
  if (closing_ || !peers_.current(m.from, m.link)) return;
  const auto header = wire::packet_header::parse(m.bytes);
  if (!header) return log_error(log_category::queue, "a message of node {} about its queues is not understood", m.from);
  using wire::packet_kind;
  switch (header->kind) {
    case packet_kind::hello: return hello(m.from, m.link, *header);
    case packet_kind::to_queue: return to_session(m, *header);
    case packet_kind::to_channel: {
      if (const caf::actor proxy = services_.remote.find_stream(header->stream)) send(proxy, stream_packet{std::move(m.bytes)});
      return;
    }
    case packet_kind::close: {
      const auto s = sessions_.find({m.from, header->stream});
      if (s != sessions_.end()) send(s->second, stream_over{});
      return;
    }
    case packet_kind::refuse: {
      if (const caf::actor proxy = services_.remote.find_stream(header->stream)) send(proxy, stream_over{});
      return;
    }
  }
}

void queue_gateway_actor::hello(const std::string& peer, std::uint64_t link, const wire::packet_header& header) {
  const auto heard = peers_.hello(peer, link, header.stream);
  if (heard == gateway_peers::heard::known || heard == gateway_peers::heard::stale) return;
  if (heard == gateway_peers::heard::restarted) forget(peer);
  say_hello(peer);
  if (header.queue == services_.id_space) {  // a matter of one in sixteen million
    log_error(log_category::queue, "node {} numbers its channels as this node does: rename one of them; its queues cannot be used", peer);
    return;
  }
  services_.remote.peer_up(peer, header.queue);
}

void queue_gateway_actor::say_hello(const std::string& peer) {
  say(peer, {wire::packet_kind::hello, incarnation_, services_.id_space, 0, 0});
}

void queue_gateway_actor::say(const std::string& peer, const wire::packet_header& header) {
  std::string packet;
  header.append_to(packet);
  (void)services_.transport->send(peer, service::queues, std::move(packet));
}

void queue_gateway_actor::to_session(distribution::peer_message& m, const wire::packet_header& header) {
  const session_key key{m.from, header.stream};
  auto s = sessions_.find(key);
  if (s == sessions_.end()) {
    // a session begins with the first packet of its stream: what comes later belongs to one that is over
    if (header.seq != 0 || m.bytes.size() == wire::packet_header::bytes) {
      if (m.bytes.size() > wire::packet_header::bytes) say(m.from, {wire::packet_kind::refuse, header.stream, header.queue, 0, 0});
      return;
    }
    caf::actor session =
        spawn_on<queue_session_actor>(system(), services_.io.next(), place_below(m.from + " " + std::to_string(header.stream)), services_,
                                      m.from, header.stream, queue_id{header.queue});
    monitor(session);
    keys_.emplace(session.address(), key);
    s = sessions_.emplace(key, std::move(session)).first;
  }
  send(s->second, stream_packet{std::move(m.bytes)});
}

/// Nothing that was with this peer is any more.
void queue_gateway_actor::forget(const std::string& peer) {
  for (const caf::actor& proxy : services_.remote.peer_down(peer)) send(proxy, stream_over{});
  for (auto s = sessions_.lower_bound({peer, 0}); s != sessions_.end() && s->first.first == peer; s = sessions_.erase(s)) {
    send(s->second, stream_over{});
    keys_.erase(s->second.address());
  }
}

void queue_gateway_actor::on_child_down(const caf::down_msg& down) {
  if (closing_) {
    still_there_.erase(down.source);
    if (still_there_.empty()) quit(*closing_);
    return;
  }
  const auto k = keys_.find(down.source);
  if (k == keys_.end()) return;
  const session_key key = k->second;
  keys_.erase(k);
  sessions_.erase(key);
  if (down.reason) say(key.first, {wire::packet_kind::refuse, key.second, 0, 0, 0});
}

}  // namespace warren::actors
