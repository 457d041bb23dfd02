#include "actors/control/command_actor.hpp"
#include "actors/control/command_table.hpp"
#include "actors/control/json_values.hpp"

namespace warren::actors {

namespace json = boost::json;

namespace {

void list_attempts(command_actor& call) {
  const bool by_source = call.request().flag("by-source");
  json::array attempts;
  for (const login_statistics::counts& c :
       by_source ? call.services().logins.by_source() : call.services().logins.by_protocol()) {
    json::object row;
    if (by_source) row["remote_address"] = json_text(c.peer_host);
    if (by_source) row["username"] = json_text(c.user);
    row["protocol"] = c.protocol;
    row["auth_attempts"] = c.succeeded + c.failed;
    row["auth_attempts_failed"] = c.failed;
    row["auth_attempts_succeeded"] = c.succeeded;
    attempts.push_back(std::move(row));
  }
  call.finish(json::object{{"attempts", std::move(attempts)}, {"node", call.node_name()}, {"result", "ok"}});
}

template <bool On>
void track_sources_of_logins(command_actor& call) {
  call.services().logins.track_sources(On);
  call.finish();
}

void reset_attempts(command_actor& call) {
  call.services().logins.reset();
  call.finish();
}

// RabbitMQ's help and its executables disagree about some of the names: both are known here
constexpr command_entry login_table[] = {
    {"list_node_auth_attempt_stats", list_attempts},
    {"list_node_auth_attempts", list_attempts},
    {"enable_auth_attempt_source_tracking", track_sources_of_logins<true>},
    {"disable_auth_attempt_source_tracking", track_sources_of_logins<false>},
    {"disable_track_auth_attempt_source", track_sources_of_logins<false>},
    {"reset_node_auth_attempt_metrics", reset_attempts},
};

}  // namespace

std::span<const command_entry> login_commands() { return login_table; }

}  // namespace warren::actors
