#include <algorithm>
#include <optional>
#include <string>

#include "core/metadata/checks.hpp"
#include "core/metadata/equivalence.hpp"
#include "core/metadata/term_text.hpp"

// The x-arguments of queue.declare and the arguments of exchange.declare (amqp.md, "Queue arguments").

namespace warren {
namespace {

/// The reason at the end of `invalid arg 'x' for queue 'q' in vhost 'v': …`, in Erlang's notation; nothing = fine.
using problem = std::optional<std::string>;

std::string type_of(const field_value& v) { return std::string(field_type_name(v.type)); }
problem unacceptable_type(const field_value& v) { return "{unacceptable_type," + type_of(v) + "}"; }

problem not_negative(const field_value& v, const field_table&) {
  if (v.integer() == nullptr) return "\"expected integer, got " + type_of(v) + "\"";
  if (*v.integer() < 0) return "{value_negative," + term_value(v) + "}";
  return std::nullopt;
}
problem positive(const field_value& v, const field_table& all) {
  if (problem p = not_negative(v, all)) return p;
  if (*v.integer() == 0) return "{value_zero,0}";
  return std::nullopt;
}
problem priorities(const field_value& v, const field_table& all) {
  if (problem p = not_negative(v, all)) return p;
  if (*v.integer() > 255) return "{max_value_exceeded," + term_value(v) + "}";
  return std::nullopt;
}
problem text(const field_value& v, const field_table&) {
  return v.string() == nullptr ? unacceptable_type(v) : std::nullopt;
}
problem dead_letter_key(const field_value& v, const field_table& all) {
  if (v.string() == nullptr) return unacceptable_type(v);
  if (all.find("x-dead-letter-exchange") == nullptr) return "routing_key_but_no_dlx_defined";
  return std::nullopt;
}
problem overflow(const field_value& v, const field_table&) {
  if (v.string() == nullptr) return unacceptable_type(v);
  if (*v.string() == "drop-head" || *v.string() == "reject-publish" || *v.string() == "reject-publish-dlx")
    return std::nullopt;
  return "invalid_overflow";
}
problem mode(const field_value& v, const field_table&) {
  if (v.string() == nullptr) return unacceptable_type(v);
  if (*v.string() == "default" || *v.string() == "lazy") return std::nullopt;
  return "\"unsupported queue mode '" + *v.string() + "'\"";
}
problem queue_version(const field_value& v, const field_table& all) {
  if (problem p = not_negative(v, all)) return p;
  if (*v.integer() == 1 || *v.integer() == 2) return std::nullopt;
  return "\"unsupported queue version '" + term_value(v) + "'\"";
}
problem boolean(const field_value& v, const field_table&) {
  return v.boolean() == nullptr ? unacceptable_type(v) : std::nullopt;
}
problem anything(const field_value&, const field_table&) { return std::nullopt; }

struct argument {
  std::string_view name;
  problem (*check)(const field_value&, const field_table& all);
};
constexpr argument classic_arguments[] = {
    // in the order of RabbitMQ's checks
    {"x-expires", positive},
    {"x-message-ttl", not_negative},
    {"x-dead-letter-exchange", text},
    {"x-dead-letter-routing-key", dead_letter_key},
    {"x-max-length", not_negative},
    {"x-max-length-bytes", not_negative},
    {"x-max-priority", priorities},
    {"x-overflow", overflow},
    {"x-queue-mode", mode},
    {"x-queue-version", queue_version},
    {"x-single-active-consumer", boolean},
    {"x-queue-type", anything},            // checked first, on its own
    {"x-queue-master-locator", anything},  // unknown values fall back silently
};
constexpr std::string_view classic_names[] = {"x-expires",
                                              "x-message-ttl",
                                              "x-dead-letter-exchange",
                                              "x-dead-letter-routing-key",
                                              "x-max-length",
                                              "x-max-length-bytes",
                                              "x-max-priority",
                                              "x-overflow",
                                              "x-queue-mode",
                                              "x-queue-version",
                                              "x-single-active-consumer",
                                              "x-queue-type",
                                              "x-queue-master-locator"};
static_assert(std::size(classic_names) == std::size(classic_arguments));

/// Known to other types of queue only: refused, while names that nobody knows are ignored.
constexpr std::string_view foreign_arguments[] = {
    "x-dead-letter-strategy",         "x-delivery-limit",       "x-initial-cluster-size", "x-max-age",
    "x-max-in-memory-bytes",          "x-max-in-memory-length", "x-queue-leader-locator", "x-quorum-initial-group-size",
    "x-stream-max-segment-size-bytes"};

error invalid(std::string_view name, const std::string& label, const std::string& reason) {
  return fail(reply_code::precondition_failed, "invalid arg '" + std::string(name) + "' for " + label + reason);
}

status check_type(const declare_queue& d, const std::string& label) {
  const field_value* type = d.arguments.find("x-queue-type");
  if (type == nullptr) return success{};
  if (type->string() == nullptr) return invalid("x-queue-type", label, ": " + *unacceptable_type(*type));
  const std::string& name = *type->string();
  if (name == "classic") return success{};
  if (name == "quorum" || name == "stream") {
    return fail(reply_code::precondition_failed, "queue type '" + name + "' is not available in this version");
  }
  return invalid("x-queue-type", label, ": \"unsupported queue type '" + name + "'\"");
}

}  // namespace

std::span<const std::string_view> classic_queue_arguments() { return classic_names; }

status check_queue_arguments(const declare_queue& d) {
  const std::string label = queue_label(d.name, d.vhost);
  if (const status type = check_type(d, label); !type) return type;
  for (const auto& [name, check] : classic_arguments) {
    const field_value* value = d.arguments.find(name);
    if (value == nullptr) continue;
    if (problem p = check(*value, d.arguments)) return invalid(name, label, ": " + *p);
  }
  for (const std::string_view name : foreign_arguments) {
    if (d.arguments.find(name) != nullptr) return invalid(name, label, " of queue type rabbit_classic_queue");
  }
  return success{};
}

status check_exchange_arguments(const declare_exchange& d) {
  if (d.type == "x-consistent-hash") {
    const field_value* header = d.arguments.find("hash-header");
    const field_value* property = d.arguments.find("hash-property");
    if (header != nullptr && property != nullptr) {
      return fail(reply_code::precondition_failed, "hash-header and hash-property are mutually exclusive");
    }
    if (property != nullptr) {
      const std::string* name = property->string();
      if (name == nullptr || (*name != "correlation_id" && *name != "message_id" && *name != "timestamp")) {
        return fail(reply_code::precondition_failed,
                    "Unsupported property: " + (name == nullptr ? term_value(*property) : *name));
      }
    }
  }
  if (d.type == "x-recent-history") {
    const field_value* length = d.arguments.find("x-recent-history-length");
    if (length != nullptr && (length->integer() == nullptr || *length->integer() < 0)) {
      return fail(reply_code::precondition_failed,
                  "Invalid argument, 'x-recent-history-length' must be a positive integer, got " + term_value(*length));
    }
  }
  return success{};
}

}  // namespace warren
