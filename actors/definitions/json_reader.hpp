#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/message/field_table.hpp"

namespace warren::actors {

/// Reads the members of one object of a definitions file. The first mistake is kept with its path (`queues[3].durable:
/// expected true or false`); after it every answer is a default, so that callers check once at the end.
class json_reader {
 public:
  json_reader(const boost::json::object& object, std::string path, std::optional<error>& first_mistake)
      : object_(object), path_(std::move(path)), mistake_(first_mistake) {}

  [[nodiscard]] bool has(std::string_view name) const { return object_.contains(name); }
  [[nodiscard]] std::string text(std::string_view name);  ///< must be there
  [[nodiscard]] std::string text(std::string_view name, std::string_view when_absent);
  [[nodiscard]] bool flag(std::string_view name, bool when_absent);
  [[nodiscard]] std::int64_t whole(std::string_view name, std::int64_t when_absent);
  [[nodiscard]] field_table table(std::string_view name);  ///< empty when absent
  /// `["a","b"]`, or `"a,b"` as old exports have it.
  [[nodiscard]] std::vector<std::string> words(std::string_view name);
  [[nodiscard]] std::string json(std::string_view name);  ///< any value, as JSON text; must be there

  void refuse(std::string_view name, const std::string& why);

 private:
  const boost::json::value* find(std::string_view name, bool must_exist);

  const boost::json::object& object_;
  std::string path_;
  std::optional<error>& mistake_;
};

}  // namespace warren::actors
