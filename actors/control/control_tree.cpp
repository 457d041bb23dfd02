#include "actors/control/control_tree.hpp"

#include "actors/control/relay_actor.hpp"
#include "actors/control/session_actor.hpp"
#include "supervision/supervisor.hpp"

namespace warren::actors {

using supervision::child_spec;
using supervision::start_context;

child_spec control_child(control_environment& environment) {
  child_spec relay = supervision::worker("relay", "relay", [&environment](start_context& c) {
    caf::actor relay = c.supervisor->spawn<relay_actor>(std::move(c.where), environment);
    environment.relay.set(relay);
    return relay;
  });
  child_spec session = supervision::worker("session", "session", [&environment](start_context& c) {
    auto& socket = *static_cast<control_socket*>(c.args.get());
    const int fd = std::exchange(socket.fd, -1);
    return spawn_on<session_actor>(environment.services.system, *socket.thread, std::move(c.where), environment, fd);
  });
  session.restart = supervision::restart_type::temporary;
  child_spec sessions = supervision::supervisor_child(
      {"sessions", {.strategy = supervision::strategy::simple_one_for_one}, {std::move(session)}});
  sessions.start = [&environment, start = std::move(sessions.start)](start_context& c) {
    caf::actor supervisor = start(c);
    environment.sessions.set(supervisor);
    return supervisor;
  };
  return supervision::supervisor_child(
      {"control",
       {.strategy = supervision::strategy::rest_for_one, .intensity = 10, .period_ms = 60'000},
       {std::move(relay), std::move(sessions)}});
}

bool serve_control(control_environment& environment, int fd) {
  auto socket = std::make_shared<control_socket>(fd);
  const caf::actor sessions = environment.sessions.get();
  if (!sessions) return false;
  socket->thread = &environment.services.io.next();
  caf::anon_send(sessions, supervision::start_dynamic{"tool", std::move(socket)});
  return true;
}

}  // namespace warren::actors
