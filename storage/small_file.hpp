#pragma once

#include <optional>
#include <string>

#include "core/base/result.hpp"
#include "storage/crc32c.hpp"
#include "core/base/bytes.hpp"

namespace warren::storage {

/// Small files that are written whole: magic, version, CRC-32C of the rest, and the rest.
///
///     0        8         12    16
///     | magic  | version | crc | content …
[[nodiscard]] inline std::string wrap_small_file(std::string_view magic, std::uint32_t version, std::string_view content) {
  std::string out(magic);
  const std::uint32_t sum = crc32c(version, content.data(), content.size());
  out.append(reinterpret_cast<const char*>(&version), 4);
  out.append(reinterpret_cast<const char*>(&sum), 4);
  out.append(content);
  return out;
}

/// The content, or an error that says what is wrong with `path`.
[[nodiscard]] inline result<std::string> unwrap_small_file(std::string_view magic, std::uint32_t version,
                                                           const std::string& path, std::string_view file) {
  std::uint32_t found = 0, sum = 0;
  if (file.size() < 16 || file.substr(0, 8) != magic)
    return fail(reply_code::internal_error, path + ": damaged at offset 0: not a file of this kind");
  std::memcpy(&found, file.data() + 8, 4);
  std::memcpy(&sum, file.data() + 12, 4);
  if (found != version)
    return fail(reply_code::internal_error, path + ": format version " + std::to_string(found) +
                                                ", this program reads version " + std::to_string(version));
  if (crc32c(found, file.data() + 16, file.size() - 16) != sum)
    return fail(reply_code::internal_error, path + ": damaged: the checksum of the bytes from offset 16 is wrong");
  return std::string(file.substr(16));
}

}  // namespace warren::storage
