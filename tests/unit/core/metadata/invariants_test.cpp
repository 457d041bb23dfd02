#include <rapidcheck.h>

#include <algorithm>
#include <set>

#include "core/routing/route.hpp"
#include "tests/unit/core/metadata/random_commands.hpp"

using namespace warren;
using namespace warren::testing;

// After each random command the invariants of README.md.

namespace {

void check_bindings(const vhost_topology& t) {
  std::size_t of_sources = 0, of_destinations = 0;
  for (const exchange_state& x : t.exchanges) {
    for (const binding_ptr& b : x.bindings) {
      ++of_sources;
      RC_ASSERT(b->source == x.record->name);
      if (b->kind == destination_kind::queue) {
        RC_ASSERT(t.find_queue(b->destination) != nullptr);
        RC_ASSERT(*t.find_queue(b->destination)->bindings.find(*b) == b);
      } else {
        RC_ASSERT(t.find_exchange(b->destination) != nullptr);
        RC_ASSERT(*t.find_exchange(b->destination)->incoming.find(*b) == b);
      }
    }
    of_destinations += x.incoming.size();
  }
  for (const queue_state& q : t.queues) of_destinations += q.bindings.size();
  RC_ASSERT(of_sources == of_destinations);
}

/// Routing by definition: follow the bindings as they are listed.
std::set<std::string> reachable(const vhost_topology& t, const std::string& exchange, const std::string& key) {
  std::set<std::string> queues, seen;
  std::vector<std::string> to_do{exchange};
  while (!to_do.empty()) {
    const std::string name = to_do.back();
    to_do.pop_back();
    if (!seen.insert(name).second) continue;
    const exchange_state& x = *t.find_exchange(name);
    for (const binding_ptr& b : x.bindings) {
      if (x.record->type != exchange_type::fanout && b->routing_key != key) continue;  // keys have no wildcards here
      if (b->kind == destination_kind::queue) {
        queues.insert(b->destination);
      } else {
        to_do.push_back(b->destination);
      }
    }
  }
  return queues;
}

void check_routes(const vhost_topology& t, route_scratch& scratch) {
  for (const exchange_state& x : t.exchanges) {
    if (x.record->name.empty()) continue;
    for (const std::string& key : keys) {
      std::set<std::string> routed;
      for (const queue_record* q : route(t, x, route_input{key, {}, {}, 0}, scratch)) {
        RC_ASSERT(routed.insert(q->name).second);
        RC_ASSERT(t.find_queue(q->name)->record.get() == q);
      }
      RC_ASSERT(routed == reachable(t, x.record->name, key));
    }
  }
}

std::set<std::string> durable_contents(const vhost_topology& t) {
  std::set<std::string> found;
  for (const queue_state& q : t.queues) {
    if (q.record->durable) found.insert("queue " + q.record->name + " " + std::to_string(q.record->id.value));
  }
  for (const exchange_state& x : t.exchanges) {
    if (!x.record->durable) continue;
    found.insert("exchange " + x.record->name + " " + std::string(to_string(x.record->type)));
    for (const binding_ptr& b : x.bindings) {
      const bool durable = b->kind == destination_kind::queue ? t.find_queue(b->destination)->record->durable
                                                              : t.find_exchange(b->destination)->record->durable;
      if (durable) {
        found.insert("binding " + b->source + ">" + b->destination + " " + b->routing_key + " " +
                     std::to_string(b->arguments.size()) + std::to_string(static_cast<int>(b->kind)));
      }
    }
  }
  return found;
}

}  // namespace

TEST_CASE(
    "whatever is declared, bound and deleted: bindings agree at both ends, routes follow them, the log tells the "
    "durable part",
    "[metadata]") {
  CHECK(rc::check("invariants of the metadata machine", [] {
    metadata_machine live, replayed;
    (void)live.apply(put_vhost{vhost, "", {}, "", false});
    (void)replayed.apply(put_vhost{vhost, "", {}, "", false});
    route_scratch scratch;
    const int steps = *rc::gen::inRange(10, 60);
    for (int i = 0; i < steps; ++i) {
      const applied done = live.apply(any_command());
      for (const command& c : done.to_log) RC_ASSERT(replayed.replay(c).result.ok());
      const vhost_ptr t = live.snapshot()->find_vhost(vhost);
      check_bindings(*t);
      check_routes(*t, scratch);
      RC_ASSERT(durable_contents(*t) == durable_contents(*replayed.snapshot()->find_vhost(vhost)));
    }
    metadata_machine exported;
    for (const command& c : export_all(*live.snapshot())) RC_ASSERT(exported.apply(c).result.ok());
    const vhost_ptr a = live.snapshot()->find_vhost(vhost), b = exported.snapshot()->find_vhost(vhost);
    RC_ASSERT(durable_contents(*a) == durable_contents(*b));
    RC_ASSERT(a->queues.size() == b->queues.size());
    RC_ASSERT(a->exchanges.size() == b->exchanges.size());
  }));
}
