#pragma once

#include <string>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"

namespace warren {

/// Reads the CC and BCC headers of raw properties: longstr elements become further routing keys, others are ignored.
/// Fails with 406 `invalid message: {unacceptable_type_in_header,"CC",longstr}` when one is not an array.
/// `keys` is overwritten. The value tells whether there is a BCC header, which must be stripped before the message is
/// stored.
[[nodiscard]] result<bool> read_routing_headers(bytes_view properties, std::vector<std::string>& keys);

/// The same properties without the BCC header.
[[nodiscard]] std::string strip_bcc(bytes_view properties);

}  // namespace warren
