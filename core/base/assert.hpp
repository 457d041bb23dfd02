#pragma once

#include <stdexcept>

namespace warren {

/// A broken invariant of our own. In a shell it ends the actor, whose supervisor restarts it from durable state.
class invariant_violation : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

[[noreturn]] void invariant_failed(const char* expression, const char* file, int line);

}  // namespace warren

/// Always on, in every build: for our own invariants, never for bytes from outside (those are parsed, see result.hpp).
#define WARREN_ENSURE(expression)                                          \
  do {                                                                     \
    if (!(expression)) [[unlikely]]                                        \
      ::warren::invariant_failed(#expression, __FILE__, __LINE__);         \
  } while (false)
