#pragma once

#include <caf/all.hpp>
#include <utility>

namespace warren::supervision {

/// CAF runs a woken actor where its sender runs. An actor with this base is always run by CAF's workers, so that a
/// message from a connection does not make an I/O thread start children or merge trees.
template <class Base>
class on_workers : public Base {
 public:
  using Base::Base;
  using Base::enqueue;
  void enqueue(caf::mailbox_element_ptr what, caf::execution_unit*) override { Base::enqueue(std::move(what), nullptr); }
};

}  // namespace warren::supervision
