#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace warren::node {

/// One step of the node's start. `run` returns "" or what went wrong, in words for the operator.
struct boot_step {
  std::string name;                  ///< as it is named when it fails: "recover the log"
  std::vector<std::string> after;    ///< steps that must have been done
  std::function<std::string()> run;
};

struct boot_failure {
  std::string step, reason;
};

/// The order in which the steps run: every step after those that it names, otherwise as they are listed. Fails on an unknown
/// name or a cycle (both are our mistakes, found by a test).
[[nodiscard]] std::optional<std::vector<std::size_t>> boot_order(const std::vector<boot_step>& steps);

/// Runs them; stops at the first that fails, by its word or by an exception.
[[nodiscard]] std::optional<boot_failure> run_boot(const std::vector<boot_step>& steps);

}  // namespace warren::node
