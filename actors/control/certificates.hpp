#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace warren::actors {

struct certificate_file {
  std::string path, subject, issuer, not_before, not_after;
  std::int64_t not_after_s = 0;  ///< Unix time
};

/// Every certificate in these PEM files. Blocks. Files that cannot be read are left out: they were read when the
/// listeners opened.
[[nodiscard]] std::vector<certificate_file> read_certificates(const std::vector<std::string>& paths);

}  // namespace warren::actors
