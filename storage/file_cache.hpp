#pragma once

#include <list>
#include <memory>
#include <string>
#include <unordered_map>

#include "storage/file_system.hpp"

namespace warren::storage {

/// Keeps the files used last open, a bounded number of them: ten thousand queues do not need ten thousand descriptors.
class file_cache {
 public:
  file_cache(file_system& fs, std::size_t capacity) : fs_(fs), capacity_(capacity) {}

  /// Valid until the next call.
  [[nodiscard]] result<file*> get(const std::string& path, open_mode mode = open_mode::read_write) {
    if (const auto i = by_path_.find(path); i != by_path_.end()) {
      files_.splice(files_.begin(), files_, i->second);
      return i->second->get();
    }
    auto opened = fs_.open(path, mode);
    if (!opened.ok()) return opened.failure();
    if (files_.size() >= capacity_) {
      by_path_.erase(files_.back()->path());
      files_.pop_back();
    }
    files_.push_front(std::move(opened).value());
    by_path_.emplace(path, files_.begin());
    return files_.front().get();
  }
  void forget(const std::string& path) {
    const auto i = by_path_.find(path);
    if (i == by_path_.end()) return;
    files_.erase(i->second);
    by_path_.erase(i);
  }
  [[nodiscard]] std::size_t size() const { return files_.size(); }

 private:
  file_system& fs_;
  std::size_t capacity_;
  std::list<std::unique_ptr<file>> files_;  ///< most recently used first
  std::unordered_map<std::string, std::list<std::unique_ptr<file>>::iterator> by_path_;
};

}  // namespace warren::storage
