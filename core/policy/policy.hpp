#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/pattern.hpp"
#include "core/base/result.hpp"
#include "core/message/field_table.hpp"
#include "core/metadata/records.hpp"

namespace warren {

enum class policy_kind : std::uint8_t { user, operator_ };
enum class apply_to : std::uint8_t { all, queues, exchanges };
[[nodiscard]] std::string_view to_string(apply_to);  ///< `all`, `queues`, `exchanges`
[[nodiscard]] std::optional<apply_to> apply_to_named(std::string_view);

struct policy_record {
  std::string name;
  pattern names;  ///< of the queues and exchanges that it applies to
  apply_to applies_to = apply_to::all;
  std::int64_t priority = 0;
  field_table definition;  ///< JSON integers as 'l', texts as 'S', booleans as 't', lists as 'A', objects as 'F'
};
using policy_ptr = std::shared_ptr<const policy_record>;

/// By priority, highest first; among equals the newest first. Null = none.
using policy_list = std::shared_ptr<const std::vector<policy_ptr>>;

/// RabbitMQ's meaning of every key; unknown keys, wrong values and an empty definition are refused. The text is the
/// whole of `rabbitmqctl`'s: `Validation failed\n\n…\n`.
[[nodiscard]] status validate_policy(policy_kind kind, const field_table& definition);

/// Compiles and validates. `apply_to_text` is refused with RabbitMQ's text when unknown.
[[nodiscard]] result<policy_ptr> make_policy(policy_kind kind, std::string name, std::string pattern_text,
                                             std::string_view apply_to_text, std::int64_t priority,
                                             field_table definition);

/// The one policy of the list that applies to this name; null = none.
[[nodiscard]] const policy_record* matching_policy(const policy_list& list, std::string_view name, bool is_queue);

/// The policy's definition merged with the operator policy's: limits that both set take the smaller value, everything
/// else stays as the user policy says, operator keys are added.
[[nodiscard]] field_table merge_definitions(const policy_record* policy, const policy_record* operator_policy);

/// Arguments win over the definition for texts (dead-letter-exchange, overflow, queue-mode …), for limits the smaller
/// counts.
[[nodiscard]] queue_in_force queue_in_force_for(const queue_record& queue, const policy_record* policy,
                                                const policy_record* operator_policy);
[[nodiscard]] exchange_in_force exchange_in_force_for(const exchange_record& exchange, const policy_record* policy,
                                                      const policy_record* operator_policy);

}  // namespace warren
