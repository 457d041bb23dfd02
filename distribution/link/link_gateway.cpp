#include "distribution/link/link_gateway.hpp"

#include <algorithm>
#include <caf/io/all.hpp>
#include <chrono>
#include <set>

namespace warren::distribution {

using namespace std::chrono_literals;

namespace {

/// BASP publishes an actor at a port; all links of a node share one that no socket has.
constexpr std::uint16_t basp_port = 1;
/// From the socket to the peer's greeting. A heartbeat tick in the middle of BASP's handshake can break it (caf-notes):
/// dialled again.
constexpr auto greeting_time = 5s;

struct greeting_overdue {
  std::uint64_t token;
};

}  // namespace
}  // namespace warren::distribution

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::distribution::greeting_overdue)

namespace warren::distribution {

link_gateway::link_gateway(caf::actor_config& config, supervision::place where, caf::actor basp,
                           std::shared_ptr<link_board> board, gateway_reports reports, log_sink log)
    : super(config, std::move(where), "links"),
      basp_(std::move(basp)),
      board_(std::move(board)),
      reports_(std::move(reports)),
      log_(std::move(log)) {}

caf::behavior link_gateway::make_behavior() {
  set_down_handler([this](caf::down_msg& m) {
    const auto at = tokens_.find(m.source);
    if (at != tokens_.end()) end(at->second, to_string(m.reason));
  });
  const caf::actor self = caf::actor_cast<caf::actor>(this);
  board_->set_gateway(self);
  subscribers_ = board_->subscribers();
  reports_.started(self);
  return {
      [this](const adopt_link& m) { adopt(m); },
      [this](const link_greeting& m) { greeted(m); },
      [this](link_envelope& m) { take(m); },
      [this](const flush_link& m) { flush(m.what); },
      [this](const close_link& m) { close(m.number); },
      [this](const new_subscriber& m) { subscribe(m.service, m.who); },
      [this](const greeting_overdue& m) { give_up_unless_up(m.token, "no greeting in time"); },
  };
}

// Runs whether it was stopped, killed or crashed: nobody is left believing in a link.
void link_gateway::on_exit() {
  reports_.stopped();
  board_->set_gateway(nullptr);
  while (!links_.empty()) end(links_.begin()->first, "this node stops");
  super::on_exit();
}

void link_gateway::adopt(const adopt_link& m) {
  const auto& l = *m.what;
  const auto token = l.token();
  links_[token] = {m.what, nullptr, false};
  delayed_send(this, greeting_time, greeting_overdue{token});
  auto scribe = system().middleman().backend().new_scribe(m.socket->release());
  if (!l.dialled()) {
    caf::anon_send(basp_, caf::publish_atom::value, std::move(scribe), basp_port,
                   caf::actor_cast<caf::strong_actor_ptr>(caf::actor_cast<caf::actor>(this)), std::set<std::string>{});
    return;
  }
  request(basp_, greeting_time, caf::connect_atom::value, std::move(scribe), basp_port)
      .then(
          [this, token](const caf::node_id&, const caf::strong_actor_ptr& peer, const std::set<std::string>&) {
            const auto at = links_.find(token);
            if (at == links_.end()) return;
            if (!peer) return give_up_unless_up(token, "the peer has no gateway");
            send(caf::actor_cast<caf::actor>(peer), link_greeting{token, at->second.what->peer()});
          },
          [this, token](const caf::error& e) { give_up_unless_up(token, system().render(e)); });
}

void link_gateway::greeted(const link_greeting& m) {
  const auto at = links_.find(m.token);
  auto peer = caf::actor_cast<caf::actor>(current_sender());
  if (at == links_.end() || at->second.up || !peer) return;
  if (!at->second.what->dialled()) send(peer, link_greeting{m.token, at->second.what->peer()});
  come_up(at->second, std::move(peer));
}

void link_gateway::come_up(held_link& held, caf::actor peer) {
  const auto& l = *held.what;
  // before the monitor: to one that is dead already its DOWN comes at once
  tokens_[peer.address()] = l.token();
  held.peer = peer;
  held.up = true;
  monitor(peer);
  board_->put_up(held.what);
  reports_.came_up(l.peer());
  tell_all(caf::make_message(peer_up{l.peer(), l.number()}));
  say(log_, severity::info, "node '" + l.peer() + "' up");
}

void link_gateway::close(std::uint64_t number) {
  const auto at =
      std::find_if(links_.begin(), links_.end(), [=](const auto& l) { return l.second.what->number() == number; });
  if (at == links_.end()) return;
  if (at->second.up)
    at->second.what->cut();  // DOWN follows
  else
    end(at->first, "closed");
}

void link_gateway::end(std::uint64_t token, const std::string& why) {
  const auto node = links_.extract(token);
  if (node.empty()) return;
  const auto& held = node.mapped();
  const auto& l = *held.what;
  held.what->cut();
  if (held.peer) {
    demonitor(held.peer.address());
    tokens_.erase(held.peer.address());
  }
  if (held.up) {
    board_->take_down(l);
    tell_all(caf::make_message(peer_down{l.peer(), l.number()}));
    say(log_, severity::info, "node '" + l.peer() + "' down: " + why);
  }
  reports_.ended(l.peer(), l.number());
}

void link_gateway::give_up_unless_up(std::uint64_t token, const std::string& why) {
  const auto at = links_.find(token);
  if (at == links_.end() || at->second.up) return;
  say(log_, severity::debug, "link with '" + at->second.what->peer() + "' did not come up: " + why);
  end(token, why);
}

void link_gateway::take(link_envelope& m) {
  const auto at = links_.find(m.token);
  if (at == links_.end() || !at->second.up) return;  // the tail of an earlier connection
  auto& held = at->second;
  batch_reader frames(m.batch);
  link_frame f;
  bool sound = true;
  while (sound && frames.next(f)) {
    if (f.service == ack_service) {
      sound = f.bytes.size() == 8 && held.what->acknowledged(load_big_endian<std::uint64_t>(f.bytes.data()));
      continue;
    }
    held.what->took(f.bytes.size());
    const auto who = subscribers_.find(f.service);
    if (who != subscribers_.end())
      send(who->second, peer_message{held.what->peer(), held.what->number(), std::string(f.bytes)});
  }
  if (!sound || !frames.ok()) {
    say(log_, severity::error, "node '" + held.what->peer() + "' sent what is no batch of messages: closing the link");
    held.what->cut();
    return;
  }
  flush(held);
}

void link_gateway::flush(const std::shared_ptr<link>& what) {
  const auto at = links_.find(what->token());
  if (at != links_.end() && at->second.up) flush(at->second);
}

void link_gateway::flush(held_link& held) {
  for (;;) {
    std::string batch = held.what->next_batch();
    if (batch.empty()) return;
    send(held.peer, link_envelope{held.what->token(), std::move(batch)});
  }
}

void link_gateway::subscribe(std::uint16_t service, caf::actor who) {
  const auto known = audience();
  subscribers_[service] = who;
  if (std::find(known.begin(), known.end(), who) != known.end()) return;  // it has been told, for another service
  for (const auto& [token, held] : links_)
    if (held.up) send(who, peer_up{held.what->peer(), held.what->number()});
}

std::vector<caf::actor> link_gateway::audience() const {
  std::vector<caf::actor> all;
  for (const auto& [service, who] : subscribers_)
    if (std::find(all.begin(), all.end(), who) == all.end()) all.push_back(who);
  return all;
}

void link_gateway::tell_all(const caf::message& m) {
  for (const auto& who : audience()) send(who, m);
}

}  // namespace warren::distribution
