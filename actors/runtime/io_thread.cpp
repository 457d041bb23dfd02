#include "actors/runtime/io_thread.hpp"

#include <pthread.h>

#include <boost/asio/post.hpp>
#include <chrono>
#include <exception>

namespace warren::actors {

namespace asio = boost::asio;

time_ms wall_clock_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

/// What actors of this thread see as their execution unit while they run: whatever they wake that lives elsewhere goes to
/// CAF's workers and not onto this thread (a CAF actor is otherwise scheduled where its sender runs).
class io_thread::running : public caf::execution_unit {
 public:
  explicit running(caf::actor_system& system) : caf::execution_unit(&system) {}
  void exec_later(caf::resumable* job) override { system().scheduler().enqueue(job); }
};

/// Where actors of this thread are scheduled: a post to the io_context.
class io_thread::home : public caf::execution_unit {
 public:
  home(caf::actor_system& system, io_thread& thread) : caf::execution_unit(&system), thread_(thread) {}

  void exec_later(caf::resumable* job) override {
    asio::post(thread_.context_, [this, job] {
      // 64 messages a turn: enough to amortise the post, few enough that sockets get theirs
      switch (job->resume(thread_.running_.get(), 64)) {
        case caf::resumable::resume_later: exec_later(job); break;
        case caf::resumable::done:
        case caf::resumable::awaiting_message: caf::intrusive_ptr_release(job); break;
        case caf::resumable::shutdown_execution_unit: break;
      }
    });
  }

 private:
  io_thread& thread_;
};

io_thread::io_thread(caf::actor_system& system, int index)
    : context_(1),
      work_(asio::make_work_guard(context_)),
      home_(std::make_unique<home>(system, *this)),
      running_(std::make_unique<running>(system)),
      ticker_(context_),
      sleeper_timer_(context_),
      read_buffer_(new char[read_buffer_bytes]),
      index_(index) {}

io_thread::~io_thread() { stop_and_join(); }

caf::execution_unit& io_thread::home_unit() { return *home_; }

char* io_thread::read_buffer() { return read_buffer_.get(); }

void io_thread::start() {
  thread_ = std::thread([this] {
    id_ = std::this_thread::get_id();
    pthread_setname_np(pthread_self(), ("io-" + std::to_string(index_)).c_str());
    arm_ticker();
    context_.run();
  });
}

void io_thread::stop_and_join() {
  work_.reset();
  context_.stop();
  if (thread_.joinable()) thread_.join();
}

void io_thread::arm_ticker() {
  ticker_.expires_after(std::chrono::milliseconds(tick_interval_ms));
  ticker_.async_wait([this](boost::system::error_code failed) {
    if (failed) return;
    if (!ticked_.empty()) {
      const time_ms now = wall_clock_ms();
      // a tick may end its connection and with it others' registration
      const std::vector<ticked*> all(ticked_.begin(), ticked_.end());
      for (ticked* t : all)
        if (ticked_.contains(t)) t->on_tick(now);
    }
    arm_ticker();
  });
}

void io_thread::call_at(time_ms at, std::function<void()> call) {
  const bool earliest = sleepers_.empty() || at < sleepers_.begin()->first;
  sleepers_.emplace(at, std::move(call));
  if (earliest) arm_sleepers();
}

void io_thread::arm_sleepers() {
  if (sleepers_.empty()) return;
  const time_ms wait = std::max<time_ms>(0, sleepers_.begin()->first - wall_clock_ms());
  sleeper_timer_.expires_after(std::chrono::milliseconds(wait));
  sleeper_timer_.async_wait([this](boost::system::error_code failed) {
    if (failed) return;  // re-armed for an earlier one
    const time_ms now = wall_clock_ms();
    while (!sleepers_.empty() && sleepers_.begin()->first <= now) {
      auto call = std::move(sleepers_.begin()->second);
      sleepers_.erase(sleepers_.begin());
      call();
    }
    arm_sleepers();
  });
}

io_pool::io_pool(caf::actor_system& system, int threads) {
  for (int i = 0; i < threads; ++i) threads_.push_back(std::make_unique<io_thread>(system, i));
}

void io_pool::start() {
  running_ = true;
  for (auto& t : threads_) t->start();
}

void io_pool::stop() {
  if (!running_) return;
  running_ = false;
  for (auto& t : threads_) t->stop_and_join();
}

io_thread& io_pool::next() { return *threads_[next_.fetch_add(1, std::memory_order_relaxed) % threads_.size()]; }

}  // namespace warren::actors
