#pragma once

#include <caf/all.hpp>
#include <utility>

#include "actors/runtime/io_thread.hpp"

namespace warren::actors {

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
  [[nodiscard]] io_thread& thread() { return thread_; }

 private:
  io_thread& thread_;
};

template <class Actor, class... Args>
caf::actor spawn_on(caf::actor_system& system, io_thread& thread, Args&&... args) {
  caf::actor_config config{&thread.home_unit()};
  return caf::actor_cast<caf::actor>(
      system.spawn_impl<Actor, caf::no_spawn_options>(config, thread, std::forward<Args>(args)...));
}

}  // namespace warren::actors
