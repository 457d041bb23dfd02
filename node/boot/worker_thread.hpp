#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace warren::node {

/// Does one thing after another, on a thread of its own: what may wait for actors must not run on theirs.
class worker_thread {
 public:
  worker_thread() : thread_([this] { run(); }) {}
  ~worker_thread() { stop(); }

  void post(std::function<void()> what) {
    std::lock_guard lock(mutex_);
    if (ended_) return;
    todo_.push_back(std::move(what));
    changed_.notify_one();
  }
  /// After what it is doing; what has not begun is dropped.
  void stop() {
    {
      std::lock_guard lock(mutex_);
      ended_ = true;
      changed_.notify_one();
    }
    if (thread_.joinable()) thread_.join();
  }

 private:
  void run() {
    for (;;) {
      std::function<void()> next;
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return ended_ || !todo_.empty(); });
        if (ended_) return;
        next = std::move(todo_.front());
        todo_.pop_front();
      }
      next();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> todo_;
  bool ended_ = false;
  std::thread thread_;
};

}  // namespace warren::node
