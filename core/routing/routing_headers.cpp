#include "core/routing/routing_headers.hpp"

#include "core/message/properties.hpp"

namespace warren {

result<bool> read_routing_headers(bytes_view properties, std::vector<std::string>& keys) {
  keys.clear();
  const auto scan = scan_properties(properties);
  if (!scan) return scan.failure();
  if (!scan->has_headers) return false;
  bool has_bcc = false;
  for (const std::string_view name : {"CC", "BCC"}) {
    const std::optional<field_value> value = find_header(scan->headers, name);
    if (!value) continue;
    const field_array* elements = value->array();
    if (elements == nullptr) {
      return fail(reply_code::precondition_failed, "invalid message: {unacceptable_type_in_header,\"" +
                                                       std::string(name) + "\"," +
                                                       std::string(field_type_name(value->type)) + "}");
    }
    for (const field_value& element : *elements) {
      if (const std::string* key = element.string()) keys.push_back(*key);
    }
    has_bcc = has_bcc || name == "BCC";
  }
  return has_bcc;
}

std::string strip_bcc(bytes_view properties) {
  auto decoded = decode_properties(properties);
  if (!decoded || !decoded->headers) return std::string(properties);
  decoded->headers->erase("BCC");
  std::string out;
  encode_properties(*decoded, out);
  return out;
}

}  // namespace warren
