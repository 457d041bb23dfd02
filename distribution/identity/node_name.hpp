#pragma once

#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace warren::distribution {

/// `name@host`. Case-sensitive; the identity of a data directory.
struct node_name {
  std::string name;
  std::string host;

  [[nodiscard]] std::string full() const { return name + '@' + host; }
  friend auto operator<=>(const node_name&, const node_name&) = default;
};

/// Without `@`, or with nothing behind it, `local_host` is added. Short names have a host without dots, long ones
/// (`long_names`, the option -l) a host with dots or an address, as in Erlang; the two kinds cannot be mixed in one
/// cluster. The name consists of letters, digits, `_` and `-`. Errors are texts for the operator.
[[nodiscard]] result<node_name> parse_node_name(std::string_view text, bool long_names, std::string_view local_host);
/// The same with the host of this machine.
[[nodiscard]] result<node_name> parse_node_name(std::string_view text, bool long_names);

/// This machine's name up to the first dot, or its fully qualified name (as far as the resolver knows one).
[[nodiscard]] std::string local_host_name(bool long_names);

}  // namespace warren::distribution
