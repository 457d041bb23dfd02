#include "actors/channel/channel_actor.hpp"
#include "core/message/trace_copy.hpp"

// The firehose: copies of what passes, for the vhost's amq.rabbitmq.trace. A vhost that is not traced costs one look at a flag.

namespace warren::actors {

void channel_actor::trace_publish(const message& m) {
  if (m.exchange() == trace_exchange) return;
  std::vector<std::string> queues;
  queues.reserve(route_.targets.size());
  for (const link* l : route_.targets) queues.push_back(l->queue);
  block_builder builder(0);
  publish_trace(make_publish_trace(m, extra_keys_, origin(), queues, builder));
}

void channel_actor::trace_delivery(queue_id queue, const message& m, bool redelivered) {
  if (m.exchange() == trace_exchange) return;
  const auto from = links_.find(queue);
  if (from == links_.end()) return;
  block_builder builder(0);
  publish_trace(make_deliver_trace(m, origin(), from->second->queue, redelivered, builder));
}

/// As rabbit_trace does it: routed like any publish, without permission, confirm or return; nobody waits for it.
void channel_actor::publish_trace(message_ref copy) {
  const exchange_state* exchange = vhost_->find_exchange(trace_exchange);
  if (exchange == nullptr) return;
  route_scratch scratch;
  for (const queue_record* q : route(*vhost_, *exchange, *copy, 0, scratch)) {
    link* l = link_to(*q);
    if (l == nullptr) continue;
    touch(*l);
    l->outgoing_bytes += copy->record_bytes + 64;
    l->outgoing.push_back({copy, 0});
  }
}

trace_origin channel_actor::origin() const {
  return {services_.options.node_name, setup_.vhost, setup_.connection_name, setup_.user, setup_.number};
}

}  // namespace warren::actors
