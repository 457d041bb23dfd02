#include <boost/json/parse.hpp>

#include "actors/control/command_actor.hpp"
#include "actors/control/command_table.hpp"
#include "actors/control/explanation_json.hpp"
#include "actors/control/json_values.hpp"
#include "actors/control/metadata_rows.hpp"
#include "core/routing/explain.hpp"
#include "supervision/tree.hpp"

// Commands that RabbitMQ does not have: the live supervision tree, and why a message goes where it goes.

namespace warren::actors {

namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

/// The result is the tree; the tool draws it.
void supervision_tree(command_actor& call) {
  const caf::actor root = call.node().tree_root();
  if (!root) return call.fail(exit_code::unavailable, "node " + call.node_name() + " has no supervision tree yet");
  const caf::actor collector = supervision::tree_collector(call.system(), root, call.patience(2s));
  call.request_of(collector, call.patience(), supervision::tree_request{})
      .then(
          [&call](const supervision::tree_node& tree) {
            boost::system::error_code wrong;
            json::parse_options deep;
            deep.max_depth = 64;
            call.finish(json::parse(supervision::render_json(tree), wrong, {}, deep));
          },
          [&call](const caf::error& failed) { call.fail(exit_code::unavailable, call.system().render(failed)); });
}

void explain(command_actor& call) {
  if (call.argument(0) != "publish")
    return call.fail(exit_code::usage, "'" + call.argument(0) + "' cannot be explained. Known is: publish",
                     control_error::layout::validation);
  const vhost_ptr vhost = call.find_vhost();
  if (!vhost) return;
  std::string name = call.argument(1);
  if (name == "amq.default") name.clear();
  const exchange_state* exchange = vhost->find_exchange(name);
  if (exchange == nullptr)
    return call.fail(exit_code::unavailable, "no exchange '" + call.argument(1) + "' in vhost '" + vhost->name() + "'");
  std::vector<std::string> running;
  for (const member_facts& m : call.node().members())
    if (m.running) running.push_back(m.node);
  const auto queue_state_of = [&call, &running](const queue_record& q) -> std::string_view {
    const bool here = q.node.empty() || q.node == call.node_name();
    if (here) return call.services().queues.find(q.id) ? "running" : "down";
    return std::find(running.begin(), running.end(), q.node) != running.end() ? "running" : "down";
  };
  call.finish(explanation_json(*vhost, *exchange, call.argument(2),
                               explain_publish(*vhost, *exchange, call.argument(2)), queue_state_of));
}

constexpr command_entry inspection_table[] = {
    {"supervision_tree", supervision_tree, "any"},
    {"explain", explain},
};

}  // namespace

std::span<const command_entry> inspection_commands() { return inspection_table; }

}  // namespace warren::actors
