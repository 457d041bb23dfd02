#pragma once

#include <caf/all.hpp>
#include <exception>
#include <utility>

#include "actors/runtime/io_thread.hpp"

namespace warren::actors {

struct rethrow_failure {};

/// An actor that runs on an I/O thread instead of CAF's workers.
class io_actor : public caf::event_based_actor {
 public:
  io_actor(caf::actor_config& config, io_thread& thread) : caf::event_based_actor(config), thread_(thread) {}

  void enqueue(caf::mailbox_element_ptr message, caf::execution_unit*) override {
    caf::event_based_actor::enqueue(std::move(message), &thread_.home_unit());
  }
  void launch(caf::execution_unit*, bool lazy, bool hide) override {
    caf::event_based_actor::launch(&thread_.home_unit(), lazy, hide);
  }
  /// A turn is up to 64 messages of the mailbox; what they caused is sent once, at its end.
  caf::resumable::resume_result resume(caf::execution_unit* unit, std::size_t messages) override {
    const auto how = caf::event_based_actor::resume(unit, messages);
    if (how != caf::resumable::done) contained([this] { end_of_turn(); });
    return how;
  }
  caf::invoke_message_result consume(caf::mailbox_element& element) override {
    if (failure_) [[unlikely]] std::rethrow_exception(std::exchange(failure_, nullptr));
    return caf::event_based_actor::consume(element);
  }
  [[nodiscard]] io_thread& thread() { return thread_; }

 protected:
  virtual void end_of_turn() {}

  /// Runs what is no message handler (a socket is ready, the end of a turn): an exception fails the actor as one in a handler
  /// would, with its crash report, instead of ending the I/O thread.
  template <class F>
  void contained(F&& f) {
    try {
      f();
    } catch (...) {
      failure_ = std::current_exception();
      caf::anon_send(caf::actor_cast<caf::actor>(this), rethrow_failure{});
    }
  }

 private:
  io_thread& thread_;
  std::exception_ptr failure_;
};

template <class Actor, class... Args>
caf::actor spawn_on(caf::actor_system& system, io_thread& thread, Args&&... args) {
  caf::actor_config config{&thread.home_unit()};
  return caf::actor_cast<caf::actor>(
      system.spawn_impl<Actor, caf::no_spawn_options>(config, thread, std::forward<Args>(args)...));
}

}  // namespace warren::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::rethrow_failure)
