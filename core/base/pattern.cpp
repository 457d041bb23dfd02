#include "core/base/pattern.hpp"

#include <re2/re2.h>

namespace warren {
namespace {

RE2::Options options() {
  RE2::Options o(RE2::Latin1);  // Erlang's re without `unicode`: bytes
  o.set_log_errors(false);
  o.set_max_mem(1 << 20);  // a pattern with huge repetitions is refused rather than compiled into megabytes
  return o;
}

/// Walks over an expression; calls visit(index, char, depth) for every character outside escapes and bracket classes,
/// with the depth of groups around it, until visit returns false.
template <class Visit>
void walk(std::string_view s, Visit&& visit) {
  int depth = 0;
  bool in_class = false;
  for (std::size_t i = 0; i < s.size(); ++i) {
    if (s[i] == '\\') {
      ++i;
    } else if (in_class) {
      in_class = s[i] != ']';
    } else if (s[i] == '[') {
      in_class = true;
    } else {
      if (s[i] == ')') --depth;
      if (!visit(i, s[i], depth)) return;
      if (s[i] == '(') ++depth;
    }
  }
}

/// Length of the group that starts at s[0] == '(', 0 when it does not end.
std::size_t group_length(std::string_view s) {
  std::size_t length = 0;
  walk(s, [&length](std::size_t i, char c, int depth) {
    if (c == ')' && depth == 0) length = i + 1;
    return length == 0;
  });
  return length;
}

/// A bar outside all groups: a lookahead before it would belong to the first alternative only.
bool has_alternatives(std::string_view s) {
  bool found = false;
  walk(s, [&found](std::size_t, char c, int depth) {
    found = found || (c == '|' && depth == 0);
    return !found;
  });
  return found;
}

std::string reason_of(const RE2& bad, std::string_view text) {
  if (bad.error_code() == RE2::ErrorMissingParen) return "{\"missing )\"," + std::to_string(text.size()) + "}";
  if (bad.error_code() == RE2::ErrorMissingBracket)
    return "{\"missing terminating ] for character class\"," + std::to_string(text.size()) + "}";
  const std::size_t at = text.find(bad.error_arg());
  return "{\"" + bad.error() + "\"," + std::to_string(at == std::string_view::npos ? 0 : at) + "}";
}

}  // namespace

result<pattern> pattern::compile(std::string text) {
  pattern made;
  made.kind_ = kind::expression;
  if (text.empty() || text == ".*" || text == "^.*" || text == "^.*$" || text == ".*$") {
    made.kind_ = kind::everything;
    made.text_ = std::move(text);
    return made;
  }
  if (text == "^$") {
    made.kind_ = kind::only_empty;
    made.text_ = std::move(text);
    return made;
  }
  std::string_view rest = text;
  const auto add = [&made, &text](const std::string& expression, bool wanted) -> std::string {
    auto compiled = std::make_shared<const RE2>(expression, options());
    if (!compiled->ok()) return reason_of(*compiled, text);
    made.conditions_.push_back({std::move(compiled), wanted});
    return {};
  };
  if (rest.starts_with("^(?!") || rest.starts_with("^(?=")) {
    rest.remove_prefix(1);
    std::vector<std::pair<std::string, bool>> ahead;
    while (rest.starts_with("(?!") || rest.starts_with("(?=")) {
      const std::size_t length = group_length(rest);
      if (length == 0) break;
      ahead.emplace_back("^(?:" + std::string(rest.substr(3, length - 4)) + ")", rest[2] == '=');
      rest.remove_prefix(length);
    }
    if (!has_alternatives(rest)) {
      for (const auto& [expression, wanted] : ahead) {
        if (std::string bad = add(expression, wanted); !bad.empty()) return fail(reply_code::precondition_failed, bad);
      }
      if (std::string bad = add("^(?:" + std::string(rest) + ")", true); !bad.empty()) {
        return fail(reply_code::precondition_failed, bad);
      }
      made.text_ = std::move(text);
      return made;
    }
  }
  if (std::string bad = add(text, true); !bad.empty()) return fail(reply_code::precondition_failed, bad);
  made.text_ = std::move(text);
  return made;
}

result<pattern> pattern::compile_right(std::string text) {
  if (!text.empty()) return compile(std::move(text));
  pattern made;
  made.kind_ = kind::only_empty;
  return made;
}

bool pattern::found_in(std::string_view name) const {
  switch (kind_) {
    case kind::nothing: return false;
    case kind::everything: return true;
    case kind::only_empty: return name.empty();
    case kind::expression: break;
  }
  for (const condition& c : conditions_) {
    if (RE2::PartialMatch(re2::StringPiece(name.data(), name.size()), *c.expression) != c.wanted) return false;
  }
  return true;
}

}  // namespace warren
