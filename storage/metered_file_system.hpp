#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>

#include "storage/file_system.hpp"

namespace warren::storage {

/// Counts down octets that are written, and says once when an allowance is used up. A fast disk fills between two looks by the
/// clock; what is written cannot outrun this. For all threads.
class write_meter {
 public:
  /// Whom to tell, by the thread that wrote. Set before anybody writes.
  void when_used_up(std::function<void()> tell) { tell_ = std::move(tell); }
  void allow(std::uint64_t octets) { left_.store(static_cast<std::int64_t>(octets)); }
  void wrote(std::uint64_t octets) {
    const auto n = static_cast<std::int64_t>(octets);
    const std::int64_t before = left_.fetch_sub(n);
    if (before > 0 && before <= n && tell_) tell_();
  }

 private:
  std::atomic<std::int64_t> left_{0};
  std::function<void()> tell_;
};

/// Another file system, with what is written to it or reserved in it counted.
class metered_file_system final : public file_system {
 public:
  metered_file_system(file_system& under, std::shared_ptr<write_meter> meter) : under_(under), meter_(std::move(meter)) {}

  result<std::unique_ptr<file>> open(const std::string& path, open_mode mode) override;
  bool exists(const std::string& path) override { return under_.exists(path); }
  status rename(const std::string& from, const std::string& to) override { return under_.rename(from, to); }
  status remove(const std::string& path) override { return under_.remove(path); }
  result<std::vector<std::string>> list(const std::string& directory) override { return under_.list(directory); }
  status make_directory(const std::string& path) override { return under_.make_directory(path); }
  status remove_directory(const std::string& path) override { return under_.remove_directory(path); }
  status sync_directory(const std::string& path) override { return under_.sync_directory(path); }
  status sync_everything(const std::string& path) override { return under_.sync_everything(path); }
  result<std::unique_ptr<file_lock>> lock(const std::string& path) override { return under_.lock(path); }
  result<disk_space> space(const std::string& path) override { return under_.space(path); }

 private:
  file_system& under_;
  std::shared_ptr<write_meter> meter_;
};

}  // namespace warren::storage
