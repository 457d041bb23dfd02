#include "core/metadata/request_ledger.hpp"

#include <algorithm>

namespace warren {

bool request_ledger::note(std::uint64_t origin, std::uint64_t request) {
  ++noted_;
  if (!origins_.contains(origin) && origins_.size() == max_origins) {
    const auto oldest = std::min_element(origins_.begin(), origins_.end(),
                                         [](const auto& a, const auto& b) { return a.second.last_used < b.second.last_used; });
    origins_.erase(oldest);
  }
  origin_state& o = origins_[origin];
  o.last_used = noted_;
  if (request <= o.upto || !o.above.insert(request).second) return false;
  if (o.above.size() > max_open) o.upto = *o.above.begin();
  while (!o.above.empty() && *o.above.begin() <= o.upto + 1) {
    o.upto = std::max(o.upto, *o.above.begin());
    o.above.erase(o.above.begin());
  }
  return true;
}

}  // namespace warren
