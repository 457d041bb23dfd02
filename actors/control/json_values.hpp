#pragma once

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/message/field_table.hpp"

namespace warren::actors {

// Values as rabbitmqctl's `--formatter json` shows them.

/// `[["x-expires","long",3600000],…]`; tables nest as such lists, elements of arrays are `["long",1]`.
[[nodiscard]] boost::json::array argument_list(const field_table& arguments);

[[nodiscard]] boost::json::value json_text(std::string_view bytes);  ///< as UTF-8, whatever a client put into a name
[[nodiscard]] boost::json::array json_words(const std::vector<std::string>& words);

/// Object members sorted by name at every level, as RabbitMQ prints maps, without white space.
[[nodiscard]] std::string sorted_text(const boost::json::value& value);

/// An actor as an opaque text with its node in front: `<rabbit@host.1795329411.6424.0>`: creation is the second at
/// which the node started, the number is the actor's in the supervision tree.
struct pid_name {
  std::string node;
  std::uint64_t creation = 0, number = 0;
  [[nodiscard]] std::string text() const;
  /// nullopt: `<0.1.0>`, `notapid`: no pid of any node.
  [[nodiscard]] static std::optional<pid_name> parse(std::string_view text);
};

}  // namespace warren::actors
