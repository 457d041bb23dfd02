#include "node/ctl/link/frame_connection.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <climits>

namespace warren::ctl {
namespace {

constexpr std::size_t max_frame_bytes = 64u << 20;

}  // namespace

bool frame_connection::send(std::string_view json) {
  if (json.size() > max_frame_bytes) return false;
  std::string frame;
  frame.reserve(json.size() + 4);
  for (int shift = 24; shift >= 0; shift -= 8) frame += static_cast<char>(json.size() >> shift);
  frame += json;
  for (std::size_t at = 0; at < frame.size();) {
    const ssize_t n = ::send(fd_, frame.data() + at, frame.size() - at, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    at += static_cast<std::size_t>(n);
  }
  return true;
}

std::optional<std::string> frame_connection::take_frame() {
  if (in_.size() < 4) return std::nullopt;
  std::size_t size = 0;
  for (int i = 0; i < 4; ++i) size = size << 8 | static_cast<unsigned char>(in_[static_cast<std::size_t>(i)]);
  if (size > max_frame_bytes) {
    broken_ = true;
    return std::nullopt;
  }
  if (in_.size() < size + 4) return std::nullopt;
  std::string frame = in_.substr(4, size);
  in_.erase(0, size + 4);
  return frame;
}

std::variant<std::string, control_connection::trouble> frame_connection::receive(std::optional<std::chrono::milliseconds> limit) {
  using clock = std::chrono::steady_clock;
  const auto end = clock::now() + limit.value_or(std::chrono::milliseconds(0));
  for (;;) {
    if (auto frame = take_frame()) return *std::move(frame);
    if (broken_) return trouble::ended;
    int wait = -1;
    if (limit) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - clock::now()).count();
      wait = static_cast<int>(std::clamp<long long>(left, 0, INT_MAX));
    }
    pollfd ready{fd_, POLLIN, 0};
    const int n = poll(&ready, 1, wait);
    if (n < 0 && errno == EINTR) continue;
    if (n == 0) return trouble::timeout;
    char buffer[65536];
    const ssize_t got = n < 0 ? -1 : recv(fd_, buffer, sizeof buffer, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return trouble::ended;
    in_.append(buffer, static_cast<std::size_t>(got));
  }
}

}  // namespace warren::ctl
