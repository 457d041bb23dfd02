#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "distribution/handshake/link_listener.hpp"
#include "distribution/identity/cookie.hpp"
#include "distribution/net/log_sink.hpp"
#include "distribution/net/net_thread.hpp"

namespace distribution_test {

using namespace std::chrono_literals;

/// Asks again until it is true or the deadline has passed.
template <class F>
bool eventually(F condition, std::chrono::milliseconds within = 10s) {
  const auto end = std::chrono::steady_clock::now() + within;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(2ms);
  }
  return true;
}

inline std::uint16_t free_port() {
  const int s = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in a{};
  a.sin_family = AF_INET;
  a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ::bind(s, reinterpret_cast<sockaddr*>(&a), sizeof a);
  socklen_t n = sizeof a;
  ::getsockname(s, reinterpret_cast<sockaddr*>(&a), &n);
  ::close(s);
  return ntohs(a.sin_port);
}

/// A blocking client socket.
class raw_socket {
 public:
  explicit raw_socket(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in a{};
    a.sin_family = AF_INET;
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    a.sin_port = htons(port);
    connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&a), sizeof a) == 0;
    const timeval limit{10, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  }
  raw_socket(raw_socket&& o) noexcept : fd_(std::exchange(o.fd_, -1)), connected_(o.connected_) {}
  ~raw_socket() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] bool connected() const { return connected_; }
  bool send(const std::string& bytes) const {
    return ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
  }
  /// Exactly n bytes, or less when the peer closed.
  [[nodiscard]] std::string read(std::size_t n) const {
    std::string out(n, '\0');
    std::size_t have = 0;
    while (have < n) {
      const auto got = ::recv(fd_, out.data() + have, n - have, 0);
      if (got <= 0) break;
      have += static_cast<std::size_t>(got);
    }
    out.resize(have);
    return out;
  }
  [[nodiscard]] std::string read_to_end() const { return read(100'000); }
  [[nodiscard]] bool closed_by_peer() const { return read(1).empty(); }

 private:
  int fd_;
  bool connected_ = false;
};

/// Keeps log lines.
class lines {
 public:
  [[nodiscard]] warren::distribution::log_sink sink() {
    return [this](warren::distribution::severity, const std::string& line) {
      const std::lock_guard lock(mutex_);
      all_.push_back(line);
    };
  }
  [[nodiscard]] int count(const std::string& part) const {
    const std::lock_guard lock(mutex_);
    int n = 0;
    for (const auto& l : all_) n += l.find(part) != std::string::npos;
    return n;
  }
  [[nodiscard]] std::string text() const {
    const std::lock_guard lock(mutex_);
    std::string out;
    for (const auto& l : all_) out += l + '\n';
    return out;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> all_;
};

inline warren::distribution::cookie cookie_of(const std::string& text) {
  return *warren::distribution::cookie::of(text);
}

}  // namespace distribution_test
