#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "core/message/field_table.hpp"

namespace warren {

/// The basic class's properties, decoded. The data path carries them raw (message::properties()).
struct basic_properties {
  std::optional<std::string> content_type, content_encoding;
  std::optional<field_table> headers;
  std::optional<std::uint8_t> delivery_mode, priority;
  std::optional<std::string> correlation_id, reply_to, expiration, message_id;
  std::optional<std::int64_t> timestamp;
  std::optional<std::string> type, user_id, app_id, cluster_id;
};

/// Full decode and encode of the raw form (flags word(s), then the values).
[[nodiscard]] result<basic_properties> decode_properties(bytes_view raw);
void encode_properties(const basic_properties& properties, std::string& out);

/// The few things the broker needs of every message, found without decoding headers: bounds-checked skips, no allocation.
/// `headers`, `expiration`, `reply_to`, `user_id` point into `raw`.
struct property_scan {
  std::uint8_t delivery_mode = 0;  ///< 0 = absent, or sent as 0: has_delivery_mode tells
  std::uint8_t priority = 0;
  bool has_delivery_mode = false, has_headers = false, has_expiration = false, has_reply_to = false, has_user_id = false;
  bytes_view headers;  ///< the table's content without its 4-byte length
  std::string_view expiration, reply_to, user_id, correlation_id, message_id;
  std::int64_t timestamp = 0;
};
[[nodiscard]] result<property_scan> scan_properties(bytes_view raw);

/// One header of a raw table content, found without decoding the others; nullopt when absent or damaged.
[[nodiscard]] std::optional<field_value> find_header(bytes_view table_content, std::string_view name);

}  // namespace warren
