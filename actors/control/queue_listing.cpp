#include "actors/control/queue_listing.hpp"

#include "actors/control/json_values.hpp"
#include "actors/control/metadata_rows.hpp"

namespace warren::actors {

pid_names::pid_names(command_actor& call)
    : node_(call.node_name()),
      creation_(static_cast<std::uint64_t>(call.node().facts().started_ms / 1000)),
      services_(&call.services()) {}

std::string pid_names::pid(caf::actor_id id) const { return id == 0 ? "" : pid_name{node_, creation_, id}.text(); }

bool is_here(command_actor& call, const queue_record& queue) {
  return queue.node.empty() || queue.node == call.node_name();
}

void ask_queues(command_actor& call, const vhost_topology& vhost, bool ask, bool with_consumers,
                std::chrono::milliseconds limit, std::function<void(std::vector<asked_queue>&)> then) {
  auto queues = std::make_shared<std::vector<asked_queue>>();
  std::vector<caf::actor> actors;
  auto index = std::make_shared<std::vector<std::size_t>>();
  for (const queue_state* q :
       sorted_entries(vhost.queues, [](const queue_state& x) -> const std::string& { return x.record->name; })) {
    if (!is_here(call, *q->record)) continue;
    queues->push_back({*q, call.services().queues.find(q->record->id), std::nullopt});
    if (!queues->back().actor) continue;
    index->push_back(queues->size() - 1);
    actors.push_back(queues->back().actor);
  }
  if (!ask) return then(*queues);
  call.ask_all<queue_status>(
      actors, queue_ask_status{with_consumers}, limit,
      [queues, index](std::size_t i, queue_status& s) { (*queues)[(*index)[i]].status = std::move(s); },
      [queues, then] { then(*queues); });
}

}  // namespace warren::actors
