#include "actors/control/relay_actor.hpp"

#include "actors/logging/log.hpp"

namespace warren::actors {

using distribution::peer_down;
using distribution::peer_message;
using distribution::peer_transport;
using distribution::peer_up;

relay_actor::relay_actor(caf::actor_config& config, supervision::place where, control_environment& environment)
    : guarded(config, std::move(where), "relay"), environment_(environment) {}

caf::behavior relay_actor::make_behavior() {
  environment_.relay.set(caf::actor_cast<caf::actor>(this));
  if (peer_transport* transport = environment_.node.transport())
    transport->subscribe(distribution::service::control, caf::actor_cast<caf::actor>(this));
  set_down_handler([this](const caf::down_msg& down) {  // a command that ended without an answer
    for (auto i = running_.begin(); i != running_.end(); ++i) {
      if (i->second.command.address() != down.source) continue;
      (void)send_parts(
          i->second.node, peer_part::kind::answer, i->second.number,
          write_control_outcome(control_error{exit_code::unavailable, "the command failed; see the log of the node"}));
      running_.erase(i);
      return;
    }
  });
  return {
      [this](relay_ask& asked) -> caf::result<relay_answer> {
        auto promise = make_response_promise();
        const std::uint64_t number = ++last_number_;
        if (!send_parts(asked.node, peer_part::kind::request, number, write_control_request(asked.request))) {
          promise.deliver(
              relay_answer{control_error{exit_code::unavailable, "node " + asked.node + " is not connected"}});
          return promise;
        }
        waiting_.emplace(number, waiting{asked.node, promise});
        return promise;
      },
      [this](const peer_message& m) { on_message(m); },
      [this](const peer_up& up) {
        // a link that comes up again after it was lost knows nothing of what was under way
        incoming_.erase(up.peer);
      },
      [this](const peer_down& down) { on_down(down.peer); },
      [this](command_result& r) {
        const auto i = running_.find(r.number);
        if (i == running_.end()) return;
        demonitor(i->second.command.address());
        (void)send_parts(i->second.node, peer_part::kind::answer, i->second.number, r.json);
        running_.erase(i);
      },
      [](const command_item&) {},  // streams are for the tool's own node
  };
}

void relay_actor::on_exit() {
  for (auto& [number, r] : running_) caf::anon_send_exit(r.command, caf::exit_reason::user_shutdown);
}

void relay_actor::report_children(std::vector<supervision::child_info>& out) {
  for (const auto& [number, r] : running_) {
    supervision::child_info c;
    c.name = r.node + " " + std::to_string(r.number);
    c.kind = "command";
    c.handle = r.command;
    c.key = number;
    c.state = supervision::child_state::running;
    out.push_back(std::move(c));
  }
}

void relay_actor::on_message(const peer_message& m) {
  auto whole = incoming_[m.from].add(m.bytes);
  if (!whole) return;
  if (whole->what == peer_part::kind::request) return on_request(m, whole->number, whole->text);
  const auto w = waiting_.find(whole->number);
  if (w == waiting_.end() || w->second.node != m.from) return;  // the asker has given up
  w->second.promise.deliver(relay_answer{parse_control_outcome(whole->text)});
  waiting_.erase(w);
}

void relay_actor::on_request(const peer_message& m, std::uint64_t number, const std::string& text) {
  auto request = parse_control_request(text);
  if (!request) {
    (void)send_parts(m.from, peer_part::kind::answer, number,
                     write_control_outcome(control_error{exit_code::unavailable, request.failure().text}));
    return;
  }
  const std::uint64_t own = ++last_number_;
  running r{m.from, m.link, number, {}};
  r.command = run_command(*this, place_below(request->command), environment_, std::move(*request),
                          {caf::actor_cast<caf::actor>(this), own, true});
  monitor(r.command);
  running_.emplace(own, std::move(r));
}

void relay_actor::on_down(const std::string& node) {
  incoming_.erase(node);
  for (auto i = waiting_.begin(); i != waiting_.end();) {
    if (i->second.node != node) {
      ++i;
      continue;
    }
    i->second.promise.deliver(
        relay_answer{control_error{exit_code::unavailable, "the connection to node " + node + " was lost"}});
    i = waiting_.erase(i);
  }
  for (auto i = running_.begin(); i != running_.end();) {
    if (i->second.node != node) {
      ++i;
      continue;
    }
    demonitor(i->second.command.address());
    send_exit(i->second.command, caf::exit_reason::user_shutdown);
    i = running_.erase(i);
  }
}

bool relay_actor::send_parts(const std::string& node, peer_part::kind what, std::uint64_t number,
                             const std::string& text) {
  peer_transport* transport = environment_.node.transport();
  if (transport == nullptr) return false;
  for (std::string& part : cut_into_parts(what, number, text))
    if (!transport->send(node, distribution::service::control, std::move(part))) return false;
  return true;
}

}  // namespace warren::actors
