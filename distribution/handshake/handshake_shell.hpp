#pragma once

#include <boost/asio/awaitable.hpp>

#include "distribution/handshake/handshake_machine.hpp"
#include "distribution/net/link_stream.hpp"

namespace warren::distribution {

/// Feeds the machine from the stream and the stream from the machine until it is done, refused, or asks for a verdict.
inline boost::asio::awaitable<void> run_handshake(handshake_machine& machine, link_stream& stream) {
  boost::system::error_code failed;
  std::string out = machine.start();
  for (;;) {
    if (!out.empty()) co_await stream.write(out, failed);
    if (machine.current() != handshake_machine::state::reading) co_return;
    std::string in;
    if (!failed) co_await stream.read(in, machine.wanted(), failed);
    if (failed) {
      machine.closed();
      co_return;
    }
    out = machine.consume(in);
  }
}

}  // namespace warren::distribution
