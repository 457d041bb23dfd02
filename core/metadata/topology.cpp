#include "core/metadata/topology.hpp"

namespace warren {

vhost_ptr broker_state::find_vhost(std::string_view name) const {
  const vhost_ptr* found = vhosts.find(name);
  return found == nullptr ? nullptr : *found;
}

const user_record* broker_state::find_user(std::string_view name) const {
  const user_ptr* found = users.find(name);
  return found == nullptr ? nullptr : found->get();
}

}  // namespace warren
