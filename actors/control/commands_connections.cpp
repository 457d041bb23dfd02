#include "actors/connection/connection_messages.hpp"
#include "actors/control/command_actor.hpp"
#include "actors/control/command_table.hpp"
#include "actors/control/json_values.hpp"
#include "actors/control/live_rows.hpp"
#include "actors/control/queue_listing.hpp"

// Connections and channels: of this node from their actors, of the others by asking there.

namespace warren::actors {

namespace json = boost::json;

namespace {

using known_connection = std::pair<caf::actor, connection_info>;

template <class Id>
std::vector<caf::actor> actors_of(const directory<Id>& in) {
  std::vector<std::pair<Id, caf::actor>> all = in.all();
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<caf::actor> actors;
  for (auto& [id, who] : all) actors.push_back(std::move(who));
  return actors;
}

/// Those of this node that a client has opened.
void ask_connections(command_actor& call, std::function<void(std::vector<known_connection>&)> then) {
  const auto actors = std::make_shared<std::vector<caf::actor>>(actors_of(call.services().connections));
  auto known = std::make_shared<std::vector<std::optional<connection_info>>>(actors->size());
  call.ask_all<connection_info>(
      *actors, connection_ask_info{}, call.patience(std::chrono::seconds(15)),
      [known](std::size_t i, connection_info& info) { (*known)[i] = std::move(info); },
      [actors, known, then] {
        std::vector<known_connection> answered;
        for (std::size_t i = 0; i < known->size(); ++i)
          if ((*known)[i]) answered.emplace_back((*actors)[i], std::move(*(*known)[i]));
        then(answered);
      });
}

void list_connections(command_actor& call) {
  const auto chosen = choose_columns<connection_item>(call.request().arguments, connection_columns(),
                                                      {"user", "peer_host", "peer_port", "state"});
  if (const auto* wrong = std::get_if<control_error>(&chosen)) return call.fail(*wrong);
  const auto wanted = std::get<columns<connection_item>>(chosen);
  ask_connections(call, [&call, wanted](std::vector<known_connection>& all) {
    const pid_names pids(call);
    json::array rows;
    for (const auto& [actor, info] : all) rows.push_back(make_row(wanted, connection_item{&info, pids.of(actor)}));
    call.finish_with_rows_of_all(std::move(rows));
  });
}

void list_channels(command_actor& call) {
  const auto chosen = choose_columns<channel_item_row>(call.request().arguments, channel_columns(),
                                                       {"pid", "user", "consumer_count", "messages_unacknowledged"});
  if (const auto* wrong = std::get_if<control_error>(&chosen)) return call.fail(*wrong);
  const auto wanted = std::get<columns<channel_item_row>>(chosen);
  const auto actors = std::make_shared<std::vector<caf::actor>>(actors_of(call.services().channels));
  auto known = std::make_shared<std::vector<std::optional<channel_info>>>(actors->size());
  call.ask_all<channel_info>(
      *actors, channel_ask_info{}, call.patience(std::chrono::seconds(15)),
      [known](std::size_t i, channel_info& info) { (*known)[i] = std::move(info); },
      [&call, actors, known, wanted] {
        const pid_names pids(call);
        json::array rows;
        for (std::size_t i = 0; i < known->size(); ++i)
          if (const auto& info = (*known)[i]; info && info->open)
            rows.push_back(
                make_row(wanted, channel_item_row{&*info, pids.of((*actors)[i]), pids.of(info->connection)}));
        call.finish_with_rows_of_all(std::move(rows));
      });
}

// ---- closing

void close_connection(command_actor& call) {
  const std::string& text = call.argument(0);
  const auto pid = pid_name::parse(text);
  if (!pid) return call.fail(exit_code::unavailable, "Error:\n{:invalid_pid_syntax, \"" + text + "\"}");
  const auto not_one = [&call, text] {
    call.fail(exit_code::unavailable, "Error:\n{:not_a_connection_pid, \"" + text + "\"}");
  };
  if (pid->node != call.node_name()) {
    if (call.from_node()) return not_one();
    return call.ask_node(pid->node, call.request(),
                         [&call](control_outcome outcome) { call.conclude(std::move(outcome)); });
  }
  if (pid->creation != static_cast<std::uint64_t>(call.node().facts().started_ms / 1000)) return not_one();
  for (const auto& [id, connection] : call.services().connections.all())
    if (connection.id() == pid->number) {
      call.send(connection, connection_shutdown{call.argument(1)});
      return call.finish();
    }
  not_one();
}

/// Tells those connections of this node one after another, with a pause between two.
void close_some(command_actor& call, std::vector<caf::actor> which, std::int64_t pause_ms,
                std::function<void(std::size_t)> then) {
  const std::string reason = call.request().arguments.empty() ? "" : call.request().arguments.back();
  if (pause_ms <= 0) {
    for (const caf::actor& c : which) call.send(c, connection_shutdown{reason});
    return then(which.size());
  }
  auto left = std::make_shared<std::vector<caf::actor>>(which.rbegin(), which.rend());
  call.poll(std::chrono::milliseconds(pause_ms), [&call, left, reason, then, all = which.size()] {
    if (left->empty()) {
      then(all);
      return true;
    }
    call.send(left->back(), connection_shutdown{reason});
    left->pop_back();
    return false;
  });
}

std::int64_t number_option(command_actor& call, const char* name) {
  return std::atoll(call.request().option(name, "0").c_str());
}

/// One node after another, because a limit counts for all of them together.
void close_on_others(command_actor& call, std::vector<std::string> nodes, std::int64_t closed, std::int64_t limit) {
  if (nodes.empty() || (limit > 0 && closed >= limit))
    return call.finish(json::value("Closed " + std::to_string(closed) + " connections"));
  control_request rest = call.request();
  if (limit > 0) rest.options["limit"] = std::to_string(limit - closed);
  const std::string next = nodes.back();
  nodes.pop_back();
  call.ask_node(next, std::move(rest), [&call, nodes, closed, limit](control_outcome outcome) {
    const auto* more = std::get_if<json::value>(&outcome);
    close_on_others(call, nodes, closed + (more != nullptr && more->is_int64() ? more->get_int64() : 0), limit);
  });
}

void close_all_connections(command_actor& call) {
  const bool global = call.request().flag("global");  // of the node, whatever the vhost
  ask_connections(call, [&call, global](std::vector<known_connection>& all) {
    std::vector<caf::actor> which;
    const std::int64_t limit = number_option(call, "limit");
    for (const auto& [actor, info] : all)
      if ((global || info.vhost == call.vhost()) && (limit <= 0 || which.size() < static_cast<std::size_t>(limit)))
        which.push_back(actor);
    close_some(call, std::move(which), number_option(call, "per-connection-delay"),
               [&call, global, limit](std::size_t closed) {
                 if (call.from_node()) return call.finish(static_cast<std::int64_t>(closed));
                 std::vector<std::string> nodes;  // a vhost spans the cluster
                 if (!global)
                   for (const member_facts& m : call.node().members())
                     if (m.running && m.node != call.node_name()) nodes.push_back(m.node);
                 close_on_others(call, std::move(nodes), static_cast<std::int64_t>(closed), limit);
               });
  });
}

void close_all_user_connections(command_actor& call) {
  ask_connections(call, [&call](std::vector<known_connection>& all) {
    std::vector<caf::actor> which;
    for (const auto& [actor, info] : all)
      if (info.user == call.argument(0)) which.push_back(actor);
    close_some(call, std::move(which), 0, [&call](std::size_t) {
      if (call.from_node()) return call.finish();
      call.ask_others(call.request(), [&call](std::vector<node_outcome>) { call.finish(); });
    });
  });
}

constexpr command_entry connection_table[] = {
    {"list_connections", list_connections},
    {"list_channels", list_channels},
    {"close_connection", close_connection},
    {"close_all_connections", close_all_connections},
    {"close_all_user_connections", close_all_user_connections},
};

}  // namespace

std::span<const command_entry> connection_commands() { return connection_table; }

}  // namespace warren::actors
