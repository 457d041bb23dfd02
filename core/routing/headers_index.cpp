#include "core/routing/headers_index.hpp"

#include "core/metadata/term_text.hpp"

namespace warren {

status validate_headers_binding(const field_table& arguments) {
  const field_value* match = arguments.find("x-match");
  if (match == nullptr) return success{};
  const std::string* text = match->string();
  if (text == nullptr) {
    return fail(reply_code::precondition_failed, "Invalid x-match field type " +
                                                     std::string(field_type_name(match->type)) + " (value " +
                                                     term_value(*match) + "); expected longstr");
  }
  if (*text == "all" || *text == "any" || *text == "all-with-x" || *text == "any-with-x") return success{};
  return fail(reply_code::precondition_failed,
              "Invalid x-match field value " + term_binary(*text) + "; expected all, any, all-with-x, or any-with-x");
}

headers_pattern make_headers_pattern(const field_table& arguments) {
  headers_pattern made;
  const field_value* match = arguments.find("x-match");
  const std::string kind = match != nullptr && match->string() != nullptr ? *match->string() : "all";
  made.any = kind.starts_with("any");
  const bool with_x = kind.ends_with("-with-x");
  for (const auto& [name, value] : arguments.fields) {
    if (name == "x-match" || (!with_x && name.starts_with("x-"))) continue;
    made.fields.emplace_back(name, value);
  }
  return made;
}

namespace {

/// Values compare within their class: a short 5 is a long 5, but not the string 5 (rabbit_misc:type_class/1).
char type_class(char letter) {
  switch (letter) {
    case 'b':
    case 'B':
    case 's':
    case 'u':
    case 'I':
    case 'i':
    case 'l':
    case 'L': return 'l';
    case 'f':
    case 'd': return 'd';
    default: return letter;
  }
}

}  // namespace

bool headers_match(const headers_pattern& pattern, const field_table& headers) {
  for (const auto& [name, wanted] : pattern.fields) {
    const field_value* there = headers.find(name);
    const bool fits =
        there != nullptr &&
        (wanted.type == 'V' || (type_class(wanted.type) == type_class(there->type) && wanted.value == there->value));
    if (fits == pattern.any) return fits;  // any: the first that fits decides; all: the first that does not
  }
  return !pattern.any;
}

void headers_index::add(const binding_ptr& binding, const route_target& target) {
  entries_.put({binding, target, std::make_shared<const headers_pattern>(make_headers_pattern(binding->arguments))});
}

void headers_index::remove(const binding_ptr& binding) { entries_.erase(*binding); }

}  // namespace warren
