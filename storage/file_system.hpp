#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.hpp"

namespace warren::storage {

/// A piece of a gathered write.
struct io_slice {
  const char* data = nullptr;
  std::size_t bytes = 0;
};

/// An open file. Offsets are explicit, nothing is buffered here. Error texts name the path, the offset and the reason.
class file {
 public:
  explicit file(std::string path) : path_(std::move(path)) {}
  virtual ~file() = default;
  file(const file&) = delete;
  file& operator=(const file&) = delete;

  /// Writes all pieces one after another from `offset`, or fails.
  [[nodiscard]] virtual status write_at(std::uint64_t offset, std::span<const io_slice> pieces) = 0;
  [[nodiscard]] status write_at(std::uint64_t offset, const char* data, std::size_t bytes) {
    const io_slice one{data, bytes};
    return write_at(offset, std::span(&one, 1));
  }
  /// Fewer bytes than asked for only at the end of the file.
  [[nodiscard]] virtual result<std::size_t> read_at(std::uint64_t offset, char* to, std::size_t bytes) = 0;
  /// fdatasync: what was written survives, and the size with it. Never repeat a failed one: the kernel forgets the error.
  [[nodiscard]] virtual status sync_data() = 0;
  [[nodiscard]] virtual status resize(std::uint64_t bytes) = 0;
  /// Reserves blocks and grows the file to this size; what is new reads as zero.
  [[nodiscard]] virtual status allocate(std::uint64_t bytes) = 0;
  [[nodiscard]] virtual result<std::uint64_t> size() = 0;

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// Held as long as the object lives.
class file_lock {
 public:
  virtual ~file_lock() = default;
};

enum class open_mode {
  read,        ///< must exist
  read_write,  ///< must exist
  create_new,  ///< must not exist
};

struct disk_space {
  std::uint64_t free_bytes = 0;  ///< for this user
  std::uint64_t total_bytes = 0;
};

/// The seam between storage and the machine: all that storage asks of a file system. Tests put one under it that can
/// crash, fail and fill up (simulated_file_system.hpp). Used by several threads at once, each on files of its own.
class file_system {
 public:
  virtual ~file_system() = default;

  [[nodiscard]] virtual result<std::unique_ptr<file>> open(const std::string& path, open_mode mode) = 0;
  [[nodiscard]] virtual bool exists(const std::string& path) = 0;
  [[nodiscard]] virtual status rename(const std::string& from, const std::string& to) = 0;
  [[nodiscard]] virtual status remove(const std::string& path) = 0;
  /// Names, not paths, of files and directories; in order of their names.
  [[nodiscard]] virtual result<std::vector<std::string>> list(const std::string& directory) = 0;
  [[nodiscard]] virtual status make_directory(const std::string& path) = 0;  ///< fine when it exists
  [[nodiscard]] virtual status remove_directory(const std::string& path) = 0;
  /// Creations, renames and removals in it survive.
  [[nodiscard]] virtual status sync_directory(const std::string& path) = 0;
  /// syncfs: everything on the file system that holds `path`. Cheaper than hundreds of single syncs.
  [[nodiscard]] virtual status sync_everything(const std::string& path) = 0;
  /// Fails at once when another process holds it.
  [[nodiscard]] virtual result<std::unique_ptr<file_lock>> lock(const std::string& path) = 0;
  [[nodiscard]] virtual result<disk_space> space(const std::string& path) = 0;
};

/// Writes a small file so that after a crash it holds either its old or its new content: temporary file, sync, rename,
/// sync of the directory.
[[nodiscard]] status write_file_atomically(file_system&, const std::string& directory, const std::string& name,
                                           std::string_view content);
[[nodiscard]] result<std::string> read_whole_file(file_system&, const std::string& path);

}  // namespace warren::storage
