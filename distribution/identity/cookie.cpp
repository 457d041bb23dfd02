#include "distribution/identity/cookie.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "distribution/identity/digest.hpp"

namespace warren::distribution {

namespace {

constexpr std::size_t generated_letters = 20;
constexpr std::size_t max_letters = 255;

error refuse(std::string text) { return fail(reply_code::internal_error, std::move(text)); }

struct descriptor {
  int fd;
  explicit descriptor(int f) : fd(f) {}
  ~descriptor() {
    if (fd >= 0) ::close(fd);
  }
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
};

const char* kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return "directory";
  if (S_ISFIFO(mode) || S_ISCHR(mode) || S_ISBLK(mode)) return "device";
  return "other";
}

std::string random_letters() {
  std::string letters;
  while (letters.size() < generated_letters) {
    char c;
    fill_random(&c, 1);
    const auto octet = static_cast<unsigned char>(c);
    if (octet < 26 * 9)
      letters += static_cast<char>('A' + octet % 26);  // 256 is no multiple of 26: no letter is likelier
  }
  return letters;
}

/// Written beside and linked into place, so that nobody reads half a cookie and the first of two creators wins.
status create(const std::string& path) {
  const std::string beside = path + "." + std::to_string(::getpid()) + "." + std::to_string(random_number());
  const std::string letters = random_letters();
  const auto failed = [&](const char* what) {
    const int reason = errno;
    ::unlink(beside.c_str());
    return refuse("Failed to create cookie file '" + path + "': " + what + ": " + std::strerror(reason));
  };
  {
    const descriptor out(::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0400));
    if (out.fd < 0) return failed("open");
    if (::fchmod(out.fd, 0400) != 0) return failed("chmod");
    if (::write(out.fd, letters.data(), letters.size()) != static_cast<ssize_t>(letters.size())) return failed("write");
  }
  if (::link(beside.c_str(), path.c_str()) != 0 && errno != EEXIST) return failed("link");
  ::unlink(beside.c_str());
  return success{};
}

result<cookie> read(const std::string& path, int fd) {
  struct stat s {};
  if (::fstat(fd, &s) != 0) return refuse("Failed to read cookie file '" + path + "': " + std::strerror(errno));
  if (!S_ISREG(s.st_mode))
    return refuse("Cookie file " + path + " is of type " + kind_of(s.st_mode) + ": it must be a regular file");
  if ((s.st_mode & 077) != 0)
    return refuse("Cookie file " + path + " must be accessible by owner only. To mend it: chmod 400 " + path);
  std::string text(max_letters + 64, '\0');  // longer is too long, whatever follows
  const auto n = ::read(fd, text.data(), text.size());
  if (n < 0) return refuse("Failed to read cookie file '" + path + "': " + std::strerror(errno));
  text.resize(static_cast<std::size_t>(n));
  return cookie::of(text, "cookie file " + path);
}

}  // namespace

result<cookie> cookie::of(std::string_view text, const std::string& where_from) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  if (text.empty()) return refuse("Too short cookie string in " + where_from + ": it is empty");
  if (text.size() > max_letters)
    return refuse("Too long cookie string in " + where_from + ": more than 255 characters");
  if (!std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; }))
    return refuse("Bad characters in cookie (" + where_from + "): printable ASCII characters only");
  return cookie(std::string(text));
}

std::string cookie::hash() const { return base64_md5(secret_); }

std::string default_cookie_path() {
  const char* home = std::getenv("HOME");
  return home && *home ? std::string(home) + "/.erlang.cookie" : std::string{};
}

result<cookie> load_cookie(const cookie_options& options) {
  if (options.value) return cookie::of(*options.value, "the Erlang cookie given");
  const std::string path = options.path.empty() ? default_cookie_path() : options.path;
  if (path.empty()) return refuse("The environment variable HOME is not set: it says where .erlang.cookie is");
  for (int attempt = 0;; ++attempt) {
    // O_NONBLOCK: opening a pipe must not wait for a writer
    const descriptor in(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (in.fd >= 0) return read(path, in.fd);
    if (errno != ENOENT || !options.create || attempt == 3)
      return refuse("Failed to read cookie file '" + path + "': " + std::strerror(errno));
    if (auto created = create(path); !created) return created.failure();
  }
}

}  // namespace warren::distribution
