#pragma once

#include <caf/all.hpp>
#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>

// Test-only: makes a live actor throw, so that tests of the real program can kill any single one.
namespace warren::supervision {

/// A guarded actor that gets this throws injected_crash, provided that test crashes are enabled; otherwise it is ignored.
struct test_crash {
  std::string reason;
};

class injected_crash : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Process-wide, off by default; the node's configuration turns it on for test runs only.
void enable_test_crashes(bool on);
[[nodiscard]] bool test_crashes_enabled();

/// Finds the actor at `path` in the tree below `root` and makes it throw. False: no such live actor. Blocks up to
/// `timeout`: not for scheduled actors.
bool crash_by_path(caf::actor_system& system, const caf::actor& root, std::string_view path, std::string reason,
                   std::chrono::milliseconds timeout);

}  // namespace warren::supervision

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::supervision::test_crash)
