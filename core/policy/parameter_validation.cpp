#include "core/policy/parameter_validation.hpp"

#include <initializer_list>
#include <span>
#include <string_view>
#include <vector>

#include "core/metadata/term_text.hpp"

namespace warren {
namespace {

using problems = std::vector<std::string>;
enum class form : std::uint8_t { uri, text, number, boolean, table, acknowledgement, cleanup, delete_after };

struct parameter_rule {
  std::string_view key;
  form wanted;
  bool needed = false;
};

constexpr parameter_rule upstream_rules[] = {
    {"uri", form::uri, true},
    {"exchange", form::text},
    {"queue", form::text},
    {"consumer-tag", form::text},
    {"prefetch-count", form::number},
    {"reconnect-delay", form::number},
    {"max-hops", form::number},
    {"expires", form::number},
    {"message-ttl", form::number},
    {"trust-user-id", form::boolean},
    {"ack-mode", form::acknowledgement},
    {"resource-cleanup-mode", form::cleanup},
    {"ha-policy", form::text},
    {"bind-nowait", form::boolean},
};
constexpr parameter_rule upstream_in_set_rules[] = {
    {"upstream", form::text, true},
    {"exchange", form::text},
    {"queue", form::text},
    {"consumer-tag", form::text},
    {"prefetch-count", form::number},
    {"reconnect-delay", form::number},
    {"max-hops", form::number},
    {"expires", form::number},
    {"message-ttl", form::number},
    {"trust-user-id", form::boolean},
    {"ack-mode", form::acknowledgement},
    {"bind-nowait", form::boolean},
};
constexpr parameter_rule shovel_rules[] = {
    {"src-protocol", form::text},
    {"src-uri", form::uri, true},
    {"src-exchange", form::text},
    {"src-exchange-key", form::text},
    {"src-queue", form::text},
    {"src-queue-args", form::table},
    {"src-consumer-args", form::table},
    {"src-prefetch-count", form::number},
    {"src-delete-after", form::delete_after},
    {"src-predeclared", form::boolean},
    {"dest-protocol", form::text},
    {"dest-uri", form::uri, true},
    {"dest-exchange", form::text},
    {"dest-exchange-key", form::text},
    {"dest-queue", form::text},
    {"dest-queue-args", form::table},
    {"dest-add-forward-headers", form::boolean},
    {"dest-add-timestamp-header", form::boolean},
    {"dest-publish-properties", form::table},
    {"dest-predeclared", form::boolean},
    {"add-forward-headers", form::boolean},
    {"add-timestamp-header", form::boolean},
    {"publish-properties", form::table},
    {"prefetch-count", form::number},
    {"delete-after", form::delete_after},
    {"reconnect-delay", form::number},
    {"ack-mode", form::acknowledgement},
};

std::string one_of(std::string_view key, std::string_view choices, const field_value& v) {
  return std::string(key) + " should be one of [" + std::string(choices) + "], actually was " + term_value(v);
}

/// "" = a URI that AMQP can use. `amqp://` alone is the node itself.
std::string check_uri(std::string_view text) {
  const std::size_t end = text.find("://");
  const std::string shown = '"' + std::string(text) + '"';
  if (end == std::string_view::npos) return shown + " not a valid URI: {no_scheme," + shown + "}";
  const std::string_view scheme = text.substr(0, end);
  if (scheme == "amqp" || scheme == "amqps") return "";
  return shown + " not a valid URI: {{unexpected_uri_scheme,\"" + std::string(scheme) + "\"}," + shown + "}";
}

/// One URI, or a list of them.
std::string check_uris(std::string_view key, const field_value& v) {
  if (v.string() != nullptr) return check_uri(*v.string());
  if (v.array() == nullptr) return std::string(key) + " should be binary, actually was " + term_value(v);
  for (const field_value& one : *v.array()) {
    if (one.string() == nullptr) return std::string(key) + " should be binary, actually was " + term_value(one);
    if (std::string wrong = check_uri(*one.string()); !wrong.empty()) return wrong;
  }
  return "";
}

std::string check(const parameter_rule& r, const field_value& v) {
  const std::string* text = v.string();
  const auto should_be = [&](std::string_view what) {
    return std::string(r.key) + " should be " + std::string(what) + ", actually was " + term_value(v);
  };
  switch (r.wanted) {
    case form::uri: return check_uris(r.key, v);
    case form::text: return text != nullptr ? "" : should_be("binary");
    case form::number: return v.integer() != nullptr || std::holds_alternative<double>(v.value) ? "" : should_be("a number");
    case form::boolean: return v.boolean() != nullptr ? "" : should_be("boolean");
    case form::table: return v.table() != nullptr ? "" : should_be("a map");
    case form::acknowledgement:
      if (text != nullptr && (*text == "no-ack" || *text == "on-publish" || *text == "on-confirm")) return "";
      return one_of(r.key, R"(<<"no-ack">>,<<"on-publish">>,<<"on-confirm">>)", v);
    case form::cleanup:
      if (text != nullptr && (*text == "default" || *text == "never")) return "";
      return one_of(r.key, R"(<<"default">>,<<"never">>)", v);
    case form::delete_after:
      if ((text != nullptr && (*text == "never" || *text == "queue-length")) || (v.integer() != nullptr && *v.integer() >= 0)) return "";
      return should_be("a number greater than or equal to 0, \"never\" or \"queue-length\"");
  }
  return "";
}

/// As rabbit_parameter_validation:proplist/3 tells it: what is not known first, then the last parameter_rule's complaint up to the first's.
void check_all(const std::string& name, std::span<const parameter_rule> rules, const field_table& table, problems& out) {
  field_table unknown;
  for (const auto& [key, value] : table.fields) {
    bool known = false;
    for (const parameter_rule& r : rules) known = known || r.key == key;
    if (!known) unknown.fields.emplace_back(key, value);
  }
  if (!unknown.empty()) out.push_back("Unrecognised terms " + term_pairs(unknown) + " in " + name);
  for (std::size_t i = rules.size(); i-- > 0;) {
    const parameter_rule& r = rules[i];
    const field_value* v = table.find(r.key);
    if (v == nullptr) {
      if (r.needed) out.push_back("Key \"" + std::string(r.key) + "\" not found in " + name);
    } else if (std::string wrong = check(r, *v); !wrong.empty()) {
      out.push_back(std::move(wrong));
    }
  }
}

void check_shovel(const std::string& name, const field_table& table, problems& out) {
  for (const std::string side : {"src", "dest"}) {
    const bool exchange = table.find(side + "-exchange") != nullptr, queue = table.find(side + "-queue") != nullptr;
    if (exchange && queue) out.push_back("Cannot specify '" + side + "-exchange' and '" + side + "-queue'");
    if (!exchange && !queue && side == "src") out.push_back("Must specify 'src-exchange' or 'src-queue'");
  }
  check_all(name, shovel_rules, table, out);
}

std::string not_a_table(const std::string& name) { return name + " should be a map of keys and values"; }

}  // namespace

status validate_parameter(const std::string& component, const std::string& name, const field_value& value) {
  problems found;
  const field_table* table = value.table();
  if (component == "federation-upstream" || component == "shovel") {
    if (table == nullptr) {
      found.push_back(not_a_table(name));
    } else if (component == "shovel") {
      check_shovel(name, *table, found);
    } else {
      check_all(name, upstream_rules, *table, found);
    }
  } else if (component == "federation-upstream-set") {
    if (value.array() == nullptr) found.push_back(name + " should be a list of upstreams");
    if (value.array() != nullptr)
      for (const field_value& one : *value.array()) {
        if (one.table() == nullptr) {
          found.push_back(not_a_table(name));
        } else {
          check_all(name, upstream_in_set_rules, *one.table(), found);
        }
      }
  }
  if (found.empty()) return success{};
  std::string text = "Validation failed\n\n";
  for (const std::string& p : found) text += p + "\n";
  return fail(reply_code::precondition_failed, text);
}

}  // namespace warren
