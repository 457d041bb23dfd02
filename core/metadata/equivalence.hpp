#pragma once

#include <span>
#include <string_view>

#include "core/base/result.hpp"
#include "core/metadata/commands.hpp"
#include "core/metadata/records.hpp"

namespace warren {

// Redeclaration: what is declared must be what exists. All failures are 406 `inequivalent arg '…' for …: received … but
// current is …`. Integers compare by value, whatever their width; unknown arguments do not count.

[[nodiscard]] status check_equivalent(const queue_record& current, const declare_queue& received);
[[nodiscard]] status check_equivalent(const exchange_record& current, const declare_exchange& received);

/// New queues: type known and available, every argument legal for it.
[[nodiscard]] status check_queue_arguments(const declare_queue& declaration);
/// New exchanges: the arguments of their type.
[[nodiscard]] status check_exchange_arguments(const declare_exchange& declaration);

/// The arguments that mean something to classic queues; these are compared when a queue is declared again.
[[nodiscard]] std::span<const std::string_view> classic_queue_arguments();

}  // namespace warren
