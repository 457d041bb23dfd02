#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"

namespace warren::actors {

struct definition_file {
  std::string path;
  std::string text;
};

/// What `load_definitions` names: one file, or the *.json files of a directory in the order of their names. Blocks
/// while it reads. Errors name the file.
[[nodiscard]] result<std::vector<definition_file>> read_definition_files(const std::string& path);

/// One hash over all of them, for `definitions.skip_if_unchanged`; hexadecimal. `algorithm` is sha, sha224, sha256,
/// sha384 or sha512 (`definitions.hashing.algorithm`).
[[nodiscard]] std::string definitions_hash(const std::vector<definition_file>& files, std::string_view algorithm);

}  // namespace warren::actors
