#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/persistent_map.hpp"
#include "core/base/result.hpp"
#include "core/message/field_table.hpp"
#include "core/routing/target_set.hpp"

namespace warren {

/// A binding of a headers exchange, made ready for matching: sorted fields without `x-match`.
struct headers_pattern {
  bool any = false;  ///< any of the fields, otherwise all of them
  std::vector<std::pair<std::string, field_value>> fields;
};

/// `x-match` must be all (default), any, all-with-x or any-with-x; 406 with RabbitMQ's text otherwise.
[[nodiscard]] status validate_headers_binding(const field_table& arguments);

/// Fields starting with `x-` count only in the -with-x forms. A void in the pattern asks for presence only; otherwise the class of
/// the type (integer, text, …) and the value must be equal. No fields: all matches everything, any nothing.
[[nodiscard]] headers_pattern make_headers_pattern(const field_table& arguments);
[[nodiscard]] bool headers_match(const headers_pattern& pattern, const field_table& headers);

/// All bindings of a headers exchange. Matching looks at each of them.
class headers_index {
 public:
  struct entry {
    binding_ptr binding;
    route_target target;
    std::shared_ptr<const headers_pattern> pattern;
  };
  void add(const binding_ptr& binding, const route_target& target);
  void remove(const binding_ptr& binding);
  [[nodiscard]] bool empty() const { return entries_.empty(); }

  template <class Each>  // each(const route_target&)
  void match(const field_table& headers, Each&& each) const {
    for (const entry& e : entries_) {
      if (headers_match(*e.pattern, headers)) each(e.target);
    }
  }

 private:
  struct key_of_entry {
    const binding_record& operator()(const entry& e) const { return *e.binding; }
  };
  persistent_table<entry, key_of_entry> entries_;
};

}  // namespace warren
