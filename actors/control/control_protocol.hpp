#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/control/control_result.hpp"
#include "core/base/result.hpp"

namespace warren::actors {

// The conversation of the command-line tools with a node (README.md, "The protocol"): frames of a big-endian length and
// JSON.

inline constexpr std::size_t control_frame_max_bytes = 64u << 20;

struct control_request {
  std::string command;
  std::vector<std::string> arguments;
  boost::json::object options;       ///< flags are true, others texts
  std::string app = "any";           ///< what the command needs of the application: `running`, `stopped`, `any`
  std::int64_t timeout_ms = 60'000;  ///< 0 = none

  [[nodiscard]] bool flag(std::string_view option) const;
  [[nodiscard]] std::string option(std::string_view name, std::string_view when_absent = "") const;
  [[nodiscard]] bool has(std::string_view option) const { return options.contains(option); }
};

/// Fails with a text for the tool's user.
[[nodiscard]] result<control_request> parse_control_request(std::string_view json);
[[nodiscard]] std::string write_control_request(const control_request& request);

[[nodiscard]] boost::json::object error_object(const control_error& error);
[[nodiscard]] std::string write_control_outcome(const control_outcome& outcome);
[[nodiscard]] std::string write_control_item(const boost::json::value& item);
/// What a node answered to another: the opposite of write_control_outcome().
[[nodiscard]] control_outcome parse_control_outcome(std::string_view json);

[[nodiscard]] std::string control_frame(std::string_view json);

/// Collects frames from the bytes of a stream.
class control_frames {
 public:
  void add(std::string_view bytes) { bytes_.append(bytes); }
  /// nullopt: not complete yet. After `broken` nothing more comes.
  [[nodiscard]] std::optional<std::string> next();
  [[nodiscard]] bool broken() const { return broken_; }  ///< a length beyond the limit

 private:
  std::string bytes_;
  bool broken_ = false;
};

}  // namespace warren::actors
