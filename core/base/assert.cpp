#include "core/base/assert.hpp"

#include <string>

namespace warren {

void invariant_failed(const char* expression, const char* file, int line) {
  throw invariant_violation(std::string("invariant failed: ") + expression + " at " + file + ":" + std::to_string(line));
}

}  // namespace warren
