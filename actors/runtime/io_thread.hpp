#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <thread>
#include <unordered_set>
#include <vector>

#include <caf/all.hpp>

#include "core/base/ids.hpp"

namespace warren::actors {

class io_thread;

/// Something on an I/O thread that wants to know about passing time (heartbeats, handshake timeouts): called every
/// io_thread::tick_interval_ms. One ticker a thread and a loop, since ten thousand delayed messages cost 40 % of a core.
class ticked {
 public:
  virtual void on_tick(time_ms now) = 0;

 protected:
  ~ticked() = default;
};

/// One of the node's I/O threads: an io_context that serves sockets and also runs actors (connections, channels, queues), so
/// that a hop between a socket and its actors is a post and not a wake-up of another thread (caf-notes.md, "Client sockets").
class io_thread {
 public:
  static constexpr int tick_interval_ms = 250;
  static constexpr std::size_t read_buffer_bytes = 256 * 1024;

  io_thread(caf::actor_system& system, int index);
  ~io_thread();
  io_thread(const io_thread&) = delete;
  io_thread& operator=(const io_thread&) = delete;

  void start();
  void stop_and_join();

  [[nodiscard]] boost::asio::io_context& context() { return context_; }
  [[nodiscard]] caf::execution_unit& home_unit();  ///< actors that live here are scheduled through it
  [[nodiscard]] bool runs_here() const { return std::this_thread::get_id() == id_; }

  // only on this thread:
  [[nodiscard]] char* read_buffer();  ///< read_buffer_bytes, shared by all sockets of the thread, valid during one handler
  void add_ticked(ticked* t) { ticked_.insert(t); }
  void remove_ticked(ticked* t) { ticked_.erase(t); }
  /// `call` runs on this thread at `at` (Unix ms) or soon after. One timer serves all; a sleeper cannot be cancelled, so it
  /// must find out for itself whether it is still wanted.
  void call_at(time_ms at, std::function<void()> call);

 private:
  class home;
  class running;
  void arm_ticker();
  void arm_sleepers();

  boost::asio::io_context context_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::unique_ptr<home> home_;
  std::unique_ptr<running> running_;
  std::unordered_set<ticked*> ticked_;
  boost::asio::steady_timer ticker_;
  boost::asio::steady_timer sleeper_timer_;
  std::multimap<time_ms, std::function<void()>> sleepers_;
  std::unique_ptr<char[]> read_buffer_;
  std::atomic<std::thread::id> id_{};
  std::thread thread_;
  int index_;
};

/// The node's I/O threads: as many as cores, or as `threads` says.
class io_pool {
 public:
  io_pool(caf::actor_system& system, int threads);
  ~io_pool() { stop(); }
  void start();
  void stop();
  [[nodiscard]] io_thread& next();  ///< round robin
  [[nodiscard]] io_thread& at(std::size_t i) { return *threads_[i]; }
  [[nodiscard]] std::size_t size() const { return threads_.size(); }

 private:
  std::vector<std::unique_ptr<io_thread>> threads_;
  std::atomic<std::size_t> next_{0};
  bool running_ = false;
};

[[nodiscard]] time_ms wall_clock_ms();

}  // namespace warren::actors
