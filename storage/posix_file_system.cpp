#include "storage/posix_file_system.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace warren::storage {
namespace {

error io_error(const std::string& what, const std::string& path) {
  const int code = errno;
  return fail(reply_code::internal_error, "cannot " + what + " " + path + ": " + std::strerror(code));
}

class descriptor {
 public:
  explicit descriptor(int fd) : fd_(fd) {}
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  ~descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

class posix_file final : public file {
 public:
  posix_file(std::string path, int fd) : file(std::move(path)), fd_(fd) {}

  using file::write_at;
  status write_at(std::uint64_t offset, std::span<const io_slice> pieces) override {
    static_assert(sizeof(io_slice) == sizeof(iovec), "an io_slice is laid out as an iovec");
    std::size_t skip = 0;  // bytes of pieces.front() that a short write has taken already
    while (!pieces.empty()) {
      const std::size_t n = std::min<std::size_t>(pieces.size(), IOV_MAX);
      ssize_t wrote = 0;
      if (skip != 0 || n == 1) {
        wrote = ::pwrite(fd_.get(), pieces[0].data + skip, pieces[0].bytes - skip, static_cast<off_t>(offset));
      } else {
        wrote = ::pwritev(fd_.get(), reinterpret_cast<const iovec*>(pieces.data()), static_cast<int>(n),
                          static_cast<off_t>(offset));
      }
      if (wrote < 0) {
        if (errno == EINTR) continue;
        return io_error("write at offset " + std::to_string(offset) + " of", path());
      }
      offset += static_cast<std::uint64_t>(wrote);
      std::size_t left = skip + static_cast<std::size_t>(wrote);
      while (!pieces.empty() && left >= pieces[0].bytes) {
        left -= pieces[0].bytes;
        pieces = pieces.subspan(1);
      }
      skip = left;
    }
    return success{};
  }

  result<std::size_t> read_at(std::uint64_t offset, char* to, std::size_t bytes) override {
    std::size_t done = 0;
    while (done < bytes) {
      const ssize_t got = ::pread(fd_.get(), to + done, bytes - done, static_cast<off_t>(offset + done));
      if (got < 0) {
        if (errno == EINTR) continue;
        return io_error("read at offset " + std::to_string(offset + done) + " of", path());
      }
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    return done;
  }

  status sync_data() override {
    if (::fdatasync(fd_.get()) != 0) return io_error("sync", path());
    return success{};
  }
  status resize(std::uint64_t bytes) override {
    if (::ftruncate(fd_.get(), static_cast<off_t>(bytes)) != 0) return io_error("resize", path());
    return success{};
  }
  status allocate(std::uint64_t bytes) override {
    if (::fallocate(fd_.get(), 0, 0, static_cast<off_t>(bytes)) == 0) return success{};
    if (errno != EOPNOTSUPP) return io_error("allocate " + std::to_string(bytes) + " bytes for", path());
    return resize(bytes);  // tmpfs of old kernels, some network file systems
  }
  result<std::uint64_t> size() override {
    struct stat st {};
    if (::fstat(fd_.get(), &st) != 0) return io_error("stat", path());
    return static_cast<std::uint64_t>(st.st_size);
  }

 private:
  descriptor fd_;
};

class posix_lock final : public file_lock {
 public:
  explicit posix_lock(int fd) : fd_(fd) {}

 private:
  descriptor fd_;
};

class posix_system final : public file_system {
 public:
  result<std::unique_ptr<file>> open(const std::string& path, open_mode mode) override {
    int flags = O_CLOEXEC;
    if (mode == open_mode::read) flags |= O_RDONLY;
    if (mode == open_mode::read_write) flags |= O_RDWR;
    if (mode == open_mode::create_new) flags |= O_RDWR | O_CREAT | O_EXCL;
    const int fd = ::open(path.c_str(), flags, 0640);
    if (fd < 0) return io_error(mode == open_mode::create_new ? "create" : "open", path);
    return std::unique_ptr<file>(std::make_unique<posix_file>(path, fd));
  }

  bool exists(const std::string& path) override { return ::access(path.c_str(), F_OK) == 0; }

  status rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) return io_error("rename to " + to + " from", from);
    return success{};
  }
  status remove(const std::string& path) override {
    if (::unlink(path.c_str()) != 0) return io_error("remove", path);
    return success{};
  }

  result<std::vector<std::string>> list(const std::string& directory) override {
    DIR* d = ::opendir(directory.c_str());
    if (d == nullptr) return io_error("list", directory);
    std::vector<std::string> names;
    errno = 0;
    while (const dirent* e = ::readdir(d)) {
      const std::string_view name = e->d_name;
      if (name != "." && name != "..") names.emplace_back(name);
    }
    const int failed = errno;
    ::closedir(d);
    errno = failed;
    if (failed != 0) return io_error("list", directory);
    std::sort(names.begin(), names.end());
    return names;
  }

  status make_directory(const std::string& path) override {
    if (::mkdir(path.c_str(), 0750) != 0 && errno != EEXIST) return io_error("create directory", path);
    return success{};
  }
  status remove_directory(const std::string& path) override {
    if (::rmdir(path.c_str()) != 0) return io_error("remove directory", path);
    return success{};
  }

  status sync_directory(const std::string& path) override {
    const descriptor d(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (d.get() < 0) return io_error("open", path);
    if (::fsync(d.get()) != 0) return io_error("sync directory", path);
    return success{};
  }
  status sync_everything(const std::string& path) override {
    const descriptor d(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (d.get() < 0) return io_error("open", path);
    if (::syncfs(d.get()) != 0) return io_error("sync the file system of", path);
    return success{};
  }

  result<std::unique_ptr<file_lock>> lock(const std::string& path) override {
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (fd < 0) return io_error("open", path);
    auto held = std::make_unique<posix_lock>(fd);
    if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
      if (errno == EWOULDBLOCK) return fail(reply_code::internal_error, path + " is locked by another process");
      return io_error("lock", path);
    }
    return std::unique_ptr<file_lock>(std::move(held));
  }

  result<disk_space> space(const std::string& path) override {
    struct statvfs v {};
    if (::statvfs(path.c_str(), &v) != 0) return io_error("ask for free space of", path);
    return disk_space{v.f_bavail * std::uint64_t{v.f_frsize}, v.f_blocks * std::uint64_t{v.f_frsize}};
  }
};

}  // namespace

file_system& posix_file_system() {
  static posix_system fs;
  return fs;
}

}  // namespace warren::storage
