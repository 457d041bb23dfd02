#pragma once

#include "storage/file_system.hpp"

namespace warren::storage {

/// The machine's own file system. Stateless; lives as long as the program.
[[nodiscard]] file_system& posix_file_system();

}  // namespace warren::storage
