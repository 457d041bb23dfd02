#include "core/metadata/equivalence.hpp"

#include <optional>
#include <string>

#include "core/metadata/checks.hpp"
#include "core/metadata/term_text.hpp"

namespace warren {
namespace {

/// A text stands as it is in these messages, every other value as Erlang prints it.
std::string shown(const field_value& v) {
  const auto* text = v.type == 'S' || v.type == 'x' ? std::get_if<std::string>(&v.value) : nullptr;
  return text == nullptr ? term_value(v) : *text;
}

std::string shown_with_type(const field_value* v) {
  if (v == nullptr) return "none";
  return "the value '" + shown(*v) + "' of type '" + std::string(field_type_name(v->type)) + "'";
}

error inequivalent(std::string_view what, const std::string& label, const std::string& received,
                   const std::string& current) {
  return fail(reply_code::precondition_failed, "inequivalent arg '" + std::string(what) + "' for " + label +
                                                   ": received " + received + " but current is " + current);
}

std::optional<error> compare(std::string_view what, bool current, bool received, const std::string& label) {
  if (current == received) return std::nullopt;
  const auto text = [](bool b) { return b ? "'true'" : "'false'"; };
  return inequivalent(what, label, text(received), text(current));
}

std::optional<error> compare_argument(std::string_view name, const field_table& current, const field_table& received,
                                      const std::string& label) {
  const field_value* was = current.find(name);
  const field_value* is = received.find(name);
  if (was != nullptr && is != nullptr) {
    if (was->value == is->value) return std::nullopt;
    return inequivalent(name, label, "'" + shown(*is) + "'", "'" + shown(*was) + "'");
  }
  if (was == is) return std::nullopt;  // both absent
  if (name == "x-queue-type") {        // absent means classic
    const field_value* only = was != nullptr ? was : is;
    if (only->string() != nullptr && *only->string() == "classic") return std::nullopt;
  }
  return inequivalent(name, label, shown_with_type(is), shown_with_type(was));
}

}  // namespace

status check_equivalent(const queue_record& current, const declare_queue& received) {
  const std::string label = queue_label(current.name, current.vhost);
  if (current.exclusive_owner != received.exclusive_owner) return locked_error(current);
  const bool durable = received.durable && !received.exclusive_owner;  // exclusive queues are never durable
  if (auto wrong = compare("durable", current.durable, durable, label)) return *wrong;
  if (auto wrong = compare("auto_delete", current.auto_delete, received.auto_delete, label)) return *wrong;
  for (const std::string_view name : classic_queue_arguments()) {
    if (auto wrong = compare_argument(name, current.arguments, received.arguments, label)) return *wrong;
  }
  return success{};
}

status check_equivalent(const exchange_record& current, const declare_exchange& received) {
  const std::string label = exchange_label(current.name, current.vhost);
  if (to_string(current.type) != received.type) {
    return inequivalent("type", label, "'" + term_atom(received.type) + "'",
                        "'" + term_atom(to_string(current.type)) + "'");
  }
  if (auto wrong = compare("durable", current.durable, received.durable, label)) return *wrong;
  if (auto wrong = compare("auto_delete", current.auto_delete, received.auto_delete, label)) return *wrong;
  if (auto wrong = compare("internal", current.internal, received.internal, label)) return *wrong;
  if (auto wrong = compare_argument("alternate-exchange", current.arguments, received.arguments, label)) return *wrong;
  return success{};
}

}  // namespace warren
