#include "distribution/net/net_thread.hpp"

#include <pthread.h>

#include "supervision/crash_report.hpp"

namespace warren::distribution {

net_thread::net_thread() : context_(1), work_(boost::asio::make_work_guard(context_)), thread_([this] { run(); }) {}

void net_thread::stop() {
  work_.reset();
  context_.stop();
  if (thread_.joinable()) thread_.join();
}

void net_thread::run() {
  pthread_setname_np(pthread_self(), "net");
  for (;;) {
    try {
      context_.run();
      return;
    } catch (const std::exception& e) {
      supervision::deliver({"node/net/thread", "net", 0, "std::exception", e.what(), {}});
    } catch (...) {
      supervision::deliver({"node/net/thread", "net", 0, "unknown", "not a std::exception", {}});
    }
  }
}

}  // namespace warren::distribution
