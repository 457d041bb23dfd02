#include "core/access/access.hpp"
#include "core/metadata/term_text.hpp"

namespace warren {
namespace {

/// Puts the known fields of a JSON object into `slots`; the result is what is wrong, empty when nothing is.
struct limit_slot {
  std::string_view name;
  std::optional<std::int64_t>& value;
};

template <std::size_t N>
std::string read_limits(const field_table& json, const limit_slot (&slots)[N], std::string_view what) {
  field_table unknown;
  for (const auto& [key, value] : json.fields) {
    const limit_slot* slot = nullptr;
    for (const limit_slot& s : slots) {
      if (s.name == key) slot = &s;
    }
    if (slot == nullptr) {
      unknown.fields.emplace_back(key, value);
    } else if (value.integer() == nullptr) {
      return key + " should be a number, actually was " + term_value(value);
    } else {
      slot->value = *value.integer();
    }
  }
  if (unknown.empty()) return {};
  return "Unrecognised terms " + term_pairs(unknown) + " in " + std::string(what);
}

}  // namespace

result<vhost_limits> parse_vhost_limits(const field_table& json) {
  vhost_limits made;
  const limit_slot slots[] = {{"max-connections", made.max_connections}, {"max-queues", made.max_queues}};
  const std::string wrong = read_limits(json, slots, "limits");
  if (!wrong.empty()) return fail(reply_code::precondition_failed, "Validation failed\n\n" + wrong + "\n");
  return made;
}

result<user_limits> parse_user_limits(const field_table& json) {
  user_limits made;
  const limit_slot slots[] = {{"max-connections", made.max_connections}, {"max-channels", made.max_channels}};
  const std::string wrong = read_limits(json, slots, "user-limits");
  if (!wrong.empty()) return fail(reply_code::precondition_failed, wrong);
  return made;
}

}  // namespace warren
