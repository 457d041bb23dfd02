#include <algorithm>
#include <optional>

#include "core/metadata/term_text.hpp"
#include "core/policy/policy.hpp"

// The keys of a policy's definition and their legal values. Each check gives the text that RabbitMQ's tools print.

namespace warren {
namespace {

using problem = std::optional<std::string>;  ///< nothing = fine

problem at_least(const field_value& v, std::int64_t least, std::string_view what) {
  if (v.integer() != nullptr && *v.integer() >= least) return std::nullopt;
  return term_value(v) + " is not a valid " + std::string(what);
}
template <std::int64_t Least>
problem number(const field_value& v, std::string_view what) {
  return at_least(v, Least, what);
}
problem text(const field_value& v, std::string_view what) {
  if (v.string() != nullptr) return std::nullopt;
  return term_value(v) + " is not a valid " + std::string(what);
}
template <class... Words>
problem one_of(const field_value& v, std::string_view what, Words... words) {
  if (v.string() != nullptr && ((*v.string() == words) || ...)) return std::nullopt;
  return term_value(v) + " is not a valid " + std::string(what);
}
problem strategy(const field_value& v, std::string_view what) {
  return one_of(v, what, "at-most-once", "at-least-once");
}
problem mode(const field_value& v, std::string_view what) { return one_of(v, what, "default", "lazy"); }
problem overflow(const field_value& v, std::string_view what) {
  return one_of(v, what, "drop-head", "reject-publish", "reject-publish-dlx");
}
problem leader_locator(const field_value& v, std::string_view what) {
  return one_of(v, what, "client-local", "balanced", "random", "least-leaders");
}
problem master_locator(const field_value& v, std::string_view what) {
  return one_of(v, what, "client-local", "min-masters", "random");
}
problem policy_queue_version(const field_value& v, std::string_view what) {
  if (v.integer() != nullptr && (*v.integer() == 1 || *v.integer() == 2)) return std::nullopt;
  return term_value(v) + " is not a valid " + std::string(what);
}
problem max_age(const field_value& v, std::string_view what) {  // 7D, 12h: a number and one of Y M D h m s
  const std::string* age = v.string();
  const bool good = age != nullptr && age->size() >= 2 &&
                    std::string_view("YMDhms").find(age->back()) != std::string_view::npos &&
                    std::all_of(age->begin(), age->end() - 1, [](char c) { return c >= '0' && c <= '9'; });
  if (good) return std::nullopt;
  return term_value(v) + " is not a valid " + std::string(what);
}
problem upstream_pattern(const field_value& v, std::string_view what) {
  if (v.string() == nullptr) return term_value(v) + " is not a valid " + std::string(what);
  if (auto compiled = pattern::compile(*v.string()); !compiled) {
    return "could not parse pattern " + term_value(v) + ": " + compiled.failure().text;
  }
  return std::nullopt;
}
problem later(const field_value&, std::string_view) { return std::nullopt; }  // checked together with its companions

struct rule {
  std::string_view key;
  problem (*check)(const field_value&, std::string_view what);
  std::string_view what;
  bool for_operators = false;
};
constexpr rule rules[] = {
    {"alternate-exchange", text, "alternate exchange name"},
    {"dead-letter-exchange", text, "dead letter exchange name"},
    {"dead-letter-routing-key", text, "dead letter routing key"},
    {"dead-letter-strategy", strategy, "dead letter strategy"},
    {"message-ttl", number<0>, "message TTL", true},
    {"expires", number<1>, "queue expiry", true},
    {"max-length", number<0>, "maximum length", true},
    {"max-length-bytes", number<0>, "maximum length in bytes", true},
    {"max-in-memory-length", number<0>, "maximum memory in bytes", true},  // sic, RabbitMQ's text for both
    {"max-in-memory-bytes", number<0>, "maximum memory in bytes", true},
    {"queue-mode", mode, "queue-mode value"},
    {"queue-version", policy_queue_version, "queue-version value"},
    {"overflow", overflow, "overflow value"},
    {"delivery-limit", number<0>, "delivery limit", true},
    {"max-age", max_age, "max age"},
    {"stream-max-segment-size-bytes", number<0>, "segment size"},
    {"queue-leader-locator", leader_locator, "queue leader locator value"},
    {"initial-cluster-size", number<0>, "cluster size"},
    {"queue-master-locator", master_locator, "queue-master-locator value"},
    {"ha-mode", later, ""},
    {"ha-params", later, ""},
    {"ha-sync-mode", later, ""},
    {"ha-sync-batch-size", later, ""},
    {"ha-promote-on-shutdown", later, ""},
    {"ha-promote-on-failure", later, ""},
    {"federation-upstream", text, "federation upstream name"},
    {"federation-upstream-set", text, "federation upstream set name"},
    {"federation-upstream-pattern", upstream_pattern, "federation upstream pattern"},
};

const rule* rule_for(std::string_view key, policy_kind kind) {
  for (const rule& r : rules) {
    if (r.key == key) return kind == policy_kind::user || r.for_operators ? &r : nullptr;
  }
  return nullptr;
}

problem check_ha_params(const std::string& mode, const field_value* params) {
  const std::string given = params == nullptr ? "none" : term_value(*params);
  if (mode == "all") {
    if (params != nullptr) return "ha-mode=\"all\" does not take parameters";
  } else if (mode == "exactly") {
    if (params == nullptr || params->integer() == nullptr || *params->integer() < 1) {
      return "ha-mode=\"exactly\" takes an integer, " + given + " given";
    }
  } else {
    const field_array* names = params == nullptr ? nullptr : params->array();
    if (names == nullptr) return "ha-mode=\"nodes\" takes a list, " + given + " given";
    if (names->empty()) return "ha-mode=\"nodes\" list must be non-empty";
    for (const field_value& name : *names) {
      if (name.string() == nullptr)
        return "ha-mode=\"nodes\" takes a list of strings, " + term_value(name) + " was not a string";
    }
  }
  return std::nullopt;
}

problem check_choice(const field_table& definition, std::string_view key, std::string_view a, std::string_view b) {
  const field_value* v = definition.find(key);
  if (v == nullptr || (v->string() != nullptr && (*v->string() == a || *v->string() == b))) return std::nullopt;
  return std::string(key) + " must be \"" + std::string(a) + "\" or \"" + std::string(b) + "\", got " + term_value(*v);
}

problem check_ha(const field_table& definition) {
  const field_value* mode = definition.find("ha-mode");
  if (mode == nullptr) {
    for (const auto& [key, value] : definition.fields) {
      if (key.starts_with("ha-"))
        return "ha-mode must be specified to specify ha-params, ha-sync-mode or ha-promote-on-shutdown";
    }
    return std::nullopt;
  }
  const std::string* name = mode->string();
  if (name == nullptr || (*name != "all" && *name != "exactly" && *name != "nodes")) {
    return term_value(*mode) + " is not a valid ha-mode value";
  }
  if (problem p = check_ha_params(*name, definition.find("ha-params"))) return p;
  if (problem p = check_choice(definition, "ha-sync-mode", "manual", "automatic")) return p;
  if (const field_value* batch = definition.find("ha-sync-batch-size")) {
    if (batch->integer() == nullptr || *batch->integer() < 1) {
      return "ha-sync-batch-size takes an integer, " + term_value(*batch) + " given";
    }
  }
  if (problem p = check_choice(definition, "ha-promote-on-shutdown", "always", "when-synced")) return p;
  return check_choice(definition, "ha-promote-on-failure", "always", "when-synced");
}

problem check_federation(const field_table& definition) {
  int given = 0;
  for (const std::string_view key : {"federation-upstream", "federation-upstream-set", "federation-upstream-pattern"}) {
    given += definition.find(key) != nullptr;
  }
  if (given < 2) return std::nullopt;
  return "cannot specify federation-upstream, federation-upstream-set or federation-upstream-pattern together";
}

problem first_problem(policy_kind kind, const field_table& definition) {
  if (definition.empty()) return "no policy provided";
  field_table unknown;
  for (const auto& [key, value] : definition.fields) {
    if (rule_for(key, kind) == nullptr) unknown.fields.emplace_back(key, value);
  }
  if (!unknown.empty()) return term_pairs(unknown) + " are not recognised policy settings";
  for (auto field = definition.fields.begin(); field != definition.fields.end(); ++field) {
    if (definition.find(field->first) != &field->second)
      return term_binary(field->first) + " duplicate keys not allowed";
    const rule& r = *rule_for(field->first, kind);
    if (problem p = r.check(field->second, r.what)) return p;
  }
  if (problem p = check_ha(definition)) return p;
  return check_federation(definition);
}

}  // namespace

status validate_policy(policy_kind kind, const field_table& definition) {
  if (problem p = first_problem(kind, definition)) {
    return fail(reply_code::precondition_failed, "Validation failed\n\n" + *p + "\n");
  }
  return success{};
}

}  // namespace warren
