#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>

namespace warren::distribution {

/// Closes the socket that it guards when its time has passed: whatever waits for that socket then fails.
class deadline {
 public:
  deadline(boost::asio::any_io_executor executor, std::chrono::milliseconds time)
      : state_(std::make_shared<state>(executor)) {
    state_->timer.expires_after(time);
    state_->timer.async_wait([s = state_](boost::system::error_code cancelled) {
      if (cancelled) return;
      s->passed = true;
      if (s->guarded) close(*s->guarded);
    });
  }
  ~deadline() {
    state_->guarded = nullptr;
    state_->timer.cancel();
  }
  deadline(const deadline&) = delete;
  deadline& operator=(const deadline&) = delete;

  /// From now on this one, or none. It must outlive the guard or the next call.
  void guard(boost::asio::ip::tcp::socket* socket) {
    state_->guarded = socket;
    if (socket && state_->passed) close(*socket);
  }
  [[nodiscard]] bool passed() const { return state_->passed; }

 private:
  struct state {
    explicit state(boost::asio::any_io_executor e) : timer(e) {}
    boost::asio::steady_timer timer;
    boost::asio::ip::tcp::socket* guarded = nullptr;
    bool passed = false;
  };
  static void close(boost::asio::ip::tcp::socket& socket) {
    boost::system::error_code ignored;
    socket.close(ignored);
  }
  std::shared_ptr<state> state_;
};

}  // namespace warren::distribution
