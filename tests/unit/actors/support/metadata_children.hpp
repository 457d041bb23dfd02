#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "actors/metadata/metadata_actor.hpp"
#include "actors/raft/raft_host_actor.hpp"
#include "supervision/child_spec.hpp"

namespace warren::testing {

/// A blank node's part in the metadata group: `raft` and `metadata`, as node/boot/tree.cpp starts them.
inline std::vector<supervision::child_spec> metadata_children(actors::node_services& services, raft::server_id self,
                                                              raft::configuration founding) {
  services.metadata_memory = std::make_unique<actors::metadata_memory>(services.options.node_name, services.metadata_now.get(),
                                                                       request_ledger{}, 0);
  return {supervision::worker("raft", "raft",
                              [&services, self, founding = std::move(founding)](supervision::start_context& c) {
                                caf::actor host = c.supervisor->spawn<actors::raft_host_actor>(
                                    std::move(c.where), services, services.transport, actors::raft_identity{self, 100});
                                services.raft_actor.set(host);
                                actors::raft_open open;
                                open.group = actors::metadata_group;
                                open.founding = founding;
                                caf::anon_send(host, std::move(open));
                                return host;
                              }),
          supervision::worker("metadata", "metadata", [&services](supervision::start_context& c) {
            caf::actor metadata = c.supervisor->spawn<actors::metadata_actor>(std::move(c.where), services);
            services.metadata_actor.set(metadata);
            return metadata;
          })};
}

inline raft::configuration voters(std::initializer_list<std::pair<raft::server_id, std::string>> members) {
  raft::configuration c;
  for (const auto& [id, name] : members) c.set({id, name, raft::member_role::voter});
  return c;
}

}  // namespace warren::testing
