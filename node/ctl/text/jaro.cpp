#include "node/ctl/text/jaro.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace warren::ctl {

double jaro(std::string_view a, std::string_view b) {
  if (a == b) return 1;
  if (a.size() > b.size()) std::swap(a, b);
  if (a.empty()) return 0;
  const std::size_t half = b.size() / 2, reach = half > 0 ? half - 1 : 0;
  std::vector<bool> taken(b.size());
  double common = 0, out_of_order = 0;
  std::size_t last = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const std::size_t end = std::min(b.size(), i + reach + 1);
    for (std::size_t j = i > reach ? i - reach : 0; j < end; ++j) {
      if (taken[j] || a[i] != b[j]) continue;
      taken[j] = true;
      ++common;
      if (j < last) ++out_of_order;
      last = j;
      break;
    }
  }
  if (common == 0) return 0;
  return (common / static_cast<double>(a.size()) + common / static_cast<double>(b.size()) + (common - out_of_order) / common) / 3;
}

}  // namespace warren::ctl
