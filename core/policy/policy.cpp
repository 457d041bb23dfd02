#include "core/policy/policy.hpp"

#include <algorithm>

#include "core/metadata/term_text.hpp"

namespace warren {
namespace {

/// Limits: where both sides set one, the smaller counts (amqp.md, "Policies").
bool takes_minimum(std::string_view key) {
  constexpr std::string_view keys[] = {
      "message-ttl",         "expires",       "max-length", "max-length-bytes", "max-in-memory-length",
      "max-in-memory-bytes", "delivery-limit"};
  return std::find(std::begin(keys), std::end(keys), key) != std::end(keys);
}

/// A queue argument and the policy key of the same meaning, seen as one.
class effective {
 public:
  effective(const field_table& arguments, const field_table& definition)
      : arguments_(arguments), definition_(definition) {}

  [[nodiscard]] std::optional<std::uint64_t> limit(std::string_view argument, std::string_view key) const {
    const auto a = number(arguments_.find(argument)), p = number(definition_.find(key));
    if (a && p) return std::min(*a, *p);
    return a ? a : p;
  }
  [[nodiscard]] std::optional<std::string> text(std::string_view argument, std::string_view key) const {
    for (const field_value* value : {arguments_.find(argument), definition_.find(key)}) {
      if (value != nullptr && value->string() != nullptr) return *value->string();
    }
    return std::nullopt;
  }

 private:
  static std::optional<std::uint64_t> number(const field_value* value) {
    if (value == nullptr || value->integer() == nullptr || *value->integer() < 0) return std::nullopt;
    return static_cast<std::uint64_t>(*value->integer());
  }
  const field_table& arguments_;
  const field_table& definition_;
};

overflow_mode overflow_named(std::string_view name) {
  if (name == "reject-publish") return overflow_mode::reject_publish;
  if (name == "reject-publish-dlx") return overflow_mode::reject_publish_dlx;
  return overflow_mode::drop_head;
}

std::string name_of(const policy_record* policy) { return policy == nullptr ? std::string() : policy->name; }

}  // namespace

std::string_view to_string(apply_to what) {
  switch (what) {
    case apply_to::all: break;
    case apply_to::queues: return "queues";
    case apply_to::exchanges: return "exchanges";
  }
  return "all";
}

std::optional<apply_to> apply_to_named(std::string_view name) {
  for (const apply_to known : {apply_to::all, apply_to::queues, apply_to::exchanges}) {
    if (to_string(known) == name) return known;
  }
  return std::nullopt;
}

result<policy_ptr> make_policy(policy_kind kind, std::string name, std::string pattern_text,
                               std::string_view apply_to_text, std::int64_t priority, field_table definition) {
  const auto refused = [](const std::string& why) {
    return fail(reply_code::precondition_failed, "Validation failed\n\n" + why + "\n");
  };
  auto names = pattern::compile(std::move(pattern_text));
  if (!names) return refused("pattern should be regular expression but is invalid: " + names.failure().text);
  const auto applies_to = apply_to_named(apply_to_text);
  if (!applies_to) {
    return refused("apply-to '" + std::string(apply_to_text) +
                   "' unrecognised; should be 'queues', 'exchanges' or 'all'");
  }
  if (const status valid = validate_policy(kind, definition); !valid) return valid.failure();
  return policy_ptr(std::make_shared<const policy_record>(
      policy_record{std::move(name), std::move(*names), *applies_to, priority, std::move(definition)}));
}

const policy_record* matching_policy(const policy_list& list, std::string_view name, bool is_queue) {
  if (list == nullptr) return nullptr;
  for (const policy_ptr& policy : *list) {
    if (policy->applies_to == (is_queue ? apply_to::exchanges : apply_to::queues)) continue;
    if (policy->names.found_in(name)) return policy.get();
  }
  return nullptr;
}

field_table merge_definitions(const policy_record* policy, const policy_record* operator_policy) {
  field_table merged = policy == nullptr ? field_table{} : policy->definition;
  if (operator_policy == nullptr) return merged;
  for (const auto& [key, value] : operator_policy->definition.fields) {
    const field_value* users = merged.find(key);
    if (users == nullptr) {
      merged.set(key, value);
    } else if (takes_minimum(key) && users->integer() != nullptr && value.integer() != nullptr &&
               *value.integer() < *users->integer()) {
      merged.set(key, value);
    }
  }
  return merged;
}

queue_in_force queue_in_force_for(const queue_record& queue, const policy_record* policy,
                                  const policy_record* operator_policy) {
  const field_table definition = merge_definitions(policy, operator_policy);
  const effective both(queue.arguments, definition);
  queue_in_force made;
  made.policy = name_of(policy);
  made.operator_policy = name_of(operator_policy);
  queue_settings& s = made.settings;
  s.durable = queue.durable;
  s.message_ttl_ms = both.limit("x-message-ttl", "message-ttl");
  s.expires_ms = both.limit("x-expires", "expires");
  s.max_length = both.limit("x-max-length", "max-length");
  s.max_length_bytes = both.limit("x-max-length-bytes", "max-length-bytes");
  s.overflow = overflow_named(both.text("x-overflow", "overflow").value_or(""));
  s.dead_letter_exchange = both.text("x-dead-letter-exchange", "dead-letter-exchange");
  s.dead_letter_routing_key = both.text("x-dead-letter-routing-key", "dead-letter-routing-key");
  s.lazy = both.text("x-queue-mode", "queue-mode") == "lazy";
  if (const field_value* priority = queue.arguments.find("x-max-priority");
      priority != nullptr && priority->integer() != nullptr) {
    s.max_priority = static_cast<std::uint8_t>(std::clamp<std::int64_t>(*priority->integer(), 0, 255));
  }
  const field_value* single = queue.arguments.find("x-single-active-consumer");
  s.single_active_consumer = single != nullptr && single->boolean() != nullptr && *single->boolean();
  return made;
}

exchange_in_force exchange_in_force_for(const exchange_record& exchange, const policy_record* policy,
                                        const policy_record* operator_policy) {
  const field_table definition = merge_definitions(policy, operator_policy);
  return {effective(exchange.arguments, definition).text("alternate-exchange", "alternate-exchange"), name_of(policy),
          name_of(operator_policy)};
}

}  // namespace warren
