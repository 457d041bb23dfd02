#include "distribution/identity/cookie.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>
#include <vector>

using warren::distribution::cookie;
using warren::distribution::load_cookie;

namespace {

struct folder {
  std::string path;
  folder() {
    char pattern[] = "/tmp/warren_cookie_XXXXXX";
    path = mkdtemp(pattern);
  }
  ~folder() { std::filesystem::remove_all(path); }
  [[nodiscard]] std::string file(const std::string& content, int mode) const {
    const std::string at = path + "/.erlang.cookie";
    std::ofstream(at) << content;
    chmod(at.c_str(), static_cast<mode_t>(mode));
    return at;
  }
};

std::string refusal(const std::string& path, bool create = true) {
  const auto c = load_cookie({{}, path, create});
  return c ? "loaded" : c.failure().text;
}

}  // namespace

TEST_CASE("a missing cookie file is created with twenty upper-case letters for its owner only") {
  const folder f;
  const auto c = load_cookie({{}, f.path + "/.erlang.cookie"});
  REQUIRE(c.ok());
  CHECK(c->secret().size() == 20);
  for (const char letter : c->secret()) CHECK((letter >= 'A' && letter <= 'Z'));
  struct stat s {};
  REQUIRE(stat((f.path + "/.erlang.cookie").c_str(), &s) == 0);
  CHECK((s.st_mode & 07777) == 0400);
  CHECK(load_cookie({{}, f.path + "/.erlang.cookie"})->secret() == c->secret());
  CHECK(std::distance(std::filesystem::directory_iterator(f.path), {}) == 1);
}

TEST_CASE("programs that start at once agree on one cookie") {
  const folder f;
  std::vector<std::string> seen(8);
  std::vector<std::thread> threads;
  for (auto& s : seen) threads.emplace_back([&] { s = load_cookie({{}, f.path + "/.erlang.cookie"})->secret(); });
  for (auto& t : threads) t.join();
  CHECK(std::set<std::string>(seen.begin(), seen.end()).size() == 1);
}

TEST_CASE("trailing newlines are ignored") {
  const folder f;
  CHECK(load_cookie({{}, f.file("SECRET\n", 0600)})->secret() == "SECRET");
}

TEST_CASE("a cookie file that others may access is refused with the way to mend it") {
  const folder f;
  const std::string path = f.file("SECRET", 0640);
  CHECK(refusal(path) == "Cookie file " + path + " must be accessible by owner only. To mend it: chmod 400 " + path);
}

TEST_CASE("what is no regular file is refused") {
  const folder f;
  const std::string path = f.path + "/.erlang.cookie";
  REQUIRE(mkdir(path.c_str(), 0700) == 0);
  CHECK(refusal(path) == "Cookie file " + path + " is of type directory: it must be a regular file");
  rmdir(path.c_str());
  REQUIRE(mkfifo(path.c_str(), 0600) == 0);
  CHECK(refusal(path) == "Cookie file " + path + " is of type device: it must be a regular file");
}

TEST_CASE("cookies have 1 to 255 printable characters") {
  const folder f;
  CHECK(refusal(f.file("\n", 0600)).find("Too short cookie string") == 0);
  CHECK(refusal(f.file(std::string(256, 'A'), 0600)).find("Too long cookie string") == 0);
  CHECK(refusal(f.file(std::string(255, 'A'), 0600)) == "loaded");
  CHECK(refusal(f.file("a\x01"
                       "b",
                       0600))
            .find("Bad characters in cookie") == 0);
  CHECK(refusal(f.file("a\nb", 0600)).find("Bad characters in cookie") == 0);
  CHECK_FALSE(cookie::of("").ok());
}

TEST_CASE("tools do not create a cookie") {
  const folder f;
  CHECK(refusal(f.path + "/none", false) ==
        "Failed to read cookie file '" + f.path + "/none': No such file or directory");
}

TEST_CASE("a given cookie wins over the file, and its hash is that of RabbitMQ") {
  CHECK(load_cookie({"GIVEN", "/nonexistent"})->secret() == "GIVEN");
  // ctl.md: the hash that rabbitmqctl --erlang-cookie WRONGCOOKIE prints
  CHECK(load_cookie({"WRONGCOOKIE", ""})->hash() == "eBvV8M32jyrgpl1Oqssp0Q==");
}
