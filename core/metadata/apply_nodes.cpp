#include "core/metadata/object_editor.hpp"
#include "core/metadata/transaction.hpp"

// Commands about the members of the cluster.

namespace warren {

void transaction::operator()(const put_node& c) {
  const node_record record{c.name, c.ram, c.version};
  const node_record* known = state.nodes.get(c.name);
  if (known != nullptr && *known == record) return;
  state.nodes.set(c.name, record);
  happened(node_changed{c.name});
}

/// Its durable queues go with it: nobody else has their messages (rabbit_amqqueue:forget_all_durable).
void transaction::operator()(const remove_node& c) {
  if (state.nodes.get(c.name) == nullptr) return;
  state.nodes.erase(c.name);
  const auto vhosts = state.vhosts;
  for (const vhost_ptr& vhost : vhosts) {
    std::vector<std::string> gone;
    for (const queue_state& q : vhost->queues)
      if (q.record->durable && q.record->node == c.name) gone.push_back(q.record->name);
    if (gone.empty()) continue;
    auto copy = std::make_shared<vhost_topology>(*vhost);
    object_editor editor(*copy, out.events, cascades);
    for (const std::string& name : gone) editor.delete_queue(name);
    state.vhosts.put(std::move(copy));
  }
  happened(node_changed{c.name});
}

}  // namespace warren
