// Content properties: the scan that every publish goes through agrees with the full decoder, and encoding undoes
// decoding.
#include <cstdint>
#include <cstdlib>

#include "core/message/field_walk.hpp"
#include "core/message/properties.hpp"

using namespace warren;

namespace {
void require(bool holds) {
  if (!holds) std::abort();
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const bytes_view raw(reinterpret_cast<const char*>(data), size);
  const auto scan = scan_properties(raw);
  const auto decoded = decode_properties(raw);
  require(decoded.ok() == (scan.ok() && (!scan->has_headers || valid_table(scan->headers))));
  if (!decoded) return 0;
  require(scan->delivery_mode == decoded->delivery_mode.value_or(0));
  require(scan->has_delivery_mode == decoded->delivery_mode.has_value());
  require(scan->priority == decoded->priority.value_or(0));
  require(scan->has_expiration == decoded->expiration.has_value());
  require(scan->expiration == decoded->expiration.value_or(""));
  require(scan->reply_to == decoded->reply_to.value_or(""));
  require(scan->user_id == decoded->user_id.value_or(""));
  require(scan->correlation_id == decoded->correlation_id.value_or(""));
  require(scan->message_id == decoded->message_id.value_or(""));
  require(scan->timestamp == decoded->timestamp.value_or(0));
  require(scan->has_headers == decoded->headers.has_value());
  std::string once, twice;
  encode_properties(*decoded, once);
  const auto back = decode_properties(once);
  require(back.ok());
  encode_properties(*back, twice);
  require(once == twice);
  return 0;
}
