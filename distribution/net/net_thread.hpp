#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <future>
#include <thread>
#include <utility>

namespace warren::distribution {

/// The thread on which everything between nodes listens, dials, authenticates and keeps its timers, apart from the I/O
/// threads of clients: a flood of connections to one does not delay the other. All state of distribution that is not
/// said to be thread-safe lives here. Exceptions leave a crash report and the thread goes on.
class net_thread {
 public:
  net_thread();
  ~net_thread() { stop(); }
  net_thread(const net_thread&) = delete;
  net_thread& operator=(const net_thread&) = delete;

  /// Joins; what was posted and not run yet is dropped. Not from the thread itself.
  void stop();
  [[nodiscard]] boost::asio::io_context& context() { return context_; }
  [[nodiscard]] bool runs_here() const { return std::this_thread::get_id() == thread_.get_id(); }

  template <class F>
  void post(F&& f) {
    boost::asio::post(context_, std::forward<F>(f));
  }
  /// Runs `f` on the thread and waits for its value. For starting, stopping and tests; on the thread itself it just
  /// calls.
  template <class F>
  auto ask(F f) -> decltype(f()) {
    if (runs_here()) return f();
    std::packaged_task<decltype(f())()> task(std::move(f));
    auto answer = task.get_future();
    boost::asio::post(context_, [&task] { task(); });
    return answer.get();
  }

 private:
  void run();

  boost::asio::io_context context_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::thread thread_;
};

/// co_spawn whose exceptions reach the thread's run loop instead of being swallowed.
inline void spawn(boost::asio::io_context& context, boost::asio::awaitable<void> routine) {
  boost::asio::co_spawn(context, std::move(routine), [](std::exception_ptr failure) {
    if (failure) std::rethrow_exception(failure);
  });
}

}  // namespace warren::distribution
