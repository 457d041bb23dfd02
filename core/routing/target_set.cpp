#include "core/routing/target_set.hpp"

namespace warren {

void target_set::add(const route_target& target) {
  const entry* known = entries_.find(key_of(target));
  entries_.put({target, known == nullptr ? 1 : known->bindings + 1});
}

void target_set::remove(const route_target& target) {
  const entry* known = entries_.find(key_of(target));
  if (known == nullptr) return;
  if (known->bindings == 1) {
    entries_.erase(key_of(target));
  } else {
    entries_.put({known->target, known->bindings - 1});
  }
}

}  // namespace warren
