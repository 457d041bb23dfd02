#pragma once

#include <caf/all.hpp>
#include <cstdint>
#include <memory>
#include <string>

#include "distribution/net/descriptor.hpp"

namespace warren::distribution {

// ---- between the gateways of two nodes; the only types that cross a link

/// The first message in each direction: which connection this is about.
struct link_greeting {
  std::uint64_t token = 0;  ///< of the handshake (handshake_machine::token)
  std::string name;         ///< of the sender's node, for the log
};
/// A batch of frames (wire/batch.hpp).
struct link_envelope {
  std::uint64_t token = 0;
  std::string batch;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, link_greeting& x) {
  return f(caf::meta::type_name("warren.link_greeting"), x.token, x.name);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, link_envelope& x) {
  return f(caf::meta::type_name("warren.link_envelope"), x.token, x.batch);
}

// ---- to the local gateway

class link;

/// An authenticated, arbitrated socket, for BASP from now on.
struct adopt_link {
  std::shared_ptr<link> what;
  std::shared_ptr<descriptor> socket;
};
/// Something waits in the link's outbox.
struct flush_link {
  std::shared_ptr<link> what;
};
struct close_link {
  std::uint64_t number = 0;
};
/// The board's subscribers have changed.
struct new_subscriber {
  std::uint16_t service = 0;
  caf::actor who;
};

}  // namespace warren::distribution

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::distribution::adopt_link)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::distribution::flush_link)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::distribution::close_link)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::distribution::new_subscriber)
