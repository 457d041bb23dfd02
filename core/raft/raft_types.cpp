#include "core/raft/raft_types.hpp"

#include <algorithm>

namespace warren::raft {

const member* configuration::find(server_id id) const {
  for (const member& m : members)
    if (m.id == id) return &m;
  return nullptr;
}

bool configuration::has_voter(server_id id) const {
  const member* m = find(id);
  return m != nullptr && m->role == member_role::voter;
}

std::size_t configuration::voters() const {
  return static_cast<std::size_t>(
      std::count_if(members.begin(), members.end(), [](const member& m) { return m.role == member_role::voter; }));
}

std::vector<server_id> configuration::voter_ids() const {
  std::vector<server_id> ids;
  for (const member& m : members)
    if (m.role == member_role::voter) ids.push_back(m.id);
  return ids;
}

void configuration::set(member m) {
  const auto at =
      std::lower_bound(members.begin(), members.end(), m.id, [](const member& a, server_id id) { return a.id < id; });
  if (at != members.end() && at->id == m.id) {
    *at = std::move(m);
  } else {
    members.insert(at, std::move(m));
  }
}

void configuration::erase(server_id id) {
  std::erase_if(members, [id](const member& m) { return m.id == id; });
}

}  // namespace warren::raft
