#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "storage/file_system.hpp"

namespace warren::storage {

/// A file system in memory that remembers what was not synced, so that a test can pull the plug. For tests only; not
/// thread-safe.
///
/// What may be on the disk after a crash: of every 512-byte sector any version it had since the last sync of its file; any
/// size the file had since then; in every directory any selection of the entries that were created, renamed or removed
/// since it was last synced. What is not written reads as zero.
class simulated_file_system final : public file_system {
 public:
  simulated_file_system();
  ~simulated_file_system() override;

  result<std::unique_ptr<file>> open(const std::string& path, open_mode mode) override;
  bool exists(const std::string& path) override;
  status rename(const std::string& from, const std::string& to) override;
  status remove(const std::string& path) override;
  result<std::vector<std::string>> list(const std::string& directory) override;
  status make_directory(const std::string& path) override;
  status remove_directory(const std::string& path) override;
  status sync_directory(const std::string& path) override;
  status sync_everything(const std::string& path) override;
  result<std::unique_ptr<file_lock>> lock(const std::string& path) override;
  result<disk_space> space(const std::string& path) override;

  // ---- pulling the plug

  /// How much of what was not synced reaches the disk.
  enum class survival { nothing, everything, prefix, any };
  /// A file system as a crash at this moment may leave it; locks are gone.
  [[nodiscard]] std::unique_ptr<simulated_file_system> after_crash(survival how, std::mt19937_64& random) const;
  /// As a killed process leaves it: everything written is there, nothing is synced that was not.
  [[nodiscard]] std::unique_ptr<simulated_file_system> after_kill() const;

  /// Files whose names end so may have torn sectors as well: of the last write that reached one, only the first or the last part.
  /// Not every disk writes sectors whole.
  void tear_sectors_of(std::string suffix) { torn_suffix_ = std::move(suffix); }

  // ---- failing

  /// Operations that change something, counted from 0. From this one on all of them fail: the crash happened here.
  void fail_from(std::uint64_t operation) { fail_from_ = operation; }
  [[nodiscard]] std::uint64_t operations() const { return operations_; }
  void fail_syncs(bool fail) { fail_syncs_ = fail; }               ///< EIO
  void limit_space(std::uint64_t bytes) { space_left_ = bytes; }   ///< ENOSPC after so many more bytes

  // ---- looking and damaging

  [[nodiscard]] std::string content(const std::string& path) const;
  void set_content(const std::string& path, std::string bytes);    ///< synced
  [[nodiscard]] std::vector<std::string> files_below(const std::string& directory) const;

 private:
  friend class simulated_file;
  struct change {
    std::uint64_t offset = 0;
    std::string bytes;
    std::optional<std::uint64_t> resize;
  };
  struct inode {
    std::string durable, current;
    std::vector<change> pending;
    bool directory = false;
  };
  using inode_ref = std::shared_ptr<inode>;
  struct entry_change {
    std::string removed;            ///< path; may be empty
    std::string added;              ///< path; may be empty
    inode_ref node;
  };
  struct tree {
    std::map<std::string, inode_ref> entries;  ///< by path
  };

  [[nodiscard]] status count_operation(const std::string& what, const std::string& path);
  [[nodiscard]] status change_entry(entry_change change);
  static void apply(tree& t, const entry_change& c);
  static std::string directory_of(const std::string& path);

  tree durable_, current_;
  std::vector<entry_change> pending_;
  std::set<std::string> locks_;
  std::uint64_t operations_ = 0;
  std::uint64_t fail_from_ = ~std::uint64_t{0};
  std::uint64_t space_left_ = ~std::uint64_t{0};
  bool fail_syncs_ = false;
  std::string torn_suffix_;  ///< empty = none
};

}  // namespace warren::storage
