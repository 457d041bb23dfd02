#include "core/queue/queue_types.hpp"

namespace warren {

namespace {

/// Keeps the memory for the next turn, unless a burst made it much larger than what is usual now.
template <class T>
void reuse(std::vector<T>& v) {
  if (v.capacity() > 4096 && v.size() < v.capacity() / 16) {
    std::vector<T>().swap(v);
  } else {
    v.clear();
  }
}

}  // namespace

void queue_effects::clear() {
  reuse(deliveries);
  reuse(log_appends);
  reuse(log_acks);
  reuse(disk_acks);
  reuse(confirms);
  reuse(refusals);
  reuse(dead_letters);
  page_outs.clear();
  loads.clear();
  wants_grant.clear();
  unused_grants.clear();
  log_releases.clear();
  purge_disk = auto_deleted = expired = false;
  purge_keep.clear();
  activated.reset();
}

}  // namespace warren
